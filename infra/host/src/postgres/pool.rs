//! One pool per component and address. Waiting and connecting are bounded, so that a missing database is an answer and not a hang.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use deadpool::Runtime;
use deadpool::managed::TimeoutType;
use tokio_postgres::NoTls;
use tokio_postgres::config::SslMode;
use tokio_postgres_rustls::MakeRustlsConnect;

use super::lending::{Lent, Manager, Pool, PoolError};
use super::{ConnectionBuilder, address};
use crate::allowed_hosts::AllowedHosts;
use crate::bindings::postgres::Error;
use crate::config;
use crate::metrics::Metrics;
use crate::tls;

/// Addresses whose pools a component keeps, as in Spin.
const ADDRESSES_MAX: usize = 16;

/// The pools of one component.
pub struct Pools {
    config: config::Postgres,
    pools: Mutex<HashMap<(String, Option<String>), Pool>>,
}

impl Pools {
    /// No pool yet.
    pub fn new(config: config::Postgres) -> Self {
        Self { config, pools: Mutex::default() }
    }

    /// A connection to the builder's address, if `allowed`, within the wait timeout.
    pub async fn open(
        &self,
        builder: &ConnectionBuilder,
        allowed: &AllowedHosts,
        metrics: &Metrics,
    ) -> Result<Lent, Error> {
        let pool = self.pool(builder, allowed)?;
        let began = Instant::now();
        let opened = tokio::time::timeout(self.config.wait_timeout, pool.get()).await;
        metrics.pg_wait.observe(began.elapsed());
        let give_up = |text: &str| {
            metrics.pg_wait_timeouts.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            Error::ConnectionFailed(text.into())
        };
        match opened {
            Ok(Ok(connection)) => Ok(Lent::new(connection)),
            Ok(Err(PoolError::Timeout(TimeoutType::Wait))) => Err(give_up("no connection became free in time")),
            Ok(Err(error)) => Err(Error::ConnectionFailed(explain(&error))),
            Err(_) => Err(give_up("no connection was established in time")),
        }
    }

    /// Size, idle connections and waiting calls of all pools together.
    pub fn status(&self) -> (usize, usize, usize) {
        let pools = self.pools.lock().unwrap_or_else(PoisonError::into_inner);
        pools.values().map(Pool::status).fold((0, 0, 0), |(size, idle, waiting), status| {
            (size + status.size, idle + status.available, waiting + status.waiting)
        })
    }

    /// Closes every connection that nobody uses, and the others when they come back.
    pub fn close(&self) {
        for (_, pool) in self.pools.lock().unwrap_or_else(PoisonError::into_inner).drain() {
            pool.close();
        }
    }

    fn pool(&self, builder: &ConnectionBuilder, allowed: &AllowedHosts) -> Result<Pool, Error> {
        let key = (builder.address.clone(), builder.ca_root.clone());
        if let Some(pool) = self.pools.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Ok(pool.clone());
        }
        let config = address::checked(&builder.address, allowed, self.config.connect_timeout)?;
        let pool = self.create(config, builder.ca_root.as_deref())?;
        let mut pools = self.pools.lock().unwrap_or_else(PoisonError::into_inner);
        if pools.len() >= ADDRESSES_MAX
            && let Some(victim) = pools.keys().next().cloned()
        {
            pools.remove(&victim);
        }
        Ok(pools.entry(key).or_insert(pool).clone())
    }

    fn create(&self, config: tokio_postgres::Config, ca_root: Option<&str>) -> Result<Pool, Error> {
        let manager = if config.get_ssl_mode() == SslMode::Disable {
            Manager::new(config, NoTls)
        } else {
            let tls = tls::client_config(ca_root)
                .map_err(|error| Error::Other(format!("invalid root certificate: {error}")))?;
            Manager::new(config, MakeRustlsConnect::new(tls))
        };
        let config::Postgres { max_connections, connect_timeout, wait_timeout } = self.config;
        let at_least = |timeout: Duration| Some(timeout.max(Duration::from_millis(1)));
        Pool::builder(manager)
            .max_size(max_connections)
            .runtime(Runtime::Tokio1)
            .wait_timeout(at_least(wait_timeout))
            .create_timeout(at_least(connect_timeout))
            .recycle_timeout(at_least(wait_timeout))
            .build()
            .map_err(|_| Error::Other("the connection pool cannot be created".into()))
    }
}

/// Why no connection came, without the address, the user or the password.
fn explain(error: &PoolError) -> String {
    match error {
        PoolError::Timeout(_) => "the server did not answer in time".into(),
        PoolError::Closed => "the pool is closed".into(),
        PoolError::Backend(error) => match (error.as_db_error(), error.is_closed()) {
            (Some(refusal), _) => format!("the server refused the connection ({})", refusal.code().code()),
            (None, true) => "the server closed the connection".into(),
            (None, false) => "the server cannot be reached".into(),
        },
        _ => "the connection cannot be prepared".into(),
    }
}

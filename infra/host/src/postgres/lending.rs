//! What a pool holds: connections that clean themselves. The cleaning is sent at the moment a borrower lets go and runs while nobody waits
//! for it; the next borrower gets the connection when it has succeeded. Sent when the next borrower comes, it would cost a round trip each.

use std::ops::Deref;
use std::pin::Pin;

use deadpool::managed::{self, Metrics, RecycleError, RecycleResult};
use deadpool_postgres::{ClientWrapper, ManagerConfig, RecyclingMethod};
use futures::{FutureExt as _, TryStreamExt as _};
use tokio_postgres::{Error, SimpleQueryStream, Socket, tls};

/// Brings a session back to where it began, but for an open transaction and prepared statements, which stay as in Spin (which is why the
/// design forbids transactions that span calls).
const CLEANING: &str = "CLOSE ALL; SET SESSION AUTHORIZATION DEFAULT; RESET ALL; UNLISTEN *; SELECT pg_advisory_unlock_all(); \
    DISCARD TEMP; DISCARD SEQUENCES";

/// The connections of one pool.
pub type Pool = managed::Pool<Manager>;
/// Why a pool has no connection to give.
pub type PoolError = managed::PoolError<Error>;

/// Opens connections, and passes on those that are clean.
pub struct Manager(deadpool_postgres::Manager);

/// A connection of a pool.
pub struct Pooled {
    client: ClientWrapper,
    session: Session,
}

/// Whose state the session holds.
enum Session {
    /// Nobody's.
    Clean,
    /// A borrower's.
    Lent,
    /// That of a borrower who has left; the server is at it.
    Cleaning(Pin<Box<SimpleQueryStream>>),
}

/// A connection in the hands of its borrower. It goes back to its pool when dropped, behind the statements that still run on it.
pub struct Lent(managed::Object<Manager>);

impl Manager {
    /// Opens connections as `config` says.
    pub fn new<T>(config: tokio_postgres::Config, tls: T) -> Self
    where
        T: tls::MakeTlsConnect<Socket> + Clone + Sync + Send + 'static,
        T::Stream: Sync + Send,
        T::TlsConnect: Sync + Send,
        <T::TlsConnect as tls::TlsConnect<Socket>>::Future: Send,
    {
        let config_of_manager = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        Self(deadpool_postgres::Manager::from_config(config, tls, config_of_manager))
    }
}

impl managed::Manager for Manager {
    type Type = Pooled;
    type Error = Error;

    async fn create(&self) -> Result<Pooled, Error> {
        Ok(Pooled { client: self.0.create().await?, session: Session::Clean })
    }

    async fn recycle(&self, pooled: &mut Pooled, metrics: &Metrics) -> RecycleResult<Error> {
        self.0.recycle(&mut pooled.client, metrics).await?;
        match &mut pooled.session {
            Session::Clean => return Ok(()),
            Session::Lent => return Err(RecycleError::message("the session was not cleaned")),
            Session::Cleaning(replies) => while replies.try_next().await?.is_some() {},
        }
        pooled.session = Session::Clean;
        Ok(())
    }

    fn detach(&self, pooled: &mut Pooled) {
        self.0.detach(&mut pooled.client);
    }
}

impl Lent {
    /// Takes what a pool gives.
    pub fn new(mut pooled: managed::Object<Manager>) -> Self {
        pooled.session = Session::Lent;
        Self(pooled)
    }
}

impl Deref for Lent {
    type Target = ClientWrapper;

    fn deref(&self) -> &ClientWrapper {
        &self.0.client
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        // Sending does not wait. Where it fails the connection is lost, and being still lent it is never passed on.
        if let Some(Ok(replies)) = self.0.client.simple_query_raw(CLEANING).now_or_never() {
            self.0.session = Session::Cleaning(Box::pin(replies));
        }
    }
}

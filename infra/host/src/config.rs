//! `host.toml`: limits, pools, stores and jobs. Every key has a default; an unknown key is an error.

mod duration;
mod key_value;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use serde::Deserialize;

pub use key_value::KeyValueStoreConfig;

/// The whole of `host.toml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Whether each request leaves one JSON line on standard error.
    pub access_log: bool,
    /// Bounds on requests and instances.
    pub limits: Limits,
    /// How long and by how many requests an instance is used.
    pub instances: Instances,
    /// Bounds on single components, by id: for one that computes for long, so that the others keep their speed.
    pub components: BTreeMap<String, ComponentLimits>,
    /// Outbound PostgreSQL.
    pub postgres: Postgres,
    /// Outbound HTTP.
    pub outbound_http: OutboundHttp,
    /// Key-value stores by label; `default` exists even when not named.
    pub key_value_store: BTreeMap<String, KeyValueStoreConfig>,
    /// Requests that the host sends to its own components at intervals.
    pub jobs: Jobs,
    /// Where metrics are served.
    pub metrics: Metrics,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            access_log: true,
            limits: Limits::default(),
            instances: Instances::default(),
            components: BTreeMap::new(),
            postgres: Postgres::default(),
            outbound_http: OutboundHttp::default(),
            key_value_store: BTreeMap::new(),
            jobs: Jobs::default(),
            metrics: Metrics::default(),
        }
    }
}

impl Config {
    /// Reads `path`.
    ///
    /// # Errors
    /// When the file cannot be read, is not TOML, or holds an unknown key or an impossible value.
    pub fn from_file(path: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        toml::from_str(&text).with_context(|| format!("{} is not a valid host configuration", path.display()))
    }
}

/// Bounds on requests and instances.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Linear memory of one instance, in MiB.
    pub memory_mib: usize,
    /// From the request's arrival to the response's headers.
    #[serde(deserialize_with = "duration::deserialize")]
    pub request_timeout: Duration,
    /// Request body, in MiB.
    pub body_mib: u64,
    /// Live instances of all components of an application.
    pub instances_max: usize,
    /// Requests being handled at once.
    pub requests_in_flight_max: usize,
    /// Open client connections.
    pub connections_max: usize,
    /// From connecting, or from the last response, to complete request headers.
    #[serde(deserialize_with = "duration::deserialize")]
    pub header_timeout: Duration,
    /// All request headers together, in KiB.
    pub header_kib: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory_mib: 128,
            request_timeout: Duration::from_secs(30),
            body_mib: 10,
            instances_max: 256,
            requests_in_flight_max: 1024,
            connections_max: 4096,
            header_timeout: Duration::from_secs(10),
            header_kib: 64,
        }
    }
}

/// Instance reuse, with the defaults of Spin 4.1.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Instances {
    /// Requests over the life of an instance.
    pub reuse_max: usize,
    /// Requests that an instance handles at once.
    pub concurrent_reuse_max: usize,
    /// Time without a request after which an instance is dropped.
    #[serde(deserialize_with = "duration::deserialize")]
    pub idle: Duration,
}

impl Default for Instances {
    fn default() -> Self {
        Self { reuse_max: 128, concurrent_reuse_max: 16, idle: Duration::from_secs(1) }
    }
}

/// Bounds on one component. Spin has none: there, the whole application shares what the machine has.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ComponentLimits {
    /// Live instances, at least one; further requests wait for one of them.
    pub instances_max: Option<NonZeroUsize>,
    /// Requests that may wait for an instance; one more is answered 429.
    pub queue_max: Option<NonZeroUsize>,
}

/// Outbound PostgreSQL.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Postgres {
    /// Connections per component and address.
    pub max_connections: usize,
    /// Time to establish one connection.
    #[serde(deserialize_with = "duration::deserialize")]
    pub connect_timeout: Duration,
    /// Time for `open` as a whole, waiting for a free connection included.
    #[serde(deserialize_with = "duration::deserialize")]
    pub wait_timeout: Duration,
}

impl Default for Postgres {
    fn default() -> Self {
        Self { max_connections: 16, connect_timeout: Duration::from_secs(2), wait_timeout: Duration::from_secs(3) }
    }
}

/// Outbound HTTP; a guest may ask for less, not for more.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OutboundHttp {
    /// Name resolution, TCP and TLS together.
    #[serde(deserialize_with = "duration::deserialize")]
    pub connect_timeout: Duration,
    /// Until the response's headers; then between two pieces of its body.
    #[serde(deserialize_with = "duration::deserialize")]
    pub total_timeout: Duration,
}

impl Default for OutboundHttp {
    fn default() -> Self {
        Self { connect_timeout: Duration::from_secs(2), total_timeout: Duration::from_secs(15) }
    }
}

/// Requests that the host sends to its own components at intervals.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Jobs {
    /// Application variable whose value is sent as `Authorization: Bearer`.
    pub token_variable: Option<String>,
    /// Path → interval.
    #[serde(deserialize_with = "duration::deserialize_map")]
    pub ticks: BTreeMap<String, Duration>,
}

/// Where metrics are served.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Metrics {
    /// Address of the separate listener; none means that nothing is served.
    pub listen: Option<SocketAddr>,
}

//! What all instances of one component share.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock, Weak};

use crate::access_log::Log;
use crate::allowed_hosts::AllowedHosts;
use crate::app::AppInner;
use crate::config::Config;
use crate::key_value::Store;
use crate::metrics::Metrics;
use crate::outbound_http::HttpClient;
use crate::postgres::Pools;
use crate::seam::Seam;

/// The capabilities of a component, resolved: what its host calls work on.
pub struct ComponentRuntime {
    /// The component's id in the manifest.
    pub id: Arc<str>,
    /// Environment variables.
    pub environment: BTreeMap<String, String>,
    /// The variables it may read, with their values.
    pub variables: BTreeMap<String, String>,
    /// The hosts it may connect to.
    pub allowed_hosts: AllowedHosts,
    /// The stores it may open, by label.
    pub stores: BTreeMap<String, Arc<dyn Store>>,
    /// Its PostgreSQL connections.
    pub postgres: Pools,
    /// The application's HTTP client.
    pub http_client: HttpClient,
    /// Linear memory of one instance.
    pub memory_bytes: usize,
    /// The host's settings.
    pub config: Arc<Config>,
    /// The application's metrics.
    pub metrics: Arc<Metrics>,
    /// Where failures are written.
    pub log: Log,
    /// Sees every host call.
    pub seam: Option<Arc<dyn Seam>>,
    /// The application, for requests to itself; set once it exists.
    pub app: OnceLock<Weak<AppInner>>,
}

//! The HTTP client of an application.

use std::time::Duration;

use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use wasmtime_wasi_http::WasiBody;

use crate::tls;

/// How long an unused connection stays open.
const IDLE: Duration = Duration::from_secs(30);
/// Unused connections kept per host.
const IDLE_PER_HOST_MAX: usize = 32;

/// Keeps connections and shares them among the application's components.
#[derive(Clone)]
pub struct HttpClient {
    pub(super) client: Client<HttpsConnector<HttpConnector>, WasiBody>,
}

impl HttpClient {
    /// A client without connections.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn new(connect_timeout: Duration) -> anyhow::Result<Self> {
        let mut connector = HttpConnector::new();
        connector.enforce_http(false);
        connector.set_nodelay(true);
        connector.set_connect_timeout(Some(connect_timeout));
        let connector = hyper_rustls::HttpsConnectorBuilder::new()
            .with_tls_config(tls::client_config(None)?)
            .https_or_http()
            .enable_http1()
            .wrap_connector(connector);
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(IDLE_PER_HOST_MAX)
            .build(connector);
        Ok(Self { client })
    }
}

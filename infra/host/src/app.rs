//! An application: the components of a manifest, ready to answer.

mod load;

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use http::header::HOST;
use http::{HeaderValue, Request, Response};

use crate::access_log::Log;
use crate::body::Body;
use crate::component::ComponentRuntime;
use crate::config::Config;
use crate::dispatch::Target;
use crate::jobs::Job;
use crate::metrics::{Metrics, PoolStatus};
use crate::options::Options;
use crate::routes::Router;
use crate::server::Server;

/// A loaded application. Cloning it clones a handle.
#[derive(Clone)]
pub struct App(pub(crate) Arc<AppInner>);

/// What the handles share.
pub struct AppInner {
    pub(crate) config: Arc<Config>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) log: Log,
    /// Leads to an index of `targets`.
    pub(crate) router: Router<usize>,
    pub(crate) targets: Vec<Target>,
    /// By id, for requests from component to component.
    pub(crate) components: BTreeMap<String, Target>,
    pub(crate) jobs: Vec<Job>,
}

impl App {
    /// Loads the application of the manifest at `path`: everything that can be wrong with it is found here.
    ///
    /// # Errors
    /// Naming the file, the component and the key at fault.
    pub async fn load(path: impl AsRef<Path>, options: Options) -> anyhow::Result<Self> {
        load::load(path.as_ref(), options).await
    }

    /// Answers a request in process, as if it had come over the network. Without a `Host` it is sent to `localhost`; a
    /// [`SocketAddr`] among its extensions is taken for the client's address.
    pub async fn handle<B>(&self, mut request: Request<B>) -> Response<Body>
    where
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: std::fmt::Display,
    {
        if !request.headers().contains_key(HOST) {
            let authority = request.uri().authority().and_then(|named| HeaderValue::from_str(named.as_str()).ok());
            request.headers_mut().insert(HOST, authority.unwrap_or(HeaderValue::from_static("localhost")));
        }
        let client = request.extensions().get().copied().unwrap_or(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
        self.0.handle(request, client).await
    }

    /// Serves the application on `listener` until the server is shut down, and runs its jobs meanwhile.
    ///
    /// # Errors
    /// When the listener has no address.
    pub async fn serve(&self, listener: tokio::net::TcpListener) -> anyhow::Result<Server> {
        Server::start(self.0.clone(), listener)
    }

    /// Serves `GET /metrics` on `listener` until the process ends.
    pub fn serve_metrics(&self, listener: tokio::net::TcpListener) {
        tokio::spawn(crate::server::metrics::serve(self.clone(), listener));
    }

    /// The metrics in the Prometheus text format.
    #[must_use]
    pub fn metrics_text(&self) -> String {
        let pools: Vec<_> = self
            .runtimes()
            .map(|runtime| {
                let (size, idle, waiting) = runtime.postgres.status();
                PoolStatus { component: runtime.id.to_string(), size, idle, waiting }
            })
            .collect();
        self.0.metrics.text(&pools)
    }

    /// Closes the application's database connections and writes out its log. Requests after this find no database.
    pub fn close(&self) {
        self.runtimes().for_each(|runtime| runtime.postgres.close());
        self.0.log.flush();
    }

    fn runtimes(&self) -> impl Iterator<Item = &Arc<ComponentRuntime>> {
        self.0.components.values().map(|target| &target.pool.runtime)
    }
}

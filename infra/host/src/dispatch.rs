//! The way of a request: host, route, limits, component, answer.

mod host_header;

use std::borrow::Cow;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use bytes::Bytes;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use http::header::CONNECTION;
use http::{HeaderValue, Request, Response};
use http_body::Body as _;
use http_body_util::BodyExt as _;
use wasmtime_wasi_http::{Error, WasiBody};

use crate::app::AppInner;
use crate::body::{self, Body, Limited};
use crate::pool::{Failure, InstancePool};
use crate::problem::Problem;
use crate::record::Record;
use crate::request_id::{self, REQUEST_ID};
use crate::routes::WELL_KNOWN_PREFIX;
use crate::spin_headers::{self, RouteHeaders};
use crate::state::RequestContext;
use crate::trace;

/// The client of a request that a component or a job sends, as in Spin.
pub const INTERNAL_CLIENT: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0);

/// What a route leads to.
pub struct Target {
    /// The component.
    pub pool: Arc<InstancePool>,
    /// The headers that the route stands for.
    pub headers: RouteHeaders,
}

/// A request on its way: its body boxed, its record begun.
struct Arrived {
    request: Request<WasiBody>,
    request_id: Arc<str>,
    client: SocketAddr,
}

impl AppInner {
    /// Answers a request from outside.
    pub async fn handle<B>(&self, request: Request<B>, client: SocketAddr) -> Response<Body>
    where
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: std::fmt::Display,
    {
        self.answer(request.map(body::for_guest), client, None).await
    }

    /// Answers a request of one of the application's own components, or of a job.
    pub fn handle_internal(&self, request: Request<WasiBody>) -> BoxFuture<'_, Response<WasiBody>> {
        self.answer(request, INTERNAL_CLIENT, None).map(for_component).boxed()
    }

    /// As [`Self::handle_internal`], for the component `id` whatever its routes; `None` when there is none.
    pub fn handle_chained<'a>(
        &'a self,
        id: &str,
        request: Request<WasiBody>,
    ) -> BoxFuture<'a, Option<Response<WasiBody>>> {
        match self.components.get(id) {
            None => Box::pin(std::future::ready(None)),
            Some(target) => self.answer(request, INTERNAL_CLIENT, Some(target)).map(|r| Some(for_component(r))).boxed(),
        }
    }

    async fn answer(
        &self,
        mut request: Request<WasiBody>,
        client: SocketAddr,
        chained: Option<&Target>,
    ) -> Response<Body> {
        let request_id = request_id::of(request.headers());
        let (method, uri) = (request.method().clone(), request.uri().clone());
        let mut record = Record::begin(&self.metrics, &self.log, request_id.clone(), method, uri, client);
        if self.log.is_enabled() {
            record.trace_id = Some(trace::ensure(request.headers_mut()));
        }
        let arrived = Arrived { request, request_id: request_id.clone(), client };
        let answer = self.route(arrived, chained, &mut record).await;
        let mut response = answer.unwrap_or_else(|problem| problem.response(&request_id));
        if !response.headers().contains_key(REQUEST_ID)
            && let Ok(value) = HeaderValue::from_str(&request_id)
        {
            response.headers_mut().insert(REQUEST_ID, value);
        }
        record.attach(response)
    }

    async fn route(
        &self,
        mut arrived: Arrived,
        chained: Option<&Target>,
        record: &mut Record,
    ) -> Result<Response<Body>, Problem> {
        let request = &mut arrived.request;
        let path = request.uri().path().to_owned();
        if let Some(own) = path.strip_prefix(WELL_KNOWN_PREFIX) {
            return if own == "health" { Ok(Response::new(Body::whole("OK"))) } else { Err(Problem::RouteNotFound) };
        }
        if self.metrics.in_flight.load(Relaxed) > self.config.limits.requests_in_flight_max as u64 {
            return Err(Problem::Overloaded);
        }
        if chained.is_none() {
            host_header::absolute_uri(request)?;
        }
        // The server's buffer bounds what it reads at once; this bounds what it has read.
        let size: usize = request.headers().iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
        if size > self.config.limits.header_kib * 1024 {
            return Err(Problem::HeadersTooLarge);
        }
        request.headers_mut().remove(CONNECTION);
        let (target, path_info) = match chained {
            Some(target) => (target, Cow::Borrowed(path.as_str())),
            None => {
                let found = self.router.find(&path).ok_or(Problem::RouteNotFound)?;
                spin_headers::append_captures(request.headers_mut(), &found);
                let target = self.targets.get(*found.target()).ok_or(Problem::RouteNotFound)?;
                (target, Cow::Owned(found.trailing_wildcard().into_owned()))
            }
        };
        let uri = request.uri().clone();
        spin_headers::append(request.headers_mut(), &target.headers, &path_info, &uri, arrived.client);
        record.component = Some(target.pool.runtime.id.clone());
        self.run(target, arrived).await
    }

    async fn run(&self, target: &Target, arrived: Arrived) -> Result<Response<Body>, Problem> {
        let Arrived { mut request, request_id, .. } = arrived;
        if let Ok(value) = HeaderValue::from_str(&request_id) {
            request.headers_mut().insert(REQUEST_ID, value);
        }
        let (request, exceeded) = self.limit_body(request)?;
        let context = target.pool.runtime.seam.is_some().then(|| Arc::new(RequestContext::new(request_id.clone())));
        let handled =
            tokio::time::timeout(self.config.limits.request_timeout, target.pool.handle(request, context)).await;
        if exceeded.is_some_and(|exceeded| exceeded.load(Relaxed)) {
            return Err(Problem::BodyTooLarge);
        }
        match handled {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(error)) => Err(self.explain(&error, &request_id)),
            Err(_) => Err(Problem::RequestTimeout),
        }
    }

    /// Refuses a body that is too large by its own account, and watches one that gives none.
    fn limit_body(&self, request: Request<WasiBody>) -> Result<(Request<WasiBody>, Option<Arc<AtomicBool>>), Problem> {
        let limit = self.config.limits.body_mib * 1024 * 1024;
        let size = request.body().size_hint();
        if size.lower() > limit {
            return Err(Problem::BodyTooLarge);
        }
        if size.upper().is_some_and(|upper| upper <= limit) {
            return Ok((request, None));
        }
        let exceeded = Arc::new(AtomicBool::new(false));
        let request = request.map(|inner| Limited::new(inner, limit, exceeded.clone()).boxed_unsync());
        Ok((request, Some(exceeded)))
    }

    /// Which problem a failure is; what is not the client's to know is logged.
    fn explain(&self, failure: &Failure, request_id: &str) -> Problem {
        match failure {
            Failure::NoRoom => return Problem::Overloaded,
            Failure::QueueFull => return Problem::TooManyRequests,
            Failure::Creation(_) | Failure::Ended | Failure::Returned(_) => {}
        }
        self.log.event("error", "request failed", &format!("request {request_id}: {failure}"));
        Problem::InternalError
    }
}

fn for_component(response: Response<Body>) -> Response<WasiBody> {
    response.map(|body| body.map_err(|error| Error::InternalError(Some(error.to_string()))).boxed_unsync())
}

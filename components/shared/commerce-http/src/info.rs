//! What the pipeline knows of a request before a handler sees it.

use std::net::IpAddr;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use axum::extract::{FromRequestParts, MatchedPath};
use axum::response::Response;
use commerce_db::auth::Rate;
use commerce_db::{Actor, CallContext};
use commerce_domain::TraceContext;
use commerce_kv::Cache;
use commerce_tenancy::TenantView;
use http::header::ETAG;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use serde::Serialize;
use uuid::Uuid;

use crate::answer::{self, Page};
use crate::trace::Trace;
use crate::{Problem, gzip};

/// One request: its id, who sent it, and what was learnt on the way. Cheap to clone. As an extractor it asks for no tenant.
#[derive(Clone, Debug)]
pub struct RequestInfo(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    request_id: Arc<str>,
    ip: Option<IpAddr>,
    method: Method,
    uri: Uri,
    store: Cache,
    began: Instant,
    accepts_gzip: bool,
    trace: Trace,
    route: OnceLock<MatchedPath>,
    tenant: OnceLock<Arc<TenantView>>,
    actor: OnceLock<Actor>,
    rate: OnceLock<Rate>,
}

impl RequestInfo {
    /// Reads what every request has.
    pub(crate) fn new(method: Method, uri: Uri, headers: &HeaderMap) -> Self {
        let request_id = request_id(headers);
        let store = Cache::for_request(Arc::clone(&request_id));
        let ip = client_address(headers);
        Self(Arc::new(Inner {
            request_id,
            ip,
            method,
            uri,
            store,
            began: Instant::now(),
            accepts_gzip: gzip::is_accepted(headers),
            trace: Trace::of(headers),
            route: OnceLock::new(),
            tenant: OnceLock::new(),
            actor: OnceLock::new(),
            rate: OnceLock::new(),
        }))
    }

    /// The request's id: letters, digits and `-_.` alone, so it needs no escaping in JSON.
    #[must_use]
    pub fn request_id(&self) -> &str {
        &self.0.request_id
    }

    /// The client's address as the platform saw it.
    #[must_use]
    pub fn ip(&self) -> Option<IpAddr> {
        self.0.ip
    }

    /// The method.
    #[must_use]
    pub fn method(&self) -> &Method {
        &self.0.method
    }

    /// The path. It may hold a cart's id, which is the key to the cart: not for logs.
    #[must_use]
    pub fn path(&self) -> &str {
        self.0.uri.path()
    }

    /// The query string, empty when there is none.
    #[must_use]
    pub fn query(&self) -> &str {
        self.0.uri.query().unwrap_or_default()
    }

    /// Scheme and authority, for links back to the shop; `None` for a request without a `Host`.
    #[must_use]
    pub fn uri(&self) -> &Uri {
        &self.0.uri
    }

    /// The key-value store as this request sees it.
    #[must_use]
    pub fn store(&self) -> &Cache {
        &self.0.store
    }

    /// The context of a database call that names no tenant. See also [`CallContext::for_tenant`].
    #[must_use]
    pub fn context(&self, actor: Actor) -> CallContext {
        if actor != Actor::Guest {
            self.set_actor(actor);
        }
        let context =
            CallContext::without_tenant(self.request_id().to_owned(), self.0.ip.map(|ip| ip.to_string()), actor);
        CallContext { trace: Some(self.trace().clone()), ..context }
    }

    /// An answer in the envelope of ruling C-13.
    ///
    /// # Errors
    /// When the data cannot be written as JSON.
    pub fn success(&self, status: StatusCode, data: &impl Serialize) -> Result<Response, Problem> {
        self.envelope(data, None).map(|body| answer::json_response(status, body))
    }

    /// One page of a list, and where the next one begins.
    ///
    /// # Errors
    /// When the data cannot be written as JSON.
    pub fn page(&self, data: &impl Serialize, next_cursor: Option<String>) -> Result<Response, Problem> {
        let body = self.envelope(data, Some(&Page { next_cursor }))?;
        Ok(answer::json_response(StatusCode::OK, body))
    }

    /// A success whose data has a version: `ETag` carries it, for the `If-Match` of who will change it.
    ///
    /// # Errors
    /// When the data cannot be written as JSON.
    pub fn versioned(&self, status: StatusCode, data: &impl Serialize, version: i64) -> Result<Response, Problem> {
        let mut response = self.success(status, data)?;
        let tag = HeaderValue::from_str(&format!("\"{version}\"")).map_err(|_| Problem::internal())?;
        response.headers_mut().insert(ETAG, tag);
        Ok(response)
    }

    /// The whole body of a success, for an answer that is recorded to be replayed byte for byte.
    ///
    /// # Errors
    /// When the data cannot be written as JSON.
    pub fn envelope(&self, data: &impl Serialize, page: Option<&Page>) -> Result<String, Problem> {
        answer::envelope(self.request_id(), data, page)
    }

    pub(crate) fn tenant(&self) -> Option<&Arc<TenantView>> {
        self.0.tenant.get()
    }

    /// Remembers the tenant. The first one stays: a request has one tenant.
    pub(crate) fn set_tenant(&self, view: Arc<TenantView>) {
        let _ = self.0.tenant.set(view);
    }

    /// On whose behalf the request is made, once it is proved; a guest until then.
    pub(crate) fn actor(&self) -> Actor {
        self.0.actor.get().copied().unwrap_or(Actor::Guest)
    }

    /// Keeps what is left of the caller's share, which every answer tells.
    pub(crate) fn set_rate(&self, rate: Rate) {
        let _ = self.0.rate.set(rate);
    }

    /// What is left of the caller's share, once it is known.
    pub(crate) fn rate(&self) -> Option<Rate> {
        self.0.rate.get().copied()
    }

    /// Remembers who has proved to be calling. The first one stays.
    pub(crate) fn set_actor(&self, actor: Actor) {
        let _ = self.0.actor.set(actor);
    }

    /// The trace that the request belongs to.
    pub(crate) fn trace(&self) -> &TraceContext {
        self.0.trace.context()
    }

    /// Whether the client takes compressed answers.
    pub(crate) fn accepts_gzip(&self) -> bool {
        self.0.accepts_gzip
    }

    /// How long the request has taken so far.
    pub(crate) fn elapsed(&self) -> Duration {
        self.0.began.elapsed()
    }

    /// The tenant's id, for the log.
    pub(crate) fn tenant_id(&self) -> Option<Uuid> {
        self.tenant().map(|view| view.id)
    }

    /// The route's pattern, for the log.
    pub(crate) fn route(&self) -> Option<&str> {
        self.0.route.get().map(MatchedPath::as_str)
    }

    /// The info of a request under way, from its extensions.
    pub(crate) fn of(parts: &Parts) -> Result<Self, Problem> {
        let info = parts.extensions.get::<Self>().cloned().ok_or_else(Problem::internal)?;
        if let Some(route) = parts.extensions.get::<MatchedPath>() {
            let _ = info.0.route.set(route.clone());
        }
        Ok(info)
    }
}

impl<S: Sync> FromRequestParts<S> for RequestInfo {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Self::of(parts)
    }
}

/// The client's id when it is given once and harmless, else a new UUIDv7.
fn request_id(headers: &HeaderMap) -> Arc<str> {
    let mut given = headers.get_all("x-request-id").iter();
    let harmless = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    match (given.next().and_then(|value| value.to_str().ok()), given.next()) {
        (Some(id), None) if (8..=64).contains(&id.len()) && id.bytes().all(harmless) => id.into(),
        _ => Uuid::now_v7().to_string().into(),
    }
}

/// The last `spin-client-addr`: the platform appends its own behind whatever a client sent under that name.
fn client_address(headers: &HeaderMap) -> Option<IpAddr> {
    let text = headers.get_all("spin-client-addr").iter().next_back()?.to_str().ok()?;
    let address = text.parse::<std::net::SocketAddr>().map(|address| address.ip());
    address.or_else(|_| text.parse()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn info(headers: &[(&'static str, &str)]) -> RequestInfo {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().unwrap());
        }
        RequestInfo::new(Method::GET, Uri::from_static("/x?y=1"), &map)
    }

    #[test]
    fn a_harmless_request_id_is_kept() {
        assert_eq!(info(&[("x-request-id", "abc-DEF_1.2")]).request_id(), "abc-DEF_1.2");
    }

    #[test]
    fn any_other_request_id_is_replaced() {
        let long = "a".repeat(65);
        for id in ["short", &long, "has space", "has\"quote", "<script>"] {
            let given = info(&[("x-request-id", id)]);
            assert_ne!(given.request_id(), id);
            assert_eq!(Uuid::parse_str(given.request_id()).unwrap().get_version_num(), 7);
        }
        let doubled = info(&[("x-request-id", "aaaaaaaa"), ("x-request-id", "bbbbbbbb")]);
        assert_eq!(doubled.request_id().len(), 36);
    }

    #[test]
    fn the_platforms_own_address_is_the_last() {
        let forged = info(&[("spin-client-addr", "6.6.6.6:1"), ("spin-client-addr", "10.0.0.7:5000")]);
        assert_eq!(forged.ip(), Some("10.0.0.7".parse().unwrap()));
        assert_eq!(info(&[("spin-client-addr", "[::1]:5000")]).ip(), Some("::1".parse().unwrap()));
        assert_eq!(info(&[("spin-client-addr", "nonsense")]).ip(), None);
        assert_eq!(info(&[("x-forwarded-for", "6.6.6.6")]).ip(), None);
    }
}

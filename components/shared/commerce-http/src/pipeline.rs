//! What happens to every request, in this order.

use std::sync::OnceLock;

use axum::Router;
use axum::body::{Body, HttpBody};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::header::{
    CACHE_CONTROL, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, LOCATION, REFERRER_POLICY,
    RETRY_AFTER, STRICT_TRANSPORT_SECURITY, WWW_AUTHENTICATE, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use http::request::Parts;
use http::uri::{Authority, PathAndQuery, Scheme};
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, Uri};
use tower::Service;

use crate::cached::RESOURCE_POLICY;
use crate::cors::{self, Page};
use crate::encode::{Encoding, encode};
use crate::log::Failure;
use crate::query::is_percent_encoded;
use crate::rate::RateLimit;
use crate::variables::{self, Variable};
use crate::{Problem, RequestInfo, Routes, json, log, vary};

/// Longest path with query.
const MAX_URI: usize = 8 * 1024;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");
const PROBLEM_JSON: HeaderValue = HeaderValue::from_static("application/problem+json");

/// In a response's extensions: the problem that it tells in a form of its own, such as a page for people.
#[derive(Clone, Debug)]
pub struct Rendered(pub Problem);

/// The component's routes, built at an instance's first request. They hold no state of a request.
static ROUTES: OnceLock<Router> = OnceLock::new();

/// Answers one request of a component: the body of its entry point.
pub async fn serve<B>(routes: fn() -> Routes, request: Request<B>) -> Response
where
    B: HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<axum::BoxError>,
{
    handle(ROUTES.get_or_init(|| routes().into_router()), Encoding::Gzip, request.map(Body::new)).await
}

/// The same for a component whose answers hold secrets beside what a caller has sent: they are not compressed, or their length would tell of the secret
/// how much it resembles what was sent (BREACH).
pub async fn serve_plain<B>(routes: fn() -> Routes, request: Request<B>) -> Response
where
    B: HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<axum::BoxError>,
{
    handle(ROUTES.get_or_init(|| routes().into_router()), Encoding::Plain, request.map(Body::new)).await
}

/// The stages, in their order. What a later one needs of the request is kept before the route takes it.
async fn handle(routes: &Router, encoding: Encoding, request: Request<Body>) -> Response {
    let (mut parts, body) = request.into_parts();
    let info = RequestInfo::new(parts.method.clone(), parts.uri.clone(), &parts.headers);
    parts.extensions.insert(info.clone());
    let page = Page::of(&parts).await;
    let checked = check_uri(&parts.uri).and_then(|()| json::check_declared_length(&parts.headers));
    let mut response = match checked {
        Ok(()) if cors::is_preflight(&parts) => preflight(routes, parts).await,
        Ok(()) => route(routes, Request::from_parts(parts, body)).await,
        Err(problem) => problem.into_response(),
    };
    let failed = response.status().is_client_error() || response.status().is_server_error();
    let failure = if failed { Some(render(&info, &mut response).await) } else { None };
    if let Some(page) = page {
        page.admit(response.headers_mut()).await;
    }
    if encoding == Encoding::Gzip {
        response = encode(&info, response).await;
    }
    add_headers(&info, &mut response);
    log::answer(&info, response.status(), failure.as_ref());
    response
}

/// Answers what a page of another origin may send. The router is asked which methods a path has; no handler runs.
async fn preflight(routes: &Router, parts: Parts) -> Response {
    let mut response = match cors::preflight(&parts).await {
        Err(problem) => return problem.into_response(),
        Ok(None) => Response::new(Body::empty()),
        Ok(Some(trusted)) => {
            let mut response = route(routes, Request::from_parts(parts, Body::empty())).await;
            trusted.answer(response.headers_mut());
            response
        }
    };
    vary::on(response.headers_mut(), "Origin");
    if response.status() != StatusCode::NOT_FOUND {
        *response.status_mut() = StatusCode::NO_CONTENT;
        response.headers_mut().remove(CONTENT_LENGTH);
    }
    response
}

async fn route(routes: &Router, request: Request<Body>) -> Response {
    match routes.clone().call(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

/// What the router cannot match sensibly is refused before it tries.
fn check_uri(uri: &Uri) -> Result<(), Problem> {
    let length = uri.path_and_query().map_or(0, |text| text.as_str().len());
    if length > MAX_URI {
        return Err(Problem::new(StatusCode::URI_TOO_LONG, "uri_too_long"));
    }
    let decoded = percent_encoding::percent_decode_str(uri.path()).decode_utf8();
    let clean = decoded.is_ok_and(|path| !path.contains(char::is_control));
    if clean && is_percent_encoded(uri.path()) { Ok(()) } else { Err(Problem::bad_request("malformed_uri")) }
}

/// Gives every failure its problem body, and returns what the log says of it. A handler's failure brings a `Problem` along; the router's own 404 and 405, and a
/// recorded failure that is replayed, are told apart by their body.
async fn render(info: &RequestInfo, response: &mut Response) -> Failure {
    let of = |problem: &Problem| Failure { code: problem.code().to_owned(), cause: problem.cause().map(str::to_owned) };
    if let Some(Rendered(problem)) = response.extensions_mut().remove() {
        tell(&problem, response.headers_mut());
        send_on(info, &problem, response).await;
        return of(&problem);
    }
    let problem = match response.extensions_mut().remove::<Problem>() {
        Some(problem) => problem,
        None if response.body().size_hint().exact() == Some(0) => own(response.status()),
        None => return Failure { code: "replayed".to_owned(), cause: None },
    };
    let body = problem.render(info.request_id(), info.path());
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, PROBLEM_JSON);
    headers.insert(CONTENT_LENGTH, body.len().into());
    tell(&problem, headers);
    if problem.status() == StatusCode::UNAUTHORIZED {
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    let headless = info.method() == Method::HEAD;
    *response.body_mut() = if headless { Body::empty() } else { Body::from(body) };
    send_on(info, &problem, response).await;
    of(&problem)
}

/// Sends whoever came by a shop's former host on to its host of today: 308, the same method, port, path and query. The scheme is left to be the same,
/// since a proxy in front may speak another one than we see.
async fn send_on(info: &RequestInfo, problem: &Problem, response: &mut Response) {
    if problem.code() != "tenant_moved" {
        return;
    }
    let Some(authority) = info.uri().authority() else { return };
    let to = match problem.fact("host") {
        Some(_) => {
            let Ok(base_domain) = variables::text(Variable::BaseDomain).await else { return };
            by_domain(authority, problem, &base_domain)
        }
        None => by_slug(authority, problem),
    };
    let path = info.uri().path_and_query().map_or("/", PathAndQuery::as_str);
    if let Some(to) = to
        && let Ok(location) = HeaderValue::from_str(&format!("//{to}{path}"))
    {
        *response.status_mut() = StatusCode::PERMANENT_REDIRECT;
        response.headers_mut().insert(LOCATION, location);
    }
}

/// From `<former slug>.<rest>` to `<slug>.<rest>`.
fn by_slug(authority: &Authority, problem: &Problem) -> Option<String> {
    let (label, rest) = authority.as_str().split_once('.')?;
    let slug = problem.fact("slug")?;
    label.eq_ignore_ascii_case(problem.fact("from")?).then(|| format!("{slug}.{rest}"))
}

/// From a domain that the shop gave up to its primary one, or to its host under the base domain.
fn by_domain(authority: &Authority, problem: &Problem, base_domain: &str) -> Option<String> {
    let slug = problem.fact("slug")?;
    let host =
        problem.fact("domain").map_or_else(|| format!("{slug}.{}", base_domain.trim_end_matches('.')), str::to_owned);
    Some(match authority.port_u16() {
        Some(port) => format!("{host}:{port}"),
        None => host,
    })
}

/// What a problem says in headers.
fn tell(problem: &Problem, headers: &mut HeaderMap) {
    if let Some(seconds) = problem.retry_after_s() {
        headers.insert(RETRY_AFTER, seconds.into());
    }
    if let Some(rate) = problem.rate_limit() {
        rate.apply(headers);
    }
}

/// The problem of a failure that the router made.
fn own(status: StatusCode) -> Problem {
    match status {
        StatusCode::NOT_FOUND => Problem::not_found("not_found"),
        StatusCode::METHOD_NOT_ALLOWED => Problem::new(status, "method_not_allowed"),
        status if status.is_client_error() => Problem::new(status, "invalid_request"),
        _ => Problem::internal(),
    }
}

/// Headers of every answer. What a handler has set stays.
fn add_headers(info: &RequestInfo, response: &mut Response) {
    let headers = response.headers_mut();
    // A request id is letters, digits and `-_.`, which a header may hold.
    if let Ok(id) = HeaderValue::from_str(info.request_id()) {
        headers.insert(REQUEST_ID, id);
    }
    if let Some(rate) = info.rate() {
        RateLimit::from(rate).apply(headers);
    }
    for (name, value) in [
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "no-referrer"),
        (CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
        (X_FRAME_OPTIONS, "DENY"),
        (PERMISSIONS_POLICY, "camera=(), geolocation=(), microphone=(), payment=()"),
        (RESOURCE_POLICY, "same-origin"),
        (CACHE_CONTROL, "no-store"),
    ] {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if info.uri().scheme() == Some(&Scheme::HTTPS) {
        headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000; includeSubDomains"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{JsonBody, PathId, PathParam, Query};
    use axum::routing::{get, post};
    use futures::executor::block_on;
    use http_body_util::BodyExt;
    use serde::Deserialize;
    use serde_json::Value;

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Empty {}

    struct CartId;

    impl PathParam for CartId {
        const NAME: &'static str = "cart_id";
        const PATTERN: &'static str = "^crt_1$";
        const NOT_FOUND: &'static str = "cart_not_found";
        fn parse(text: &str) -> Option<Self> {
            (text == "crt_1").then_some(Self)
        }
    }

    async fn show(info: RequestInfo, _: PathId<CartId>, _: Query<Empty>) -> Result<Response, Problem> {
        info.success(StatusCode::OK, &"cart")
    }

    async fn change(info: RequestInfo, _: JsonBody<Empty>) -> Result<Response, Problem> {
        info.success(StatusCode::CREATED, &"changed")
    }

    async fn moved() -> Problem {
        let detail = Some(serde_json::json!({"from": "old", "slug": "new"}));
        commerce_db::DbError::Refused { status: 421, code: "tenant_moved".into(), detail }.into()
    }

    fn routes() -> Router {
        Router::new()
            .route("/carts/{cart_id}", get(show))
            .route("/carts", post(change))
            .route("/carts/moved", get(moved))
            .route("/recorded", get(async || crate::stored_answer(409, r#"{"recorded":1}"#.into(), true)))
    }

    fn send(request: http::request::Builder, body: &'static str) -> (Response<()>, Value) {
        let response = block_on(handle(&routes(), Encoding::Gzip, request.body(Body::from(body)).unwrap()));
        let (parts, body) = response.into_parts();
        let bytes = block_on(body.collect()).unwrap().to_bytes();
        (Response::from_parts(parts, ()), serde_json::from_slice(&bytes).unwrap_or(Value::Null))
    }

    #[test]
    fn a_success_has_its_envelope_and_headers() {
        let (response, body) =
            send(Request::get("http://a.localhost/carts/crt_1").header("x-request-id", "req-0001"), "");
        assert_eq!(response.status(), 200);
        assert_eq!(body, serde_json::json!({"data": "cart", "meta": {"request_id": "req-0001"}}));
        let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(header("x-request-id"), "req-0001");
        assert_eq!(header("content-type"), "application/json");
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert_eq!(header("cache-control"), "no-store");
        assert_eq!(header("referrer-policy"), "no-referrer");
        assert!(header("content-security-policy").starts_with("default-src 'none'"));
        assert!(!response.headers().contains_key("strict-transport-security"));
        let (response, _) = send(Request::get("https://a.localhost/carts/crt_1"), "");
        assert!(response.headers().contains_key("strict-transport-security"));
    }

    #[test]
    fn every_failure_is_a_problem() {
        for (request, body, status, code) in [
            (Request::get("/nowhere"), "", 404, "not_found"),
            (Request::get("/carts/crt_1/"), "", 404, "not_found"),
            (Request::delete("/carts/crt_1"), "", 405, "method_not_allowed"),
            (Request::get("/carts/none"), "", 404, "cart_not_found"),
            (Request::get("/carts/%00"), "", 400, "malformed_uri"),
            (Request::get("/carts/%ff"), "", 400, "malformed_uri"),
            (Request::get("/carts/%zz"), "", 400, "malformed_uri"),
            (Request::get("/carts/crt_1?x=1"), "", 422, "invalid_request"),
            (Request::post("/carts"), "{}", 415, "unsupported_media_type"),
            (Request::post("/carts").header("content-type", "application/json"), "{", 400, "malformed_json"),
            (Request::post("/carts").header("content-length", "9999999"), "{}", 413, "body_too_large"),
        ] {
            let (response, body) = send(request, body);
            assert_eq!((response.status().as_u16(), body["code"].as_str()), (status, Some(code)));
            assert_eq!(response.headers()["content-type"], "application/problem+json");
            assert_eq!(body["request_id"], response.headers()["x-request-id"].to_str().unwrap());
            assert_eq!(response.headers()["cache-control"], "no-store");
        }
    }

    #[test]
    fn a_former_host_leads_to_the_one_of_today() {
        for (uri, location) in [
            ("http://old.wasla.test:3000/carts/moved?x=1&y=%2F", Some("//new.wasla.test:3000/carts/moved?x=1&y=%2F")),
            ("http://OLD.wasla.test//evil.example/carts", None),
            ("http://127.0.0.1:3000/carts/moved", None),
            ("/carts/moved", None),
        ] {
            let (response, body) = send(Request::get(uri), "");
            let status = if location.is_some() { 308 } else { body["status"].as_u64().unwrap() };
            assert_eq!(u64::from(response.status().as_u16()), status, "{uri}");
            assert_eq!(response.headers().get("location").map(|value| value.to_str().unwrap()), location, "{uri}");
        }
    }

    #[test]
    fn a_domain_that_was_given_up_leads_to_the_primary_one_or_to_the_slugs_host() {
        let moved = |detail: Value| {
            Problem::from(commerce_db::DbError::Refused {
                status: 421,
                code: "tenant_moved".into(),
                detail: Some(detail),
            })
        };
        let primary = moved(serde_json::json!({"host": "old.example", "slug": "a", "domain": "new.example"}));
        let none = moved(serde_json::json!({"host": "old.example", "slug": "a", "domain": null}));
        for (authority, problem, to) in [
            ("old.example", &primary, "new.example"),
            ("OLD.example.:8443", &primary, "new.example:8443"),
            ("old.example:3000", &none, "a.wasla.test:3000"),
            ("old.example", &none, "a.wasla.test"),
        ] {
            let authority: Authority = authority.parse().unwrap();
            assert_eq!(by_domain(&authority, problem, "wasla.test.").as_deref(), Some(to));
        }
    }

    #[test]
    fn a_long_address_is_refused() {
        let long = format!("/carts?{}", "a".repeat(MAX_URI));
        assert_eq!(send(Request::get(long), "").0.status(), 414);
    }

    #[test]
    fn refused_methods_name_the_allowed_ones() {
        let (response, _) = send(Request::delete("/carts/crt_1"), "");
        assert_eq!(response.headers()["allow"], "GET,HEAD");
        let (response, _) = send(Request::get("/carts"), "");
        assert_eq!(response.headers()["allow"], "POST");
    }

    #[test]
    fn head_is_get_without_its_body() {
        let (response, body) = send(Request::head("/carts/crt_1"), "");
        assert_eq!((response.status().as_u16(), body), (200, Value::Null));
        assert!(response.headers()["content-length"].to_str().unwrap().parse::<usize>().unwrap() > 0);
        let (response, body) = send(Request::head("/carts/none"), "");
        assert_eq!((response.status().as_u16(), body), (404, Value::Null));
    }

    #[test]
    fn the_order_of_refusals_is_fixed() {
        // Address before limits, limits before route, route before path, path before query.
        let oversized = |uri: &str| Request::get(uri).header("content-length", "9999999");
        assert_eq!(send(oversized("/%zz"), "").1["code"], "malformed_uri");
        assert_eq!(send(oversized("/nowhere"), "").1["code"], "body_too_large");
        assert_eq!(send(Request::delete("/carts/none?x=1"), "").1["code"], "method_not_allowed");
        assert_eq!(send(Request::get("/carts/none?x=1"), "").1["code"], "cart_not_found");
    }

    #[test]
    fn a_recorded_failure_is_replayed_byte_for_byte() {
        let (response, body) = send(Request::get("/recorded"), "");
        assert_eq!((response.status().as_u16(), body), (409, serde_json::json!({"recorded": 1})));
        assert_eq!(response.headers()["idempotent-replayed"], "true");
    }
}

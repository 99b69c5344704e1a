//! Answers of the HTTP surface.

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue, LOCATION};
use http::{Response, StatusCode};
use http_body_util::Full;
use serde::Serialize;

/// A whole answer.
pub(crate) type Reply = Response<Full<Bytes>>;

/// The request ends without an answer: its connection is closed.
#[derive(Debug, thiserror::Error)]
#[error("connection closed without an answer, as asked")]
pub(crate) struct Dropped;

fn with_type(status: StatusCode, content_type: &'static str, body: Bytes) -> Reply {
    let mut reply = Response::new(Full::new(body));
    *reply.status_mut() = status;
    reply.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    reply.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    reply
}

/// JSON bytes that are already serialised.
pub(crate) fn json_bytes(status: StatusCode, body: impl Into<Bytes>) -> Reply {
    with_type(status, "application/json; charset=utf-8", body.into())
}

/// A value as JSON.
pub(crate) fn json(status: StatusCode, value: &impl Serialize) -> Reply {
    json_bytes(status, to_bytes(value))
}

/// A page. It may load nothing and run nothing; styles are inline.
pub(crate) fn html(status: StatusCode, page: String) -> Reply {
    let mut reply = with_type(status, "text/html; charset=utf-8", page.into());
    let policy = HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'");
    reply.headers_mut().insert(HeaderName::from_static("content-security-policy"), policy);
    reply
}

/// Sends the browser elsewhere with GET.
pub(crate) fn see_other(location: &str) -> Reply {
    let mut reply = with_type(StatusCode::SEE_OTHER, "text/plain; charset=utf-8", Bytes::new());
    if let Ok(value) = HeaderValue::from_str(location) {
        reply.headers_mut().insert(LOCATION, value);
    }
    reply
}

/// Serialises a value of ours, which cannot fail: string keys only, no foreign `Serialize`.
pub(crate) fn to_bytes(value: &impl Serialize) -> Bytes {
    serde_json::to_vec(value).unwrap_or_default().into()
}

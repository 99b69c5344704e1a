//! Compressed answers, for the clients that take them.

use axum::body::{Body, HttpBody};
use axum::response::Response;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, ETAG, HeaderValue};
use http::{HeaderMap, Method, StatusCode};
use http_body_util::BodyExt;

use crate::{RequestInfo, gzip, vary};

/// The coding's name.
pub(crate) const GZIP: HeaderValue = HeaderValue::from_static("gzip");

/// What a component does with the size of its answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// Compresses them.
    Gzip,
    /// Leaves them: their length must say nothing of what they hold (BREACH).
    Plain,
}

/// Compresses a successful read that is worth it, unless its handler has done so.
pub(crate) async fn encode(info: &RequestInfo, response: Response) -> Response {
    let read = matches!(*info.method(), Method::GET | Method::HEAD) && response.status() == StatusCode::OK;
    if !read || !is_compressible(response.headers()) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    vary::on(&mut parts.headers, "Accept-Encoding");
    let headless = *info.method() == Method::HEAD;
    let size = if headless { declared(&parts.headers) } else { body.size_hint().exact() };
    if !info.accepts_gzip() || size.is_none_or(|size| size < gzip::WORTH_IT as u64) {
        return Response::from_parts(parts, body);
    }
    // The length of the compressed answer, which a HEAD would have to tell, is known to the GET alone (RFC 9110 §8.6).
    if headless {
        parts.headers.remove(CONTENT_LENGTH);
        return Response::from_parts(parts, body);
    }
    let Ok(whole) = body.collect().await else { return Response::from_parts(parts, Body::empty()) };
    let whole = whole.to_bytes();
    let body = match gzip::compress(&whole) {
        Some(file) => {
            parts.headers.insert(CONTENT_ENCODING, GZIP);
            parts.headers.insert(CONTENT_LENGTH, file.len().into());
            Body::from(file)
        }
        None => Body::from(whole),
    };
    Response::from_parts(parts, body)
}

fn declared(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Text that no handler has compressed. A strong entity tag names these very bytes (RFC 9110 §8.8.1), so what has one stays as it is: pictures,
/// which are kept for a year, and what is changed with `If-Match`.
fn is_compressible(headers: &HeaderMap) -> bool {
    let text = |value: &HeaderValue| {
        let media_type = value.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim();
        media_type.starts_with("text/") || media_type == "application/json" || media_type.ends_with("+json")
    };
    let strong = |tag: &HeaderValue| !tag.as_bytes().starts_with(b"W/");
    !headers.contains_key(CONTENT_ENCODING)
        && headers.get(CONTENT_TYPE).is_some_and(text)
        && !headers.get(ETAG).is_some_and(strong)
}

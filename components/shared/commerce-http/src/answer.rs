//! Successful answers: `{"data": …, "meta": {"request_id", "page"?}}` (ruling C-13).

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderName};
use http::{HeaderValue, StatusCode};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::Problem;

/// Media type of every successful answer.
pub(crate) const JSON: HeaderValue = HeaderValue::from_static("application/json");

const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// `meta.page` of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Page {
    /// Where the next page begins; null on the last page.
    pub next_cursor: Option<String>,
}

/// The envelope in two parts around the request's id, which is the only thing that differs between equal answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Envelope {
    pub head: Bytes,
    pub tail: Bytes,
}

impl Envelope {
    /// Wraps JSON that is ready to go out.
    pub fn new(data: &[u8], page: Option<&Page>) -> Self {
        const OPEN: &[u8] = br#"{"data":"#;
        const META: &[u8] = br#","meta":{"request_id":""#;
        let mut tail = b"\"".to_vec();
        if let Some(page) = page {
            tail.extend_from_slice(br#","page":"#);
            tail.extend_from_slice(&serde_json::to_vec(page).unwrap_or_default());
        }
        tail.extend_from_slice(b"}}");
        Self { head: [OPEN, data, META].concat().into(), tail: tail.into() }
    }

    /// The body for one request. One allocation; a request id needs no escaping (see `RequestInfo`).
    pub fn body(&self, request_id: &str) -> Vec<u8> {
        let mut body = Vec::with_capacity(self.head.len() + request_id.len() + self.tail.len());
        body.extend_from_slice(&self.head);
        body.extend_from_slice(request_id.as_bytes());
        body.extend_from_slice(&self.tail);
        body
    }
}

/// The whole envelope as text, for an answer that is recorded to be replayed.
pub(crate) fn envelope(request_id: &str, data: &impl Serialize, page: Option<&Page>) -> Result<String, Problem> {
    let data = serde_json::to_vec(data).map_err(|_| Problem::internal())?;
    String::from_utf8(Envelope::new(&data, page).body(request_id)).map_err(|_| Problem::internal())
}

/// An answer of JSON that is complete.
pub(crate) fn json_response(status: StatusCode, body: impl Into<Bytes>) -> Response {
    let mut response = Response::new(Body::from(body.into()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, JSON);
    response
}

/// A recorded answer, byte for byte; a replay says so (ruling C-30).
///
/// # Errors
/// When the recorded status is none.
pub fn stored_answer(status: u16, body: String, replayed: bool) -> Result<Response, Problem> {
    let status = StatusCode::from_u16(status).map_err(|_| Problem::internal())?;
    let mut response = json_response(status, body);
    if replayed {
        response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    }
    Ok(response)
}

/// A value as raw JSON, to be mixed with JSON that passes through.
///
/// # Errors
/// When the value cannot be written as JSON.
pub fn raw_json(value: &impl Serialize) -> Result<Box<RawValue>, Problem> {
    serde_json::value::to_raw_value(value).map_err(|_| Problem::internal())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn raw_data_pass_through_unchanged() {
        let body = Envelope::new(br#"[{"b": 1, "a":2}]"#, None).body("r-1");
        assert_eq!(String::from_utf8(body).unwrap(), r#"{"data":[{"b": 1, "a":2}],"meta":{"request_id":"r-1"}}"#);
    }

    #[test]
    fn a_list_tells_its_page() {
        let page = Page { next_cursor: Some("abc".into()) };
        let text = envelope("r-1", &[1, 2], Some(&page)).unwrap();
        assert_eq!(text, r#"{"data":[1,2],"meta":{"request_id":"r-1","page":{"next_cursor":"abc"}}}"#);
        let last = envelope("r-1", &[1], Some(&Page { next_cursor: None })).unwrap();
        assert!(last.ends_with(r#""page":{"next_cursor":null}}}"#));
    }

    #[test]
    fn a_replay_says_so() {
        let response = stored_answer(201, "{}".into(), true).unwrap();
        assert_eq!(response.status(), 201);
        assert_eq!(response.headers()["idempotent-replayed"], "true");
        assert!(!stored_answer(201, "{}".into(), false).unwrap().headers().contains_key("idempotent-replayed"));
        assert!(stored_answer(7, "{}".into(), true).is_err());
    }
}

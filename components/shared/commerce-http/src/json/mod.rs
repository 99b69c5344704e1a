//! The body of a request.

pub(crate) mod strict;

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, StatusCode};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::de::DeserializeOwned;

use crate::Problem;
use crate::fault::Node;

/// Largest body of a request.
const MAX_BODY: usize = 64 * 1024;

/// A JSON body of a type that denies unknown fields. Refuses other media types (415), bodies above 64 KiB (413), broken JSON (400)
/// and whatever the type does not accept (422, with the field).
#[derive(Clone, Debug)]
pub struct JsonBody<T> {
    /// What was sent.
    pub value: T,
    /// The same in one spelling, for the fingerprint of an idempotent request.
    canonical: Vec<u8>,
}

impl<T> JsonBody<T> {
    /// The body in one spelling: equal for bodies that differ in whitespace, escapes or the order of fields.
    #[must_use]
    pub fn canonical(&self) -> &[u8] {
        &self.canonical
    }
}

impl<T: DeserializeOwned, S: Sync> FromRequest<S> for JsonBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        check_media_type(request.headers(), "application/json")?;
        let body = read(request.into_body()).await?;
        parse(&body)
    }
}

/// The bytes of a body of at most 64 KiB, of whatever media type: for what is verified before it is parsed.
#[derive(Clone, Debug)]
pub struct RawBody(pub Bytes);

impl<S: Sync> FromRequest<S> for RawBody {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        read(request.into_body()).await.map(Self)
    }
}

/// Refuses a body whose declared length is too large, before anything of it is read.
pub(crate) fn check_declared_length(headers: &HeaderMap) -> Result<(), Problem> {
    let declared = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if declared.is_some_and(|length| length > MAX_BODY as u64) { Err(too_large()) } else { Ok(()) }
}

/// Reads a body of at most 64 KiB.
pub(crate) async fn read(body: Body) -> Result<Bytes, Problem> {
    match Limited::new(body, MAX_BODY).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(too_large()),
        Err(_) => Err(Problem::bad_request("body_unreadable")),
    }
}

fn too_large() -> Problem {
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large")
}

/// Refuses a body that is not of this media type, in UTF-8.
pub(crate) fn check_media_type(headers: &HeaderMap, media_type: &str) -> Result<(), Problem> {
    let mut values = headers.get_all(CONTENT_TYPE).iter();
    let unsupported = || Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type");
    let value = values.next().and_then(|value| value.to_str().ok()).ok_or_else(unsupported)?;
    if values.next().is_some() {
        return Err(Problem::bad_request("duplicate_header"));
    }
    let mut parts = value.split(';').map(str::trim);
    let named = parts.next().is_some_and(|essence| essence.eq_ignore_ascii_case(media_type));
    let utf8 = |part: &str| {
        let (name, value) = part.split_once('=').unwrap_or_default();
        name.eq_ignore_ascii_case("charset") && value.trim_matches('"').eq_ignore_ascii_case("utf-8")
    };
    if named && parts.all(utf8) { Ok(()) } else { Err(unsupported()) }
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<JsonBody<T>, Problem> {
    let value = strict::parse(body)?;
    let canonical = serde_json::to_vec(&value).map_err(|_| Problem::internal())?;
    match T::deserialize(Node(&value)) {
        Ok(value) => Ok(JsonBody { value, canonical }),
        Err(fault) => Err(Problem::fields(vec![fault.into_error()])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::executor::block_on;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Item {
        quantity: u16,
    }

    fn post(content_type: &str, body: impl Into<Body>) -> Result<JsonBody<Item>, Problem> {
        let request = http::Request::post("/").header(CONTENT_TYPE, content_type).body(body.into()).unwrap();
        block_on(JsonBody::from_request(request, &()))
    }

    #[test]
    fn json_in_utf8_is_read() {
        for media_type in ["application/json", "Application/JSON; charset=UTF-8", "application/json;charset=\"utf-8\""]
        {
            assert_eq!(post(media_type, r#"{"quantity": 2}"#).unwrap().value.quantity, 2);
        }
    }

    #[test]
    fn other_media_types_are_refused() {
        for media_type in ["text/plain", "application/json; charset=latin1", "application/jsonp", ""] {
            assert_eq!(post(media_type, "{}").unwrap_err().status(), 415, "{media_type}");
        }
    }

    #[test]
    fn a_large_body_is_refused_declared_or_not() {
        let streamed =
            Body::from_stream(futures::stream::iter((0..100).map(|_| Ok::<_, std::io::Error>(vec![b' '; 1_024]))));
        assert_eq!(post("application/json", streamed).unwrap_err().code(), "body_too_large");
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_LENGTH, "65536".parse().unwrap());
        assert!(check_declared_length(&headers).is_ok());
        headers.insert(CONTENT_LENGTH, "65537".parse().unwrap());
        assert_eq!(check_declared_length(&headers).unwrap_err().status(), 413);
    }

    #[test]
    fn spelling_does_not_change_the_canonical_form() {
        let one = parse::<serde_json::Value>(br#"{"b": "\u0041", "a": 1}"#).unwrap();
        let two = parse::<serde_json::Value>(br#"{"a":1,"b":"A"}"#).unwrap();
        assert_eq!(one.canonical(), two.canonical());
    }

    #[test]
    fn a_refused_field_is_named() {
        let problem = post("application/json", r#"{"quantity": -1}"#).unwrap_err();
        assert_eq!((problem.status().as_u16(), problem.code()), (422, "invalid_request"));
    }
}

//! Idempotency keys (ruling C-30).

use axum::extract::FromRequestParts;
use http::HeaderValue;
use http::request::Parts;
use sha2::{Digest, Sha256};

use crate::{Problem, RequestInfo};

const HEADER: &str = "idempotency-key";

/// Longest key.
const MAX: usize = 255;

/// The client's key: given exactly once, 1 to 255 visible ASCII characters.
#[derive(Clone, PartialEq, Eq)]
pub struct IdempotencyKey(String);

commerce_domain::opaque_debug!(IdempotencyKey);

impl IdempotencyKey {
    /// The key as the client wrote it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<S: Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let mut values = parts.headers.get_all(HEADER).iter();
        let value = values.next().ok_or_else(|| Problem::bad_request("idempotency_key_missing"))?;
        let invalid = || Problem::bad_request("idempotency_key_invalid");
        if values.next().is_some() {
            return Err(invalid());
        }
        key(value).map(Self).ok_or_else(invalid)
    }
}

fn key(value: &HeaderValue) -> Option<String> {
    let text = value.to_str().ok()?;
    ((1..=MAX).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic())).then(|| text.to_owned())
}

/// What makes two requests the same: SHA-256 over method, path, query and body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// The fingerprint of a request with the canonical form of its body.
    #[must_use]
    pub fn new(info: &RequestInfo, canonical_body: &[u8]) -> Self {
        Self::of(info.method().as_str(), info.path(), info.query(), canonical_body)
    }

    /// As it is stored: 64 hexadecimal digits.
    #[must_use]
    pub fn to_hex(self) -> String {
        hex(&self.0)
    }

    fn of(method: &str, path: &str, query: &str, body: &[u8]) -> Self {
        let mut hash = Sha256::new();
        // Each part goes in with its length, so that no two different requests feed the same bytes.
        for part in [method.as_bytes(), path.as_bytes(), query.as_bytes(), body] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        Self(hash.finalize().into())
    }
}

/// Lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::executor::block_on;

    fn extract(keys: &[&str]) -> Result<IdempotencyKey, Problem> {
        let mut request = http::Request::post("/");
        for key in keys {
            request = request.header(HEADER, *key);
        }
        let mut parts = request.body(()).unwrap().into_parts().0;
        block_on(IdempotencyKey::from_request_parts(&mut parts, &()))
    }

    #[test]
    fn one_visible_key_is_taken() {
        assert_eq!(extract(&["8f14e45f-ceea"]).unwrap().as_str(), "8f14e45f-ceea");
        assert!(extract(&[&"k".repeat(255)]).is_ok());
    }

    #[test]
    fn everything_else_is_refused() {
        assert_eq!(extract(&[]).unwrap_err().code(), "idempotency_key_missing");
        for keys in [&[""][..], &["a b"], &["a", "a"], &[&"k".repeat(256)], &["مفتاح"]] {
            assert_eq!(extract(keys).unwrap_err().code(), "idempotency_key_invalid", "{keys:?}");
        }
    }

    #[test]
    fn every_part_of_the_request_counts() {
        let base = Fingerprint::of("POST", "/a", "", b"{}");
        assert_eq!(base, Fingerprint::of("POST", "/a", "", b"{}"));
        assert_eq!(base.to_hex().len(), 64);
        for other in [
            Fingerprint::of("PUT", "/a", "", b"{}"),
            Fingerprint::of("POST", "/b", "", b"{}"),
            Fingerprint::of("POST", "/a", "x", b"{}"),
            Fingerprint::of("POST", "/a", "", b"[]"),
            Fingerprint::of("POST", "/", "a", b"{}"),
        ] {
            assert_ne!(base, other);
        }
    }
}

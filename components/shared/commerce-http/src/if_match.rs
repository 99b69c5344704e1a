//! `If-Match` (RFC 9110 §13.1.1) on the versions of rows.

use axum::extract::FromRequestParts;
use http::header::IF_MATCH;
use http::request::Parts;

use crate::Problem;

/// The version that the client read: what has changed since is not overwritten, but refused with 412 `version_mismatch` by the function that
/// writes. Without the header, and with `*`, the client takes whatever there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IfMatch(pub Option<i64>);

impl<S: Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let mut given = parts.headers.get_all(IF_MATCH).iter();
        let Some(value) = given.next() else { return Ok(Self(None)) };
        let text = value.to_str().ok().filter(|_| given.next().is_none());
        text.and_then(read).map(Self).ok_or_else(|| Problem::bad_request("invalid_if_match"))
    }
}

/// One strong tag, as `ETag` gave it, or `*`.
fn read(text: &str) -> Option<Option<i64>> {
    if text == "*" {
        return Some(None);
    }
    let digits = text.strip_prefix('"')?.strip_suffix('"')?;
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0');
    digits.parse().ok().filter(|_| plain).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_a_version() {
        assert_eq!(read("\"7\""), Some(Some(7)));
        assert_eq!(read("*"), Some(None));
        for wrong in ["7", "\"\"", "\"07\"", "\"-7\"", "W/\"7\"", "\"7\", \"8\"", "\"x\"", "\"99999999999999999999\""] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}

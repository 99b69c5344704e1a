//! Request ids: the client's if it is harmless, else a new one.

use std::cell::Cell;
use std::sync::Arc;

use http::{HeaderMap, HeaderName};

/// The header, in requests and responses.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

const LENGTH_MAX: usize = 128;

/// The id of a request with these headers.
pub fn of(headers: &HeaderMap) -> Arc<str> {
    let mut given = headers.get_all(REQUEST_ID).iter();
    match (given.next().and_then(|value| value.to_str().ok()), given.next()) {
        (Some(id), None) if is_valid(id) => id.into(),
        _ => generate(),
    }
}

fn is_valid(id: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    !id.is_empty() && id.len() <= LENGTH_MAX && id.bytes().all(allowed)
}

thread_local! {
    /// State of a SplitMix64 sequence, seeded by the system once per thread.
    static STATE: Cell<Option<u64>> = const { Cell::new(None) };
}

/// Sixteen hexadecimal digits. Ids find log lines; they guard nothing, so speed counts and secrecy does not.
fn generate() -> Arc<str> {
    let seed = || getrandom::u64().unwrap_or_else(|_| std::process::id().into());
    let state = STATE.get().unwrap_or_else(seed).wrapping_add(0x9e37_79b9_7f4a_7c15);
    STATE.set(Some(state));
    let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    format!("{:016x}", mixed ^ (mixed >> 31)).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id_for(values: &[&[u8]]) -> Arc<str> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(REQUEST_ID, http::HeaderValue::from_bytes(value).unwrap());
        }
        of(&headers)
    }

    #[test]
    fn harmless_ids_are_kept() {
        assert_eq!(&*id_for(&[b"abc-DEF_1.2"]), "abc-DEF_1.2");
        assert_eq!(id_for(&[&[b'a'; 128]]).len(), 128);
    }

    #[test]
    fn everything_else_is_replaced() {
        for values in [&[&b""[..]][..], &[&[b'a'; 129]], &[b"a b"], &[b"a\"b"], &[b"\xff"], &[b"one", b"two"], &[]] {
            let id = id_for(values);
            assert!(id.len() == 16 && is_valid(&id), "{id}");
        }
    }

    #[test]
    fn new_ids_differ() {
        let ids: std::collections::HashSet<_> = (0..10_000).map(|_| generate()).collect();
        assert_eq!(ids.len(), 10_000);
    }
}

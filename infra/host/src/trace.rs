//! The trace of a request (W3C Trace Context, level 2), for the access log. Components get it as it came; where it came with none, they get the one
//! that the log names, so that their lines and its own are found together.

use http::{HeaderMap, HeaderName, HeaderValue};

const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
const TRACESTATE: HeaderName = HeaderName::from_static("tracestate");

/// Length of version 00.
const LENGTH: usize = 55;

/// The id of a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TraceId(u128);

impl std::fmt::Display for TraceId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

/// The trace that a request belongs to. One that belongs to none begins one, in its headers.
pub fn ensure(headers: &mut HeaderMap) -> TraceId {
    if let Some(given) = given(headers) {
        return given;
    }
    let random = || u128::from(getrandom::u64().unwrap_or(1));
    let (id, span) = (TraceId((random() << 64 | random()).max(1)), random().max(1));
    headers.remove(TRACESTATE);
    if let Ok(value) = HeaderValue::from_str(&format!("00-{id}-{span:016x}-00")) {
        headers.insert(TRACEPARENT, value);
    }
    id
}

/// The trace of exactly one valid `traceparent` (§3.2.2); of a later version, what there is of this one (§3.2.4).
fn given(headers: &HeaderMap) -> Option<TraceId> {
    let mut values = headers.get_all(TRACEPARENT).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return None };
    let (known, rest) = value.to_str().ok()?.split_at_checked(LENGTH)?;
    let mut parts = known.split('-');
    let mut next = |digits| number(parts.next()?, digits);
    let (version, id, parent, _flags) = (next(2)?, next(32)?, next(16)?, next(2)?);
    let whole = version != 0xff && (rest.is_empty() || (version != 0 && rest.starts_with('-')));
    (whole && parts.next().is_none() && id != 0 && parent != 0).then_some(TraceId(id))
}

/// So many hexadecimal digits in lower case.
fn number(text: &str, digits: usize) -> Option<u128> {
    let good = text.len() == digits && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if good { u128::from_str_radix(text, 16).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GIVEN: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    fn ensured(parents: &[&str]) -> (TraceId, HeaderMap) {
        let mut headers = HeaderMap::new();
        headers.insert(TRACESTATE, "a=1".parse().unwrap());
        for parent in parents {
            headers.append(TRACEPARENT, parent.parse().unwrap());
        }
        (ensure(&mut headers), headers)
    }

    #[test]
    fn a_good_trace_is_left_as_it_came() {
        let later = GIVEN.replacen("00", "01", 1) + "-more";
        for parent in [GIVEN, &later] {
            let (id, headers) = ensured(&[parent]);
            assert_eq!(id.to_string(), "4bf92f3577b34da6a3ce929d0e0e4736");
            assert_eq!(
                (headers[TRACEPARENT].to_str().ok(), headers[TRACESTATE].to_str().ok()),
                (Some(parent), Some("a=1"))
            );
        }
    }

    #[test]
    fn any_other_is_replaced_with_its_state() {
        for parents in [
            &[][..],
            &["x"],
            &[GIVEN, GIVEN],
            &["00-00000000000000000000000000000000-00f067aa0ba902b7-01"],
            &["00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01"],
            &["00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01"],
            &["ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"],
            &["00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more"],
        ] {
            let (id, headers) = ensured(parents);
            assert_eq!(given(&headers), Some(id), "{parents:?}");
            assert!(!headers.contains_key(TRACESTATE) && headers.get_all(TRACEPARENT).iter().count() == 1);
            assert_ne!(id, ensured(parents).0);
        }
    }
}

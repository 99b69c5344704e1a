//! The trace that a request belongs to (W3C Trace Context). An answer carries nothing of it: the standard has no header for that, and
//! `X-Request-Id` finds the log lines.

use std::sync::OnceLock;

use commerce_domain::TraceContext;
use http::{HeaderMap, HeaderName, HeaderValue};

const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
const TRACESTATE: HeaderName = HeaderName::from_static("tracestate");

/// What the caller sent of a trace. Read when somebody asks for it: an answer out of a cache never does.
#[derive(Debug)]
pub(crate) struct Trace {
    parents: Vec<HeaderValue>,
    states: Vec<HeaderValue>,
    context: OnceLock<TraceContext>,
}

impl Trace {
    /// The headers as they came.
    pub fn of(headers: &HeaderMap) -> Self {
        let all = |name: HeaderName| headers.get_all(name).iter().cloned().collect();
        Self { parents: all(TRACEPARENT), states: all(TRACESTATE), context: OnceLock::new() }
    }

    /// The caller's trace with a span of our own, or a new trace.
    pub fn context(&self) -> &TraceContext {
        self.context.get_or_init(|| {
            let parents = self.parents.iter().map(HeaderValue::as_bytes);
            let given = TraceContext::of_headers(parents, self.states.iter().map(HeaderValue::as_bytes), random());
            given.unwrap_or_else(|| TraceContext::begin(u128::from(random()) << 64 | u128::from(random()), random()))
        })
    }
}

/// Ids find log lines and guard nothing: without randomness there is a trace all the same.
fn random() -> u64 {
    getrandom::u64().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const GIVEN: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    fn trace(headers: &[(&'static str, &str)]) -> TraceContext {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().unwrap());
        }
        Trace::of(&map).context().clone()
    }

    #[test]
    fn a_callers_trace_goes_on_under_a_span_of_our_own() {
        let trace = trace(&[("traceparent", GIVEN), ("tracestate", "a=1"), ("tracestate", "b=2")]);
        let own = trace.traceparent();
        assert!(own.starts_with("00-4bf92f3577b34da6a3ce929d0e0e4736-") && own.ends_with("-01") && own != GIVEN);
        assert_eq!(trace.tracestate(), Some("a=1,b=2"));
    }

    #[test]
    fn without_a_good_parent_there_is_a_new_trace_and_no_state() {
        for headers in [
            &[("tracestate", "a=1")][..],
            &[("traceparent", "x"), ("tracestate", "a=1")],
            &[("traceparent", GIVEN), ("traceparent", GIVEN)],
        ] {
            let own = trace(headers);
            assert!(!own.traceparent().contains("4bf92f35") && own.tracestate().is_none());
            assert_ne!(own, trace(headers));
        }
    }
}

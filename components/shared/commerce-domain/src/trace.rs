//! Where a request stands in a trace that goes through several systems: `traceparent` and `tracestate` (W3C Trace Context, level 2).

use std::fmt;

/// Version 00 of `traceparent`: `00-<trace id>-<parent id>-<flags>`.
const LENGTH: usize = 55;

/// Longest `tracestate` that is passed on: what everybody must pass on at least (§3.3.1.5).
const STATE_MAX: usize = 512;

/// The caller asks for the trace to be recorded, and its id has 56 random bits: the flags that level 2 knows. Others are not passed on (§3.2.2.5).
const FLAGS: u8 = 0b11;

/// Of a `traceparent` of a later version only this flag means what it means here (§3.2.4).
const SAMPLED: u8 = 0b01;

/// A trace, and this request's own span in it. What it sends names the span as parent.
#[derive(Clone, PartialEq, Eq)]
pub struct TraceContext {
    trace_id: u128,
    span_id: u64,
    flags: u8,
    state: Option<String>,
}

impl TraceContext {
    /// The first span of a new trace; both numbers are random. Nobody has asked for it to be recorded.
    #[must_use]
    pub fn begin(trace_id: u128, span_id: u64) -> Self {
        // All zeros mean invalid; a generator brings them once in 2⁶⁴ times.
        Self { trace_id: trace_id.max(1), span_id: span_id.max(1), flags: 0, state: None }
    }

    /// The span of a request that came with these headers, all of each name; `None` unless they hold exactly one good `traceparent`,
    /// without which `tracestate` means nothing (§3.3). Several lines of `tracestate` are one list.
    #[must_use]
    pub fn of_headers<'a>(
        mut parents: impl Iterator<Item = &'a [u8]>,
        states: impl Iterator<Item = &'a [u8]>,
        span_id: u64,
    ) -> Option<Self> {
        let (Some(parent), None) = (parents.next(), parents.next()) else { return None };
        let (trace_id, flags) = parse(parent)?;
        Some(Self { trace_id, span_id: span_id.max(1), flags, state: state(states) })
    }

    /// The trace's id: 32 hexadecimal digits.
    #[must_use]
    pub fn trace_id(&self) -> impl fmt::Display + use<> {
        let id = self.trace_id;
        fmt::from_fn(move |f| write!(f, "{id:032x}"))
    }

    /// `traceparent` of a request that this one sends.
    #[must_use]
    pub fn traceparent(&self) -> String {
        format!("00-{:032x}-{:016x}-{:02x}", self.trace_id, self.span_id, self.flags)
    }

    /// `tracestate` of a request that this one sends, as it came.
    #[must_use]
    pub fn tracestate(&self) -> Option<&str> {
        self.state.as_deref()
    }
}

/// `tracestate` holds whatever a caller wrote.
impl fmt::Debug for TraceContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TraceContext({})", self.trace_id())
    }
}

/// Trace id and flags of a `traceparent` (§3.2.2). Later versions may be longer and are read as far as this one is known (§3.2.4).
fn parse(text: &[u8]) -> Option<(u128, u8)> {
    let text = std::str::from_utf8(text).ok()?;
    let (known, rest) = text.split_at_checked(LENGTH)?;
    let mut parts = known.split('-');
    let version = u8::try_from(hex(parts.next()?, 2)?).ok()?;
    let (trace_id, parent_id) = (hex(parts.next()?, 32)?, hex(parts.next()?, 16)?);
    let flags = u8::try_from(hex(parts.next()?, 2)?).ok()?;
    let whole = match version {
        0 => rest.is_empty(),
        u8::MAX => false,
        _ => rest.is_empty() || rest.starts_with('-'),
    };
    let good = whole && parts.next().is_none() && trace_id != 0 && parent_id != 0;
    good.then_some((trace_id, flags & if version == 0 { FLAGS } else { SAMPLED }))
}

/// A number of exactly so many hexadecimal digits in lower case.
fn hex(text: &str, digits: usize) -> Option<u128> {
    let lower = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    let good = text.len() == digits && text.bytes().all(lower);
    if good { u128::from_str_radix(text, 16).ok() } else { None }
}

/// The lines of a `tracestate` as one, when they are a list of members (§3.3.1) that is not too long. A list that is wrong is dropped as a whole.
fn state<'a>(lines: impl Iterator<Item = &'a [u8]>) -> Option<String> {
    let mut all = String::new();
    for line in lines {
        let line = std::str::from_utf8(line).ok()?;
        for member in line.split(',').map(|member| member.trim_matches([' ', '\t'])).filter(|member| !member.is_empty())
        {
            let (key, value) = member.split_once('=')?;
            let visible = |byte: u8| matches!(byte, b' '..=b'~') && byte != b'=';
            let named = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-*/@".contains(&byte);
            if key.is_empty() || !key.bytes().all(named) || value.is_empty() || !value.bytes().all(visible) {
                return None;
            }
            if !all.is_empty() {
                all.push(',');
            }
            all.push_str(member);
            if all.len() > STATE_MAX {
                return None;
            }
        }
    }
    (!all.is_empty() && all.split(',').count() <= 32).then_some(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const GOOD: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    fn taken(parents: &[&str], states: &[&str]) -> Option<TraceContext> {
        let bytes = |lines: &[&str]| lines.iter().map(|line| line.as_bytes().to_vec()).collect::<Vec<_>>();
        let (parents, states) = (bytes(parents), bytes(states));
        TraceContext::of_headers(parents.iter().map(Vec::as_slice), states.iter().map(Vec::as_slice), 0xabc)
    }

    #[test]
    fn a_good_parent_is_taken_and_the_own_span_is_the_next_parent() {
        let trace = taken(&[GOOD], &["congo=t61rcWkgMzE", " rojo=00f067 , ,x@y=1"]).unwrap();
        assert_eq!(trace.trace_id().to_string(), "4bf92f3577b34da6a3ce929d0e0e4736");
        assert_eq!(trace.traceparent(), "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000abc-01");
        assert_eq!(trace.tracestate(), Some("congo=t61rcWkgMzE,rojo=00f067,x@y=1"));
        assert_eq!(format!("{trace:?}"), "TraceContext(4bf92f3577b34da6a3ce929d0e0e4736)");
    }

    #[test]
    fn flags_that_nobody_knows_are_not_passed_on() {
        assert!(taken(&[&GOOD.replace("-01", "-ff")], &[]).unwrap().traceparent().ends_with("-03"));
        assert!(taken(&[&GOOD.replace("-01", "-00")], &[]).unwrap().traceparent().ends_with("-00"));
    }

    #[test]
    fn later_versions_are_read_as_far_as_they_are_known() {
        let later = GOOD.replacen("00", "cc", 1).replace("-01", "-03");
        for text in [later.clone(), format!("{later}-what-the-future-brings"), format!("{later}-")] {
            let own = taken(&[&text], &[]).unwrap().traceparent();
            assert!(own.starts_with("00-4bf92f") && own.ends_with("-01"), "{own}");
        }
        assert_eq!(taken(&[&format!("{later}.x")], &[]), None);
        assert_eq!(taken(&[&format!("{later}0")], &[]), None);
    }

    #[test]
    fn everything_else_is_no_parent() {
        for text in [
            "",
            "00",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "0g-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e473-600f067aa0ba902b7-01",
            "00_4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7_01",
            "00-4bf92f3577b34da6a3ce929d0e0e473+-00f067aa0ba902b7-01",
            " 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "٠٠-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        ] {
            assert_eq!(taken(&[text], &["a=1"]), None, "{text}");
        }
        assert_eq!(taken(&[], &["a=1"]), None);
        assert_eq!(taken(&[GOOD, GOOD], &[]), None);
    }

    #[test]
    fn a_state_that_is_wrong_or_too_long_is_dropped_and_the_parent_stays() {
        let many = (0..33).map(|n| format!("k{n}=1")).collect::<Vec<_>>().join(",");
        let long = format!("a={}", "x".repeat(511));
        for state in [&*many, &long, "a", "=1", "a=", "A=1", "a b=1", "a=b=c", "a=\u{7f}", "a=é", ""] {
            assert_eq!(taken(&[GOOD], &[state]).unwrap().tracestate(), None, "{state}");
        }
        let fits = format!("a={}", "x".repeat(510));
        assert_eq!(taken(&[GOOD], &[&fits]).unwrap().tracestate(), Some(&*fits));
    }

    #[test]
    fn a_new_trace_is_valid_whatever_the_generator_brings() {
        let own = TraceContext::begin(0, 0).traceparent();
        assert_eq!(own, "00-00000000000000000000000000000001-0000000000000001-00");
        assert!(taken(&[&own], &[]).is_some());
    }

    proptest! {
        #[test]
        fn what_is_sent_can_be_taken_whatever_came(parent in "\\PC{0,70}", state in "\\PC{0,40}", id: u128, span: u64) {
            let trace = taken(&[&parent], &[&state]).unwrap_or_else(|| TraceContext::begin(id, span));
            let next = taken(&[&trace.traceparent()], &trace.tracestate().into_iter().collect::<Vec<_>>()).unwrap();
            prop_assert_eq!(next.trace_id().to_string(), trace.trace_id().to_string());
            prop_assert_eq!(next.tracestate(), trace.tracestate());
        }
    }
}

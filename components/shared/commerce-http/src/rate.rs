//! How far a client is from being throttled: the fields `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers-10).

use commerce_db::auth::{Policy, Rate};
use http::header::HeaderName;
use http::{HeaderMap, HeaderValue};
use serde_json::Value;

const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const STATE: HeaderName = HeaderName::from_static("ratelimit");

/// Seconds of the window in which `api.auth_*` counts the attempts of a network, and `app.enter` the requests of a key.
const WINDOW_S: u32 = 60;

/// The share of the client's network, or of its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimit(Rate);

impl RateLimit {
    /// The share that a refusal tells in its facts.
    pub(crate) fn of_refusal(detail: &Value) -> Option<Self> {
        let number = |name| detail.get(name).and_then(Value::as_u64).and_then(|number| u32::try_from(number).ok());
        let policy = detail.get("policy").and_then(Value::as_str).map_or(Policy::Network, Policy::read);
        Some(Self(Rate {
            policy,
            limit: number("limit")?,
            remaining: number("remaining")?,
            reset_s: number("reset_s")?,
        }))
    }

    /// Adds both fields.
    pub fn apply(self, headers: &mut HeaderMap) {
        let Rate { policy, limit, remaining, reset_s } = self.0;
        let policy = policy.as_str();
        for (name, text) in [
            (POLICY, format!(r#""{policy}";q={limit};w={WINDOW_S}"#)),
            (STATE, format!(r#""{policy}";r={remaining};t={reset_s}"#)),
        ] {
            if let Ok(value) = HeaderValue::from_str(&text) {
                headers.insert(name, value);
            }
        }
    }
}

impl From<Rate> for RateLimit {
    fn from(rate: Rate) -> Self {
        Self(rate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn both_fields_are_structured_items() {
        let mut headers = HeaderMap::new();
        RateLimit::from(Rate { policy: Policy::Network, limit: 300, remaining: 299, reset_s: 41 }).apply(&mut headers);
        assert_eq!(headers["ratelimit-policy"], r#""network";q=300;w=60"#);
        assert_eq!(headers["ratelimit"], r#""network";r=299;t=41"#);
    }

    #[test]
    fn a_refusal_may_tell_the_share() {
        let whole = json!({"retry_after_s": 4, "limit": 300, "remaining": 0, "reset_s": 9});
        assert_eq!(
            RateLimit::of_refusal(&whole),
            Some(Rate { policy: Policy::Network, limit: 300, remaining: 0, reset_s: 9 }.into())
        );
        let of_a_key = json!({"policy": "key", "limit": 60, "remaining": 0, "reset_s": 9});
        let expected = Rate { policy: Policy::Key, limit: 60, remaining: 0, reset_s: 9 };
        assert_eq!(RateLimit::of_refusal(&of_a_key), Some(expected.into()));
        assert_eq!(RateLimit::of_refusal(&json!({"limit": 300})), None);
        assert_eq!(RateLimit::of_refusal(&json!({"limit": -1, "remaining": 0, "reset_s": 9})), None);
        assert_eq!(RateLimit::of_refusal(&Value::Null), None);
    }
}

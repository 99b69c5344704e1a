//! Where a request comes from, and how its session travels.

use axum::extract::FromRequestParts;
use commerce_app::identity::Origin;
use commerce_domain::AccountKind;
use commerce_http::openapi::{Described, Operation};
use commerce_http::{Ctx, Problem, RequestInfo, read_cookie, set_cookie};
use commerce_identity::opaque::DeviceToken;
use http::header::{ACCEPT_LANGUAGE, USER_AGENT};
use http::request::Parts;
use http::{HeaderMap, HeaderValue};
use serde_json::json;

/// The header with a device token, for clients without cookies.
const DEVICE_TOKEN: &str = "x-device-token";

/// The header that chooses how the session travels.
const TRANSPORT: &str = "x-session-transport";

/// Seconds that a device is remembered: a year.
const DEVICE_TTL_S: u32 = 365 * 24 * 60 * 60;

/// The client of a request.
pub struct ClientOrigin(pub Origin);

impl Described for ClientOrigin {
    fn describe(operation: &mut Operation) {
        let text = "What a sign-in gave as `device_token`, for clients without cookies: a known device is not asked for so much.";
        operation.header("X-Device-Token", text, false, &json!({"type": "string"}));
        operation.refuses(&[429]);
    }
}

impl FromRequestParts<AccountKind> for ClientOrigin {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, kind: &AccountKind) -> Result<Self, Problem> {
        let info = RequestInfo::from_request_parts(parts, kind).await?;
        let headers = &parts.headers;
        let text = |name| header(headers, name).map(str::to_owned);
        Ok(Self(Origin {
            ip: info.ip(),
            user_agent: text(USER_AGENT.as_str()),
            accept_language: text(ACCEPT_LANGUAGE.as_str()),
            device: device(headers, *kind),
            langs: Ctx::from_request_parts(parts, kind).await?.langs(),
        }))
    }
}

/// The language of an account that comes into being: the client's first that an account can have.
pub fn locale(ctx: &Ctx) -> Option<String> {
    ctx.langs().into_iter().find(|lang| lang.len() == 2)
}

/// How a session's tokens travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// In bodies and the `Authorization` header.
    Body,
    /// In cookies that no script can read.
    Cookie,
}

impl Described for Transport {
    fn describe(operation: &mut Operation) {
        let schema = json!({"type": "string", "enum": ["body", "cookie"], "default": "body"});
        operation.header("X-Session-Transport", "How the session's tokens travel.", false, &schema);
    }
}

impl FromRequestParts<AccountKind> for Transport {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &AccountKind) -> Result<Self, Problem> {
        match parts.headers.get(TRANSPORT).map(HeaderValue::as_bytes) {
            None | Some(b"body") => Ok(Self::Body),
            Some(b"cookie") => Ok(Self::Cookie),
            Some(_) => Err(Problem::field("X-Session-Transport", "unsupported", "must be body or cookie")),
        }
    }
}

/// `Set-Cookie` for a device token. Lax like the session's: it proves nothing without a password.
pub fn device_cookie(kind: AccountKind, token: &str) -> Result<HeaderValue, Problem> {
    let name = device_cookie_name(kind);
    set_cookie(name, token, "/", "Lax", DEVICE_TTL_S.into())
}

const fn device_cookie_name(kind: AccountKind) -> &'static str {
    match kind {
        AccountKind::Staff => "__Host-wasla_staff_device",
        AccountKind::Customer => "__Host-wasla_customer_device",
    }
}

/// A token that is none counts as no token: the device is a new one then.
fn device(headers: &HeaderMap, kind: AccountKind) -> Option<DeviceToken> {
    let by_header = header(headers, DEVICE_TOKEN).map(str::to_owned);
    let by_cookie = || read_cookie(headers, device_cookie_name(kind)).ok().flatten();
    DeviceToken::parse(&by_header.or_else(by_cookie)?)
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_is_known_by_header_or_cookie_of_its_kind() {
        let token = DeviceToken::from_random([1; 32]);
        let text = token.to_text();
        let cookie = format!("x=1; __Host-wasla_staff_device={}", text.as_str());
        let found = |name: &'static str, value: &str, kind| {
            let mut headers = HeaderMap::new();
            headers.insert(name, value.parse().unwrap());
            device(&headers, kind).map(|token| token.storage_hash())
        };
        let hash = Some(token.storage_hash());
        assert_eq!(found("x-device-token", &text, AccountKind::Customer), hash);
        assert_eq!(found("cookie", &cookie, AccountKind::Staff), hash);
        assert_eq!(found("cookie", &cookie, AccountKind::Customer), None);
        assert_eq!(found("x-device-token", "wd_nonsense", AccountKind::Staff), None);
    }
}

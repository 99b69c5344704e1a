//! Somebody of the platform, who works across shops.

use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use commerce_domain::AccountKind;
use commerce_domain::permission::SENSITIVE_MAX_AGE_S;
use commerce_domain::permission::platform::Named;
use commerce_domain::text::is_unprintable;
use http::request::Parts;
use http::{HeaderMap, HeaderName, StatusCode};

use super::credential::Credential;
use super::{Caller, SignedIn, blacklist, sign_in};
use crate::{Ctx, Problem};

const X_REASON: HeaderName = HeaderName::from_static("x-reason");

/// Most characters of a reason.
const MAX_REASON: usize = 500;

/// Somebody of the platform who may do `P`, a type of [`commerce_domain::permission::platform::may`], and says why: the header `X-Reason`, 1 to 500
/// characters, in UTF-8 as it is or percent-encoded. Without one: 400 `reason_missing`.
///
/// The routes are there at the platform's own host alone, for tokens that were made there: elsewhere they answer as what does not exist. What the
/// token says is proved again by `ops.enter` within the request's own statement, so that a grant that ended or was taken back counts from the next
/// request on.
#[derive(Clone, Debug)]
pub struct Platform<P>(Ctx, PhantomData<fn() -> P>);

impl<P> Deref for Platform<P> {
    type Target = Ctx;

    fn deref(&self) -> &Ctx {
        &self.0
    }
}

impl<P: Named, S: Sync> FromRequestParts<S> for Platform<P> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let ctx = Ctx::at_platform(parts).await?;
        let credential = Credential::find(parts, AccountKind::Staff)?
            .ok_or_else(|| Problem::new(StatusCode::UNAUTHORIZED, "authentication_required"))?;
        let SignedIn { ctx, caller } = sign_in(parts, ctx, &credential, AccountKind::Staff).await?;
        let claims = &caller.claims;
        if !claims.permissions.iter().any(|granted| granted == P::PERMISSION.as_str()) {
            blacklist::check_epoch(claims).await?;
            return Err(Problem::new(StatusCode::FORBIDDEN, "forbidden"));
        }
        let reason = reason(&parts.headers).ok_or_else(|| Problem::bad_request("reason_missing"))?;
        let ctx = match P::PERMISSION.is_sensitive() {
            true => ctx.on_behalf_of(Arc::new(Caller { fresh_s: Some(SENSITIVE_MAX_AGE_S), ..Caller::clone(&caller) })),
            false => ctx,
        };
        Ok(Self(ctx.because(reason), PhantomData))
    }
}

/// The one reason that is given, without the white space around it.
fn reason(headers: &HeaderMap) -> Option<Arc<str>> {
    let mut given = headers.get_all(X_REASON).iter();
    let value = given.next().filter(|_| given.next().is_none())?;
    let text = percent_encoding::percent_decode(value.as_bytes()).decode_utf8().ok()?;
    let text = text.trim();
    let good = (1..=MAX_REASON).contains(&text.chars().count()) && !text.chars().any(is_unprintable);
    good.then(|| text.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn read(values: &[&[u8]]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(X_REASON, HeaderValue::from_bytes(value).unwrap());
        }
        reason(&headers).map(|reason| reason.to_string())
    }

    #[test]
    fn a_reason_is_read_in_whatever_script() {
        assert_eq!(read(&[b" ticket 4711 "]).as_deref(), Some("ticket 4711"));
        assert_eq!(read(&["طلب التاجر".as_bytes()]).as_deref(), Some("طلب التاجر"));
        assert_eq!(read(&[b"%D8%B7%D9%84%D8%A8"]).as_deref(), Some("طلب"));
        assert_eq!(read(&["ط".repeat(500).as_bytes()]).unwrap().chars().count(), 500);
    }

    #[test]
    fn what_says_nothing_is_no_reason() {
        let long = "ط".repeat(501);
        for value in ["", "  ", "%00", "%ff", &long] {
            assert_eq!(read(&[value.as_bytes()]), None, "{value}");
        }
        assert_eq!((read(&[]), read(&[b"one", b"two"])), (None, None));
    }
}

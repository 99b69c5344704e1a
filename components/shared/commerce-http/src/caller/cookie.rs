//! Web sessions for pages (SES-02, AUTH-18): the same tokens in cookies that no script can read and no other site can send along.
//!
//! `__Host-` and `__Secure-` make browsers insist on `Secure` (localhost counts as secure) and, for the former, on this very host. `SameSite=Lax`
//! keeps other sites' forms out; unsafe methods also carry `X-CSRF-Token`, which only a page that has signed in here knows.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use commerce_domain::AccountKind;
use http::header::{COOKIE, HOST, HeaderName, ORIGIN};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::Problem;

const CSRF_TOKEN: HeaderName = HeaderName::from_static("x-csrf-token");

/// The cookie with the access token, sent to every route of the shop.
#[derive(Clone, Copy, Debug)]
pub struct AccessCookie;

/// The cookie with the refresh token, sent to the routes that sign in, refresh and sign out.
#[derive(Clone, Copy, Debug)]
pub struct RefreshCookie;

impl AccessCookie {
    /// The cookie's name, of whose token it holds.
    pub(crate) const fn name(kind: AccountKind) -> &'static str {
        match kind {
            AccountKind::Staff => "__Host-wasla_staff",
            AccountKind::Customer => "__Host-wasla_customer",
        }
    }

    /// The access token in the request's cookies.
    ///
    /// # Errors
    /// 401 `invalid_token` when the cookie is there twice.
    pub fn read(headers: &HeaderMap, kind: AccountKind) -> Result<Option<String>, Problem> {
        read_cookie(headers, Self::name(kind))
    }

    /// `Set-Cookie` for an access token that lives so many seconds; an empty token with 0 seconds removes the cookie.
    ///
    /// # Errors
    /// When the token holds what a header cannot; ours never do.
    pub fn set(kind: AccountKind, token: &str, max_age_s: i64) -> Result<HeaderValue, Problem> {
        set_cookie(Self::name(kind), token, "/", "Lax", max_age_s)
    }

    /// What the page sends back as `X-CSRF-Token` while this access token is its own. A hash of a token that other sites can neither read
    /// nor guess, so it needs no key and no store.
    #[must_use]
    pub fn csrf_token(access_token: &str) -> String {
        let hash = Sha256::new().chain_update(b"wasla csrf 1\0").chain_update(access_token.as_bytes()).finalize();
        URL_SAFE_NO_PAD.encode(hash)
    }
}

impl RefreshCookie {
    const fn name(kind: AccountKind) -> &'static str {
        match kind {
            AccountKind::Staff => "__Secure-wasla_staff_refresh",
            AccountKind::Customer => "__Secure-wasla_customer_refresh",
        }
    }

    const fn path(kind: AccountKind) -> &'static str {
        match kind {
            AccountKind::Staff => "/api/v1/auth",
            AccountKind::Customer => "/api/v1/storefront/auth",
        }
    }

    /// The refresh token in the request's cookies.
    ///
    /// # Errors
    /// 401 `invalid_token` when the cookie is there twice.
    pub fn read(headers: &HeaderMap, kind: AccountKind) -> Result<Option<String>, Problem> {
        read_cookie(headers, Self::name(kind))
    }

    /// `Set-Cookie` for a refresh token; an empty token with 0 seconds removes the cookie. `Strict`: no other site's page has a reason
    /// to make this request.
    ///
    /// # Errors
    /// When the token holds what a header cannot; ours never do.
    pub fn set(kind: AccountKind, token: &str, max_age_s: i64) -> Result<HeaderValue, Problem> {
        set_cookie(Self::name(kind), token, Self::path(kind), "Strict", max_age_s)
    }

    /// Refuses a refresh or logout by cookie that another site's page has sent. The CSRF token cannot be asked for here: the access token
    /// that it comes from may have run out.
    ///
    /// # Errors
    /// 403 `csrf_token_invalid`.
    pub fn check_origin(headers: &HeaderMap) -> Result<(), Problem> {
        if is_same_origin(headers) { Ok(()) } else { Err(refused()) }
    }
}

/// Refuses an unsafe request by cookie unless a page of this very origin has made it.
pub(super) fn check_origin(parts: &Parts, access_token: &str) -> Result<(), Problem> {
    if matches!(parts.method, Method::GET | Method::HEAD | Method::OPTIONS) {
        return Ok(());
    }
    let mut given = parts.headers.get_all(CSRF_TOKEN).iter();
    let matches = match (given.next(), given.next()) {
        (Some(value), None) => value.as_bytes().ct_eq(AccessCookie::csrf_token(access_token).as_bytes()).into(),
        _ => false,
    };
    if matches && is_same_origin(&parts.headers) { Ok(()) } else { Err(refused()) }
}

fn refused() -> Problem {
    Problem::new(StatusCode::FORBIDDEN, "csrf_token_invalid")
}

/// What the browser itself says of the page that made the request: Fetch Metadata where it is sent, else `Origin`. A client that is no
/// browser sends neither, and has no cookies but its own.
fn is_same_origin(headers: &HeaderMap) -> bool {
    let text = |name: HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    if let Some(site) = text(HeaderName::from_static("sec-fetch-site")) {
        return matches!(site, "same-origin" | "none");
    }
    match (text(ORIGIN), text(HOST)) {
        (None, _) => true,
        (Some(origin), Some(host)) => {
            origin.split_once("://").is_some_and(|(_, authority)| authority.eq_ignore_ascii_case(host))
        }
        (Some(_), None) => false,
    }
}

/// The value of the one cookie with this name (RFC 6265 §5.4). Ours hold token characters alone, so nothing is decoded.
///
/// # Errors
/// 401 `invalid_token` when the cookie is there twice.
pub fn read_cookie(headers: &HeaderMap, name: &str) -> Result<Option<String>, Problem> {
    let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let mut values = pairs.filter(|(key, value)| *key == name && !value.is_empty()).map(|(_, value)| value);
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => Ok(Some(value.to_owned())),
        // Another host of the same site has planted one: none of them can be believed.
        (Some(_), Some(_)) => Err(Problem::new(StatusCode::UNAUTHORIZED, "invalid_token")),
    }
}

/// `Set-Cookie` for a cookie that no script can read. `same_site`: `Strict`, `Lax` or `None`.
///
/// # Errors
/// When the value holds what a header cannot; ours never do.
pub fn set_cookie(
    name: &str,
    token: &str,
    path: &str,
    same_site: &str,
    max_age_s: i64,
) -> Result<HeaderValue, Problem> {
    let text = format!("{name}={token}; Path={path}; Max-Age={max_age_s}; Secure; HttpOnly; SameSite={same_site}");
    HeaderValue::from_str(&text).map_err(|_| Problem::internal())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(method: Method, headers: &[(&'static str, &str)]) -> Parts {
        let mut request = http::Request::new(());
        *request.method_mut() = method;
        for (name, value) in headers {
            request.headers_mut().append(*name, value.parse().unwrap());
        }
        request.into_parts().0
    }

    #[test]
    fn cookies_are_for_this_host_alone_and_out_of_reach_of_scripts() {
        let cookie = AccessCookie::set(AccountKind::Staff, "a.b.c", 900).unwrap();
        let all = "__Host-wasla_staff=a.b.c; Path=/; Max-Age=900; Secure; HttpOnly; SameSite=Lax";
        assert_eq!(cookie, all);
        let cookie = RefreshCookie::set(AccountKind::Customer, "", 0).unwrap();
        let removed = "__Secure-wasla_customer_refresh=; Path=/api/v1/storefront/auth; Max-Age=0; Secure; HttpOnly; SameSite=Strict";
        assert_eq!(cookie, removed);
    }

    #[test]
    fn an_unsafe_request_by_cookie_needs_the_pages_token() {
        let csrf = AccessCookie::csrf_token("a.b.c");
        let good = [("x-csrf-token", csrf.as_str())];
        assert!(check_origin(&request(Method::POST, &good), "a.b.c").is_ok());
        assert!(check_origin(&request(Method::GET, &[]), "a.b.c").is_ok());
        let other = AccessCookie::csrf_token("d.e.f");
        for headers in [
            &[][..],
            &[("x-csrf-token", other.as_str())],
            &[("x-csrf-token", "")],
            &[("x-csrf-token", csrf.as_str()), ("x-csrf-token", csrf.as_str())],
            &[("x-csrf-token", csrf.as_str()), ("sec-fetch-site", "cross-site")],
            &[("x-csrf-token", csrf.as_str()), ("sec-fetch-site", "same-site")],
            &[("x-csrf-token", csrf.as_str()), ("host", "a.localhost"), ("origin", "http://b.localhost")],
            &[("x-csrf-token", csrf.as_str()), ("host", "a.localhost"), ("origin", "null")],
        ] {
            let problem = check_origin(&request(Method::DELETE, headers), "a.b.c").unwrap_err();
            assert_eq!((problem.status().as_u16(), problem.code()), (403, "csrf_token_invalid"));
        }
    }

    #[test]
    fn a_page_of_this_origin_is_let_through() {
        let csrf = AccessCookie::csrf_token("a.b.c");
        for headers in [
            &[("x-csrf-token", csrf.as_str()), ("sec-fetch-site", "same-origin")][..],
            &[("x-csrf-token", csrf.as_str()), ("host", "a.localhost:3000"), ("origin", "http://a.localhost:3000")],
        ] {
            assert!(check_origin(&request(Method::POST, headers), "a.b.c").is_ok());
        }
    }
}

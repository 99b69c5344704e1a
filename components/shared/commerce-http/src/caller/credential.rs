//! Where a request carries its access token: `Authorization: Bearer` (RFC 6750 §2.1), or the cookie of a web session.

use commerce_domain::AccountKind;
use http::header::AUTHORIZATION;
use http::request::Parts;
use http::{HeaderMap, StatusCode};

use super::cookie::AccessCookie;
use crate::Problem;

/// How the token came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Transport {
    /// A header that a script must set by itself.
    Header,
    /// A cookie, which a browser sends by itself: unsafe methods must prove their origin.
    Cookie,
}

/// An access token that nobody has verified yet.
pub(super) struct Credential {
    token: String,
    transport: Transport,
}

impl Credential {
    /// The request's token for this kind of account. The header wins: a client that sets it has chosen.
    ///
    /// # Errors
    /// 401 `invalid_token` for a header or cookie that cannot hold one token.
    pub(super) fn find(parts: &Parts, kind: AccountKind) -> Result<Option<Self>, Problem> {
        if let Some(token) = bearer(&parts.headers)? {
            return Ok(Some(Self { token, transport: Transport::Header }));
        }
        let token = AccessCookie::read(&parts.headers, kind)?;
        Ok(token.map(|token| Self { token, transport: Transport::Cookie }))
    }

    pub(super) fn token(&self) -> &str {
        &self.token
    }

    pub(super) fn transport(&self) -> Transport {
        self.transport
    }
}

/// The token of the one `Authorization` header; another scheme or a second header is no token of ours.
fn bearer(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let refused = || Problem::new(StatusCode::UNAUTHORIZED, "invalid_token");
    let mut given = headers.get_all(AUTHORIZATION).iter();
    let Some(value) = given.next() else { return Ok(None) };
    if given.next().is_some() {
        return Err(refused());
    }
    let (scheme, token) = value.to_str().ok().and_then(|text| text.split_once(' ')).ok_or_else(refused)?;
    let good =
        scheme.eq_ignore_ascii_case("bearer") && !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic());
    if good { Ok(Some(token.to_owned())) } else { Err(refused()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(headers: &[(&'static str, &str)]) -> Parts {
        let mut request = http::Request::new(());
        for (name, value) in headers {
            request.headers_mut().append(*name, value.parse().unwrap());
        }
        request.into_parts().0
    }

    fn found(headers: &[(&'static str, &str)]) -> Option<(String, Transport)> {
        let credential = Credential::find(&parts(headers), AccountKind::Customer).unwrap();
        credential.map(|credential| (credential.token, credential.transport))
    }

    #[test]
    fn a_bearer_token_is_found_whatever_the_case_of_its_scheme() {
        for scheme in ["Bearer", "bearer", "BEARER"] {
            let found = found(&[("authorization", &format!("{scheme} a.b.c"))]);
            assert_eq!(found, Some(("a.b.c".to_owned(), Transport::Header)));
        }
    }

    #[test]
    fn a_cookie_is_second() {
        let cookie = ("cookie", "x=1; __Host-wasla_customer=a.b.c; y=2");
        assert_eq!(found(&[cookie]), Some(("a.b.c".to_owned(), Transport::Cookie)));
        assert_eq!(found(&[cookie, ("authorization", "Bearer d.e.f")]), Some(("d.e.f".to_owned(), Transport::Header)));
        assert_eq!(found(&[("cookie", "__Host-wasla_staff=a.b.c")]), None);
        assert_eq!(found(&[]), None);
    }

    #[test]
    fn what_holds_no_single_token_is_refused() {
        for headers in [
            &[("authorization", "Basic YTpi")][..],
            &[("authorization", "Bearer")],
            &[("authorization", "Bearer ")],
            &[("authorization", "Bearer a b")],
            &[("authorization", "Bearer a"), ("authorization", "Bearer a")],
            &[("cookie", "__Host-wasla_customer=a; __Host-wasla_customer=b")],
        ] {
            let problem = Credential::find(&parts(headers), AccountKind::Customer).err().unwrap();
            assert_eq!((problem.status().as_u16(), problem.code()), (401, "invalid_token"));
        }
    }
}

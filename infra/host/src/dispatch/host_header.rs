//! `Host`: there must be exactly one, and it must agree with the request's target (RFC 9112, section 3.2).

use http::header::HOST;
use http::uri::{Authority, PathAndQuery, Scheme};
use http::{Request, Uri};

use crate::allowed_hosts::SERVICE_CHAINING_SUFFIX;
use crate::problem::Problem;

/// Completes the request's URI with scheme and authority.
pub fn absolute_uri<B>(request: &mut Request<B>) -> Result<(), Problem> {
    let authority = authority(request)?;
    let mut parts = request.uri().clone().into_parts();
    let foreign = parts.authority.as_ref().is_some_and(|named| named != &authority);
    if foreign && !is_internal(parts.authority.as_ref()) {
        return Err(Problem::HostInvalid);
    }
    parts.scheme = Some(Scheme::HTTP);
    parts.authority = Some(authority);
    parts.path_and_query.get_or_insert(PathAndQuery::from_static("/"));
    *request.uri_mut() = Uri::from_parts(parts).map_err(|_| Problem::HostInvalid)?;
    Ok(())
}

fn authority<B>(request: &Request<B>) -> Result<Authority, Problem> {
    let mut values = request.headers().get_all(HOST).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return Err(Problem::HostInvalid) };
    let authority = Authority::try_from(value.as_bytes()).map_err(|_| Problem::HostInvalid)?;
    let userinfo = authority.as_str().contains('@');
    let valid = !authority.host().is_empty() && !userinfo && !is_internal(Some(&authority));
    if valid { Ok(authority) } else { Err(Problem::HostInvalid) }
}

/// Names that only a component may use, to reach another.
fn is_internal(authority: Option<&Authority>) -> bool {
    authority.is_some_and(|authority| authority.host().to_ascii_lowercase().ends_with(SERVICE_CHAINING_SUFFIX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uri(target: &str, hosts: &[&str]) -> Result<String, Problem> {
        let mut request = Request::builder().uri(target);
        for host in hosts {
            request = request.header(HOST, *host);
        }
        let mut request = request.body(()).unwrap();
        absolute_uri(&mut request)?;
        Ok(request.uri().to_string())
    }

    #[test]
    fn one_host_makes_the_uri_absolute() {
        assert_eq!(uri("/a?b=c", &["shop.example:3000"]).unwrap(), "http://shop.example:3000/a?b=c");
        assert_eq!(uri("/a", &["[::1]:3000"]).unwrap(), "http://[::1]:3000/a");
        assert_eq!(uri("http://shop.example/a", &["shop.example"]).unwrap(), "http://shop.example/a");
    }

    #[test]
    fn anything_but_one_valid_host_is_refused() {
        for hosts in [
            &[][..],
            &["a", "b"],
            &["a", "a"],
            &[""],
            &["a b"],
            &["u@a"],
            &["a/b"],
            &["x.spin.internal"],
            &["X.Spin.Internal:80"],
        ] {
            assert_eq!(uri("/", hosts), Err(Problem::HostInvalid), "{hosts:?}");
        }
        assert_eq!(uri("http://other.example/a", &["shop.example"]), Err(Problem::HostInvalid));
    }
}

//! How a request names its tenant.

use commerce_db::CallContext;
use commerce_domain::platform;
use http::header::HOST;
use http::request::Parts;

use crate::{Host, HostError};

/// The header that names a tenant by slug (ruling C-05).
const X_TENANT: &str = "x-tenant";

/// Longest slug (TEN-01), which is also a DNS label.
const MAX_SLUG: usize = 63;

/// What a request says about its tenant: at least one of slug and custom domain. When both are there the database lets
/// them pass only if they name the same tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selector {
    slug: Option<String>,
    domain: Option<String>,
}

/// The request names no tenant, or names it badly, twice, or contradicts itself. All of it answers 404.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the request names no tenant")]
pub struct SelectorError;

impl From<HostError> for SelectorError {
    fn from(_: HostError) -> Self {
        Self
    }
}

impl Selector {
    /// Reads the selector from a request's authority and headers.
    ///
    /// # Errors
    /// When they do not name exactly one tenant.
    pub fn from_parts(parts: &Parts, base_domain: &str) -> Result<Self, SelectorError> {
        let authority = parts.uri.authority().map(http::uri::Authority::as_str);
        let hosts = parts.headers.get_all(HOST).iter().map(|value| value.to_str().map_err(|_| SelectorError));
        let tenants = parts.headers.get_all(X_TENANT).iter().map(|value| value.to_str().map_err(|_| SelectorError));
        Self::from_request(authority, hosts, tenants, base_domain)
    }

    fn from_request<'a>(
        authority: Option<&'a str>,
        hosts: impl Iterator<Item = Result<&'a str, SelectorError>>,
        tenants: impl Iterator<Item = Result<&'a str, SelectorError>>,
        base_domain: &str,
    ) -> Result<Self, SelectorError> {
        let host_header = at_most_one(hosts)?;
        let host = match (authority, host_header) {
            (Some(authority), Some(header)) if authority != header => {
                let host = Host::parse(authority)?;
                if Host::parse(header)? != host {
                    return Err(SelectorError);
                }
                host
            }
            (Some(host), _) | (None, Some(host)) => Host::parse(host)?,
            (None, None) => return Err(SelectorError),
        };
        let named = at_most_one(tenants)?.map(slug).transpose()?;
        let (by_host, domain) = match host {
            Host::Address => (None, None),
            Host::Domain(name) => split(name, base_domain)?,
        };
        match (named, by_host) {
            (Some(named), Some(by_host)) if named != by_host => Err(SelectorError),
            (None, None) if domain.is_none() => Err(SelectorError),
            (named, by_host) => Ok(Self { slug: named.or(by_host), domain }),
        }
    }

    /// Writes what the request says into the context of a call that has to find the tenant itself.
    pub fn apply(&self, context: &mut CallContext) {
        context.slug.clone_from(&self.slug);
        context.host.clone_from(&self.domain);
    }

    /// Whether it is the platform itself that is named, and no shop.
    #[must_use]
    pub fn names_platform(&self) -> bool {
        self.slug.as_deref() == Some(platform::SLUG)
    }

    /// The selector as one text, different for different selectors. Neither slug nor domain contains `/`.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{}/{}", self.slug.as_deref().unwrap_or_default(), self.domain.as_deref().unwrap_or_default())
    }
}

fn at_most_one<'a>(
    mut values: impl Iterator<Item = Result<&'a str, SelectorError>>,
) -> Result<Option<&'a str>, SelectorError> {
    let first = values.next().transpose()?;
    if values.next().is_some() { Err(SelectorError) } else { Ok(first) }
}

/// A slug under the base domain, or a custom domain, or neither for the base domain itself and for a bare name.
fn split(name: String, base_domain: &str) -> Result<(Option<String>, Option<String>), SelectorError> {
    let base = base_domain.trim_end_matches('.');
    if name.eq_ignore_ascii_case(base) || !name.contains('.') {
        return Ok((None, None));
    }
    let under_base = name.len().checked_sub(base.len()).and_then(|at| name.split_at_checked(at));
    match under_base {
        Some((label, tail)) if tail.eq_ignore_ascii_case(base) && label.ends_with('.') => {
            Ok((Some(slug(label.trim_end_matches('.'))?), None))
        }
        _ => Ok((None, Some(name))),
    }
}

/// Exactly one label: lower-case letters, digits and inner hyphens.
fn slug(text: &str) -> Result<String, SelectorError> {
    let text = text.to_ascii_lowercase();
    let inner = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    let whole = (1..=MAX_SLUG).contains(&text.len()) && text.bytes().all(inner);
    if whole && !text.starts_with('-') && !text.ends_with('-') { Ok(text) } else { Err(SelectorError) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn select(authority: Option<&str>, hosts: &[&str], tenants: &[&str]) -> Result<String, SelectorError> {
        let hosts = hosts.iter().copied().map(Ok);
        let tenants = tenants.iter().copied().map(Ok);
        Selector::from_request(authority, hosts, tenants, "wasla.test").map(|selector| selector.key())
    }

    #[test]
    fn a_label_under_the_base_domain_is_a_slug() {
        assert_eq!(select(Some("Qahwa.Wasla.test:3000"), &[], &[]).unwrap(), "qahwa/");
        assert_eq!(select(None, &["qahwa.wasla.test."], &[]).unwrap(), "qahwa/");
        assert_eq!(select(Some("qahwa.wasla.test:80"), &["qahwa.wasla.test"], &[]).unwrap(), "qahwa/");
    }

    #[test]
    fn another_domain_is_a_custom_domain() {
        assert_eq!(select(Some("shop.example.com"), &[], &[]).unwrap(), "/shop.example.com");
        assert_eq!(select(Some("evilwasla.test"), &[], &[]).unwrap(), "/evilwasla.test");
    }

    #[test]
    fn the_header_names_the_tenant_where_the_host_does_not() {
        for host in ["127.0.0.1:3000", "[::1]", "wasla.test", "localhost:3000"] {
            assert_eq!(select(Some(host), &[], &["Moda"]).unwrap(), "moda/", "{host}");
            assert_eq!(select(Some(host), &[], &[]), Err(SelectorError), "{host}");
        }
    }

    #[test]
    fn header_and_host_must_agree() {
        assert_eq!(select(Some("qahwa.wasla.test"), &[], &["qahwa"]).unwrap(), "qahwa/");
        assert_eq!(select(Some("qahwa.wasla.test"), &[], &["moda"]), Err(SelectorError));
        // With a custom domain only the database can tell.
        assert_eq!(select(Some("shop.example.com"), &[], &["moda"]).unwrap(), "moda/shop.example.com");
    }

    #[test]
    fn the_platform_is_named_like_a_shop_and_told_from_it() {
        let selector = |authority: &str, tenants: &[&str]| {
            let tenants = tenants.iter().copied().map(Ok);
            Selector::from_request(Some(authority), std::iter::empty(), tenants, "wasla.test").unwrap()
        };
        assert!(
            selector("platform.wasla.test", &[]).names_platform() && selector("[::1]", &["platform"]).names_platform()
        );
        assert!(
            !selector("qahwa.wasla.test", &[]).names_platform() && !selector("platform.example", &[]).names_platform()
        );
    }

    #[test]
    fn doubled_contradictory_or_malformed_names_are_refused() {
        assert_eq!(select(None, &[], &["moda"]), Err(SelectorError));
        assert_eq!(select(None, &["a.wasla.test", "a.wasla.test"], &[]), Err(SelectorError));
        assert_eq!(select(Some("a.wasla.test"), &["b.wasla.test"], &[]), Err(SelectorError));
        assert_eq!(select(Some("a.wasla.test"), &[], &["a", "a"]), Err(SelectorError));
        assert_eq!(select(Some("a.b.wasla.test"), &[], &[]), Err(SelectorError));
        for header in ["", "-a", "a-", "a_b", "a.b", "قهوة", "a b", "../x", &"a".repeat(64)] {
            assert_eq!(select(Some("wasla.test"), &[], &[header]), Err(SelectorError), "{header:?}");
        }
    }

    #[test]
    fn the_context_carries_what_the_request_said() {
        let tenants = std::iter::once(Ok("moda"));
        let selector =
            Selector::from_request(Some("shop.example.com"), std::iter::empty(), tenants, "wasla.test").unwrap();
        let mut context = CallContext::without_tenant("r".into(), None, commerce_db::Actor::Guest);
        selector.apply(&mut context);
        assert_eq!((context.slug.as_deref(), context.host.as_deref()), (Some("moda"), Some("shop.example.com")));
    }

    proptest! {
        #[test]
        fn a_request_names_one_tenant_or_none(
            authority in proptest::option::of("[a-zA-Z0-9.:@\\[\\]-]{0,24}"),
            hosts in proptest::collection::vec("[a-z.]{0,16}", 0..3),
            tenants in proptest::collection::vec("[a-zA-Z-]{0,8}", 0..3),
        ) {
            let hosts: Vec<&str> = hosts.iter().map(String::as_str).collect();
            let tenants: Vec<&str> = tenants.iter().map(String::as_str).collect();
            if let Ok(key) = select(authority.as_deref(), &hosts, &tenants) {
                prop_assert!(key != "/" && hosts.len() < 2 && tenants.len() < 2);
                if let Some(tenant) = tenants.first() {
                    let prefix = format!("{}/", tenant.to_ascii_lowercase());
                    prop_assert!(key.starts_with(&prefix));
                }
            }
        }
    }
}

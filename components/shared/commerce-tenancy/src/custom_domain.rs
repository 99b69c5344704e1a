//! Names that a shop may ask to be found by.

use commerce_domain::domain_proof::MAX_DOMAIN;
use commerce_domain::field_error::code;

use crate::Host;

/// A name of several labels that is not the deployment's own: lower case, punycode, no port. That somebody asks for it proves nothing yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomDomain(String);

impl CustomDomain {
    /// Reads a name as a person writes it.
    ///
    /// # Errors
    /// The codes `required`; `too_long`, when the proof's own name would not fit into the DNS; `invalid` for addresses, ports, single labels and
    /// what is no name; `reserved` for the base domain and everything beneath it.
    pub fn parse(text: &str, base_domain: &str) -> Result<Self, &'static str> {
        let text = text.trim();
        if text.is_empty() {
            return Err(code::REQUIRED);
        }
        // Four bytes a letter at most, before any of it is looked at.
        if text.len() > MAX_DOMAIN * 4 || text.is_ascii() && text.len() > MAX_DOMAIN + 1 {
            return Err(code::TOO_LONG);
        }
        if text.contains(':') {
            return Err(code::INVALID);
        }
        let Ok(Host::Domain(name)) = Host::parse(text) else { return Err(code::INVALID) };
        if is_under(&name, base_domain) {
            return Err(code::RESERVED);
        }
        if !name.contains('.') {
            return Err(code::INVALID);
        }
        if name.len() > MAX_DOMAIN { Err(code::TOO_LONG) } else { Ok(Self(name)) }
    }

    /// The name.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0
    }
}

/// Whether a name is the base domain, or beneath it.
fn is_under(name: &str, base_domain: &str) -> bool {
    let base = base_domain.trim_end_matches('.').to_ascii_lowercase();
    name.strip_suffix(base.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(text: &str) -> Result<String, &'static str> {
        CustomDomain::parse(text, "wasla.test").map(CustomDomain::into_string)
    }

    #[test]
    fn a_name_is_kept_as_hosts_are_compared() {
        for (text, name) in [
            ("shop.example", "shop.example"),
            (" Shop.Example. ", "shop.example"),
            ("قهوة.example", "xn--ogb3cpe.example"),
            ("a.b.c.example", "a.b.c.example"),
            ("notwasla.test", "notwasla.test"),
            ("wasla.test.example", "wasla.test.example"),
        ] {
            assert_eq!(parse(text).as_deref(), Ok(name), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_a_shops_own_is_refused() {
        for (text, reason) in [
            ("", code::REQUIRED),
            (" ", code::REQUIRED),
            ("localhost", code::INVALID),
            ("127.0.0.1", code::INVALID),
            ("[::1]", code::INVALID),
            ("::1", code::INVALID),
            ("2130706433", code::INVALID),
            ("shop.example:443", code::INVALID),
            ("https://shop.example", code::INVALID),
            ("shop.example/", code::INVALID),
            ("user@shop.example", code::INVALID),
            ("*.shop.example", code::INVALID),
            ("_x.shop.example", code::INVALID),
            ("a..example", code::INVALID),
            ("wasla.test", code::RESERVED),
            ("WASLA.test.", code::RESERVED),
            ("qahwa.wasla.test", code::RESERVED),
            ("a.b.wasla.test", code::RESERVED),
        ] {
            assert_eq!(parse(text), Err(reason), "{text}");
        }
        // A base domain of one label, as in development.
        assert_eq!(CustomDomain::parse("qahwa.localhost", "localhost"), Err(code::RESERVED));
        assert_eq!(CustomDomain::parse("localhost", "localhost"), Err(code::RESERVED));
    }

    #[test]
    fn the_proofs_own_name_fits_into_the_dns() {
        let longest = format!("{}bb", "a.".repeat(MAX_DOMAIN / 2 - 1));
        assert_eq!(longest.len(), MAX_DOMAIN);
        assert_eq!(parse(&longest), Ok(longest.clone()));
        assert_eq!(parse(&format!("{longest}.")), Ok(longest.clone()));
        for long in [format!("a{longest}"), format!("a.{longest}"), "a".repeat(5_000), "ق".repeat(5_000)] {
            assert_eq!(parse(&long), Err(code::TOO_LONG), "{long:.20}");
        }
    }

    proptest! {
        #[test]
        fn parsing_never_panics_and_is_idempotent(text in "\\PC{0,40}", base in "[a-z]{1,8}(\\.[a-z]{1,8})?") {
            if let Ok(once) = CustomDomain::parse(&text, &base) {
                prop_assert_eq!(CustomDomain::parse(&once.0, &base), Ok(once));
            }
        }
    }
}

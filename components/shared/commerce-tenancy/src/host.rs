//! Hosts as clients write them, normalised.

use std::net::{Ipv4Addr, Ipv6Addr};

/// Longest host name (RFC 1035) with a trailing dot.
const MAX_LENGTH: usize = 254;

/// A normalised host without its port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Host {
    /// A domain name: lower case, punycode, no trailing dot.
    Domain(String),
    /// An address, which names no tenant.
    Address,
}

/// The text is no host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a host")]
pub struct HostError;

impl Host {
    /// Reads `host[:port]` as it stands in an authority or a `Host` header.
    ///
    /// # Errors
    /// When it is neither a domain name nor an address, or its port is no port. User information is refused.
    pub fn parse(text: &str) -> Result<Self, HostError> {
        if let Some(rest) = text.strip_prefix('[') {
            let (address, port) = rest.split_once(']').ok_or(HostError)?;
            check_port(port)?;
            return address.parse::<Ipv6Addr>().map(|_| Self::Address).map_err(|_| HostError);
        }
        let (name, port) = match text.find(':') {
            Some(at) => text.split_at(at),
            None => (text, ""),
        };
        check_port(port)?;
        if name.is_empty() || name.len() > MAX_LENGTH * 4 {
            return Err(HostError);
        }
        if name.parse::<Ipv4Addr>().is_ok() {
            return Ok(Self::Address);
        }
        domain(name)
    }
}

/// `` or `:port`.
fn check_port(text: &str) -> Result<(), HostError> {
    let Some(port) = text.strip_prefix(':') else {
        return if text.is_empty() { Ok(()) } else { Err(HostError) };
    };
    let digits = !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit());
    if digits && port.parse::<u16>().is_ok() { Ok(()) } else { Err(HostError) }
}

fn domain(name: &str) -> Result<Host, HostError> {
    let name = name.strip_suffix('.').unwrap_or(name);
    let ascii = if is_plain(name) {
        name.to_ascii_lowercase()
    } else {
        idna::domain_to_ascii_strict(name).map_err(|_| HostError)?
    };
    let labels_hold = ascii.split('.').all(is_label);
    // A last label of digits alone is an address in some other notation (RFC 3696 §2).
    let numeric = ascii.rsplit('.').next().is_none_or(|last| last.bytes().all(|b| b.is_ascii_digit()));
    if ascii.len() < MAX_LENGTH && labels_hold && !numeric { Ok(Host::Domain(ascii)) } else { Err(HostError) }
}

/// Whether the name needs no IDNA processing but case folding.
fn is_plain(name: &str) -> bool {
    let xn = |label: &str| label.get(..4).is_some_and(|prefix| prefix.eq_ignore_ascii_case("xn--"));
    name.is_ascii() && !name.split('.').any(xn)
}

fn is_label(label: &str) -> bool {
    let inner = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    !label.is_empty()
        && label.len() <= 63
        && label.bytes().all(inner)
        && !label.starts_with('-')
        && !label.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn name(text: &str) -> Option<String> {
        match Host::parse(text) {
            Ok(Host::Domain(name)) => Some(name),
            _ => None,
        }
    }

    #[test]
    fn port_case_and_trailing_dot_do_not_matter() {
        for text in ["qahwa.localhost", "QAHWA.LocalHost:3000", "qahwa.localhost.", "qahwa.localhost.:80"] {
            assert_eq!(name(text).as_deref(), Some("qahwa.localhost"), "{text}");
        }
    }

    #[test]
    fn international_names_become_punycode() {
        assert_eq!(name("قهوة.example").as_deref(), Some("xn--ogb3cpe.example"));
        assert_eq!(name("XN--OGB3CPE.example").as_deref(), Some("xn--ogb3cpe.example"));
        assert_eq!(name("ｑａｈｗａ.example").as_deref(), Some("qahwa.example"));
    }

    #[test]
    fn addresses_name_no_domain() {
        for text in ["127.0.0.1", "127.0.0.1:3000", "[::1]", "[::1]:3000"] {
            assert_eq!(Host::parse(text), Ok(Host::Address), "{text}");
        }
    }

    #[test]
    fn what_is_no_host_is_refused() {
        for text in [
            "",
            ".",
            "..",
            ":80",
            "a..b",
            "a b",
            "user@host",
            "host:",
            "host:x",
            "host:65536",
            "host:+80",
            "host:80:80",
            "-a.com",
            "a-.com",
            "a_b.com",
            "[::1",
            "[::1]x",
            "[zz]",
            "1.2.3",
            "0x7f.1",
            "a\0b",
            "a/b",
            "xn--\u{fffd}",
            "xn--zzzzzzzzz99999.com",
            "::1",
        ] {
            assert_eq!(Host::parse(text), Err(HostError), "{text:?}");
        }
        assert_eq!(Host::parse(&"a".repeat(64)), Err(HostError));
        assert_eq!(Host::parse(&"a.".repeat(2_000)), Err(HostError));
    }

    proptest! {
        #[test]
        fn parsing_never_panics_and_is_idempotent(text in "\\PC{0,40}") {
            if let Ok(Host::Domain(once)) = Host::parse(&text) {
                prop_assert_eq!(Host::parse(&once), Ok(Host::Domain(once.clone())));
                prop_assert!(once.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'.'));
            }
        }

        #[test]
        fn ports_never_change_the_name(host in "[a-z][a-z0-9]{0,10}(\\.[a-z][a-z0-9]{0,10}){0,3}", port in 0u16..) {
            prop_assert_eq!(Host::parse(&format!("{host}:{port}")), Host::parse(&host));
            prop_assert_eq!(Host::parse(&host.to_ascii_uppercase()), Host::parse(&host));
        }
    }
}

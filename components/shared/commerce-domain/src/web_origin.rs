//! Origins of web pages, as browsers name them (RFC 6454 §6.2).

use crate::field_error::code;

/// Longest origin: a host of 253 characters, scheme and port.
const MAX_LENGTH: usize = 270;

/// Scheme, host and perhaps a port, spelt as a browser spells it in `Origin`: lower case, punycode, no default port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebOrigin(String);

impl WebOrigin {
    /// Reads the origin of a page that may be trusted with what it fetches: `https`, or `http` on the reader's own machine. `null`,
    /// wildcards and paths name no origin.
    ///
    /// # Errors
    /// `required`, `too_long` or `invalid`.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        if text.is_empty() {
            return Err(code::REQUIRED);
        }
        if text.len() > MAX_LENGTH {
            return Err(code::TOO_LONG);
        }
        let text = text.to_ascii_lowercase();
        let (scheme, authority) = text.split_once("://").ok_or(code::INVALID)?;
        let (host, port) = match authority.split_once(':') {
            Some((host, port)) => (host, Some(self::port(port).ok_or(code::INVALID)?)),
            None => (authority, None),
        };
        let default = match scheme {
            "https" => 443,
            "http" if is_local(host) => 80,
            _ => return Err(code::INVALID),
        };
        if !is_host(host) {
            return Err(code::INVALID);
        }
        Ok(Self(match port.filter(|port| *port != default) {
            Some(port) => format!("{scheme}://{host}:{port}"),
            None => format!("{scheme}://{host}"),
        }))
    }

    /// The origin as browsers send it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The host.
    #[must_use]
    pub fn host(&self) -> &str {
        let authority = self.authority();
        authority.split_once(':').map_or(authority, |(host, _)| host)
    }

    /// The port, unless it is the scheme's own.
    #[must_use]
    pub fn port(&self) -> Option<u16> {
        self.authority().split_once(':').and_then(|(_, port)| port.parse().ok())
    }

    /// The origin as text.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0
    }

    fn authority(&self) -> &str {
        self.0.split_once("://").map_or("", |(_, authority)| authority)
    }
}

fn port(text: &str) -> Option<u16> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
    if digits { text.parse().ok() } else { None }
}

/// A host that no network leads to (RFC 6761 §6.3).
fn is_local(host: &str) -> bool {
    host == "localhost" || host.ends_with(".localhost") || host == "127.0.0.1"
}

/// A name of several labels, or one of this machine. A name in another script has to be punycode already, as it is in `Origin`.
fn is_host(host: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let label = |label: &str| {
        (1..=63).contains(&label.len()) && label.bytes().all(inner) && !label.starts_with('-') && !label.ends_with('-')
    };
    host.len() <= 253 && host.split('.').all(label) && (host.contains('.') || is_local(host))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_origin_is_spelt_as_browsers_spell_it() {
        for (text, origin) in [
            ("https://shop.example", "https://shop.example"),
            ("HTTPS://Shop.Example:443", "https://shop.example"),
            ("https://shop.example:8443", "https://shop.example:8443"),
            ("https://xn--ogb3cpe.example", "https://xn--ogb3cpe.example"),
            ("https://203.0.113.7", "https://203.0.113.7"),
            ("http://localhost:5173", "http://localhost:5173"),
            ("http://qahwa.localhost:80", "http://qahwa.localhost"),
            ("http://127.0.0.1:3000", "http://127.0.0.1:3000"),
        ] {
            assert_eq!(WebOrigin::parse(text).unwrap().as_str(), origin, "{text}");
        }
        let origin = WebOrigin::parse("https://shop.example:8443").unwrap();
        assert_eq!((origin.host(), origin.port()), ("shop.example", Some(8443)));
        assert_eq!(WebOrigin::parse("https://shop.example:443").unwrap().port(), None);
    }

    #[test]
    fn what_is_no_origin_is_refused() {
        for text in [
            "null",
            "*",
            "https://*",
            "https://*.example.com",
            "https://shop.example/",
            "https://shop.example/path",
            "https://shop.example?x",
            "https://shop.example#x",
            "https://user@shop.example",
            "https://shop.example:",
            "https://shop.example:0",
            "https://shop.example:080",
            "https://shop.example:65536",
            "https://shop.example:80:80",
            "http://shop.example",
            "http://evil-localhost",
            "http://localhost.example",
            "ftp://shop.example",
            "//shop.example",
            "shop.example",
            "https://",
            "https://shop",
            "https://-a.example",
            "https://a..example",
            "https://[::1]",
            "https://قهوة.example",
            " https://shop.example",
            "https://a.example https://b.example",
            "https://a.example,https://b.example",
        ] {
            assert_eq!(WebOrigin::parse(text), Err(code::INVALID), "{text}");
        }
        assert_eq!(WebOrigin::parse(""), Err(code::REQUIRED));
        assert_eq!(WebOrigin::parse(&format!("https://{}.example", "a.".repeat(200))), Err(code::TOO_LONG));
    }

    proptest! {
        #[test]
        fn parsing_never_panics_and_is_idempotent(text in "(https?://)?[a-zA-Z0-9.:/*@-]{0,30}") {
            if let Ok(once) = WebOrigin::parse(&text) {
                prop_assert_eq!(WebOrigin::parse(once.as_str()), Ok(once));
            }
        }
    }
}

//! E-mail addresses, checked for shape only: whether one exists is known when a message arrives.

use std::fmt;

use serde::Serialize;

use crate::field_error::code;
use crate::text::is_unprintable;

/// An e-mail address of at most 254 bytes (RFC 5321 §4.5.3.1.3), its domain in lower case.
#[derive(Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Email(String);

crate::opaque_debug!(Email);

impl Email {
    /// Most bytes in an address.
    pub const MAX_LEN: usize = 254;

    /// Checks the shape: one `@`, a local part of 1 to 64 bytes, a domain of at least two labels; no white space, no invisible
    /// characters. Surrounding white space is dropped.
    ///
    /// # Errors
    /// The code `required`, `too_long` or `invalid`.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let text = text.trim();
        if text.is_empty() {
            return Err(code::REQUIRED);
        }
        if text.len() > Self::MAX_LEN {
            return Err(code::TOO_LONG);
        }
        let (local, domain) = text.split_once('@').ok_or(code::INVALID)?;
        let local_fits = (1..=64).contains(&local.len()) && local.chars().all(is_local_character);
        // As it will be kept: `İ` becomes two characters, of which the second is no letter.
        let domain = domain.to_lowercase();
        if !local_fits || !is_domain(&domain) {
            return Err(code::INVALID);
        }
        let email = format!("{local}@{domain}");
        // Lower case can be longer than upper case outside ASCII.
        if email.len() > Self::MAX_LEN { Err(code::TOO_LONG) } else { Ok(Self(email)) }
    }

    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_local_character(character: char) -> bool {
    let invisible = matches!(character, '\u{200B}'..='\u{200F}' | '\u{2060}'..='\u{2064}');
    let delimiter = matches!(character, '@' | '<' | '>' | '(' | ')' | '[' | ']' | ',' | ';' | ':' | '"' | '\\');
    !(character.is_whitespace() || is_unprintable(character) || invisible || delimiter)
}

fn is_domain(domain: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|character| character.is_alphanumeric() || character == '-')
    };
    domain.contains('.') && domain.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_addresses_pass() {
        for (given, kept) in [
            (" Sara.Q+shop@Example.COM ", "Sara.Q+shop@example.com"),
            ("a@b.co", "a@b.co"),
            ("o'neil@sub.example.com.sa", "o'neil@sub.example.com.sa"),
            ("info@متجر.السعودية", "info@متجر.السعودية"),
        ] {
            assert_eq!(Email::parse(given).unwrap().as_str(), kept);
        }
    }

    #[test]
    fn everything_else_is_refused() {
        let long_domain = format!("a@{}.com", "x".repeat(64));
        let long_local = format!("{}@example.com", "x".repeat(65));
        for bad in [
            "nobody",
            "@example.com",
            "a@",
            "a@b",
            "a@b@c.com",
            "a b@c.com",
            "a@c..com",
            "a@.com",
            "a@c.com.",
            "a@-c.com",
            "a\0@c.com",
            "a\n@c.com",
            "a\r\nBcc: x@c.com",
            "a@c.com\u{200b}",
            "a\u{202e}@c.com",
            "a@İ.com",
            "<a@c.com>",
            "a,b@c.com",
            &long_domain,
            &long_local,
        ] {
            assert_eq!(Email::parse(bad), Err(code::INVALID), "{bad:?}");
        }
        assert_eq!(Email::parse("  "), Err(code::REQUIRED));
        assert_eq!(Email::parse(&format!("a@{}", "x.".repeat(150))), Err(code::TOO_LONG));
    }
}

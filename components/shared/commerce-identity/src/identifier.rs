//! What people sign in with, in one form each, and where they come from, coarsely: what throttling counts by.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use commerce_domain::contact::{Email, Phone};
use unicode_normalization::UnicodeNormalization;
use uuid::Uuid;

use crate::encoding::hex;
use crate::keys::CodeKey;

/// A normalised e-mail address or phone number.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Identifier {
    /// An address in lower case.
    Email(String),
    /// E.164.
    Phone(String),
}

impl Identifier {
    /// Reads an e-mail address: trimmed, Unicode form NFC, both parts in lower case, so that one mailbox is one account.
    ///
    /// A letter outside ASCII never becomes one inside it by lower-casing (as `İ` would): addresses that mail servers tell apart
    /// must not meet in one account. What Unicode itself calls the same letter (NFC) is the same.
    ///
    /// # Errors
    /// The codes of [`Email::parse`].
    pub fn email(text: &str) -> Result<Self, &'static str> {
        let email = Email::parse(text)?;
        let (local, domain) = email.as_str().split_once('@').unwrap_or((email.as_str(), ""));
        let local: String = local.nfc().flat_map(lower).collect();
        let email = Email::parse(&format!("{local}@{domain}"))?;
        Ok(Self::Email(email.as_str().to_owned()))
    }

    /// Reads a phone number; one without country code is of `home_country` (ISO 3166-1 alpha-2).
    ///
    /// # Errors
    /// The codes of [`Phone::parse`].
    pub fn phone(text: &str, home_country: &str) -> Result<Self, &'static str> {
        Phone::parse(text, home_country).map(|phone| Self::Phone(phone.as_str().to_owned()))
    }

    /// The normalised text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Email(text) | Self::Phone(text) => text,
        }
    }

    /// What attempts are counted by, 64 hexadecimal digits: HMAC-SHA-256 of realm, kind and identifier. Keyed, so that the table of
    /// attempts, which also counts addresses that have no account, is no list of addresses.
    #[must_use]
    pub fn hash(&self, key: &CodeKey, realm: Uuid) -> String {
        let kind: &[u8] = match self {
            Self::Email(_) => b"e",
            Self::Phone(_) => b"p",
        };
        hex(&key.mac("identifier", &[realm.as_bytes(), kind, self.as_str().as_bytes()]))
    }
}

fn lower(character: char) -> impl Iterator<Item = char> {
    let stays = !character.is_ascii() && character.to_lowercase().any(|lower| lower.is_ascii());
    let (same, lower) = if stays { (Some(character), None) } else { (None, Some(character.to_lowercase())) };
    same.into_iter().chain(lower.into_iter().flatten())
}

/// The network of an address, in CIDR notation: /24 of IPv4, /48 of IPv6, which is what one customer of a provider holds at most.
/// An IPv4 address written as IPv6 (`::ffff:a.b.c.d`) counts as IPv4.
#[must_use]
pub fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => {
            let [a, b, c, _] = address.octets();
            format!("{}/24", Ipv4Addr::new(a, b, c, 0))
        }
        IpAddr::V6(address) => {
            let [a, b, c, ..] = address.segments();
            format!("{}/48", Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_mailbox_is_one_identifier() {
        for (typed, kept) in [
            (" Sara.Q+shop@Example.COM ", "sara.q+shop@example.com"),
            ("ÉLAN@example.com", "élan@example.com"),
            ("E\u{301}LAN@example.com", "élan@example.com"),
            ("سارة@متجر.السعودية", "سارة@متجر.السعودية"),
        ] {
            assert_eq!(Identifier::email(typed).unwrap().as_str(), kept);
            assert_eq!(Identifier::email(kept).unwrap().as_str(), kept, "normalised once is normalised");
        }
        assert!(Identifier::email("nobody").is_err());
    }

    #[test]
    fn no_foreign_letter_becomes_a_latin_one() {
        for (typed, kept) in
            [("İBRAHIM@example.com", "İbrahim@example.com"), ("ıbrahim@example.com", "ıbrahim@example.com")]
        {
            assert_eq!(Identifier::email(typed).unwrap().as_str(), kept);
        }
    }

    #[test]
    fn phones_are_e164() {
        assert_eq!(Identifier::phone("٠٥٠١٢٣٤٥٦٧", "SA").unwrap().as_str(), "+966501234567");
        assert_eq!(Identifier::phone("+966 50 123 4567", "KW"), Identifier::phone("0501234567", "SA"));
        assert!(Identifier::phone("12", "SA").is_err());
    }

    #[test]
    fn the_hash_is_bound_to_realm_kind_and_key() {
        let (key, other) = (CodeKey::parse(&"k".repeat(32)).unwrap(), CodeKey::parse(&"o".repeat(32)).unwrap());
        let email = Identifier::email("a@b.co").unwrap();
        let hash = email.hash(&key, Uuid::nil());
        assert_eq!(hash, Identifier::email(" A@B.co").unwrap().hash(&key, Uuid::nil()));
        assert_ne!(hash, email.hash(&key, Uuid::max()));
        assert_ne!(hash, email.hash(&other, Uuid::nil()));
        assert_ne!(hash, Identifier::Phone("a@b.co".into()).hash(&key, Uuid::nil()));
    }

    #[test]
    fn neighbours_share_a_network() {
        for (address, expected) in [
            ("203.0.113.7", "203.0.113.0/24"),
            ("::ffff:203.0.113.250", "203.0.113.0/24"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"),
            ("2001:db8:1:ffff::1", "2001:db8:1::/48"),
            ("::1", "::/48"),
        ] {
            assert_eq!(network(address.parse().unwrap()), expected);
        }
    }
}

//! Secrets without content: refresh tokens, device tokens, the secrets of links; and the CSRF token of a cookie session.
//!
//! Each is 256 random bits, so the database keeps a plain SHA-256 of it: there is nothing to guess, and nothing to use in a copy.

use std::fmt;

use commerce_domain::SessionId;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::encoding::{array_from_base64url, base64url, equal, hex, sha256_hex};
use crate::keys::CodeKey;

macro_rules! opaque_token {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone)]
        pub struct $name(Zeroizing<[u8; 32]>);

        impl $name {
            /// What the text begins with, so that a leaked one is recognised by secret scanners.
            pub const PREFIX: &'static str = $prefix;

            /// Makes a token of 32 bytes from a cryptographic random source.
            #[must_use]
            pub fn from_random(bytes: [u8; 32]) -> Self {
                Self(Zeroizing::new(bytes))
            }

            /// Reads the text form; each token has exactly one.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                array_from_base64url(text.strip_prefix($prefix)?).map(Self::from_random)
            }

            /// The text form: prefix and 43 characters of base64url. Goes to the client and nowhere else.
            #[must_use]
            pub fn to_text(&self) -> Zeroizing<String> {
                Zeroizing::new(format!("{}{}", $prefix, Zeroizing::new(base64url(&self.0[..])).as_str()))
            }

            /// What is stored: SHA-256 of the text form, in hexadecimal.
            #[must_use]
            pub fn storage_hash(&self) -> String {
                sha256_hex(self.to_text().as_bytes())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(..)"))
            }
        }
    )*};
}

opaque_token! {
    /// Renews a session once: 7 days, rotated at every use.
    RefreshToken = "wr_";
    /// Proves a device that signed in before.
    DeviceToken = "wd_";
}

/// The secret of a link in a message (verify an address, reset a password): `<account id>.<secret>`.
#[derive(Clone)]
pub struct LinkToken {
    account: Uuid,
    secret: Zeroizing<[u8; 32]>,
}

impl LinkToken {
    /// Makes the secret of a link for an account from 32 random bytes.
    #[must_use]
    pub fn new(account: Uuid, secret: [u8; 32]) -> Self {
        Self { account, secret: Zeroizing::new(secret) }
    }

    /// Reads the text form; each token has exactly one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (account, secret) = text.split_once('.')?;
        let is_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        if account.len() != 32 || !account.bytes().all(is_hex) {
            return None;
        }
        Some(Self::new(Uuid::try_parse(account).ok()?, array_from_base64url(secret)?))
    }

    /// Whose link it is.
    #[must_use]
    pub const fn account(&self) -> Uuid {
        self.account
    }

    /// The text form, for the link: 32 hexadecimal digits, a dot, 43 characters of base64url.
    #[must_use]
    pub fn to_text(&self) -> Zeroizing<String> {
        let secret = Zeroizing::new(base64url(&self.secret[..]));
        Zeroizing::new(format!("{}.{}", self.account.simple(), secret.as_str()))
    }

    /// What is stored: SHA-256 of the 32 bytes of the secret, in hexadecimal.
    #[must_use]
    pub fn storage_hash(&self) -> String {
        sha256_hex(&self.secret[..])
    }
}

impl fmt::Debug for LinkToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LinkToken").field("account", &self.account).finish_non_exhaustive()
    }
}

/// The CSRF token of a session that a cookie carries: a code of its id, so that nothing need be stored.
#[must_use]
pub fn csrf_token(key: &CodeKey, session: SessionId) -> String {
    hex(&key.mac("csrf", &[session.as_uuid().as_bytes()]))
}

/// Whether the header `X-CSRF-Token` is the session's. Takes the same time for every token of the right length.
#[must_use]
pub fn csrf_matches(key: &CodeKey, session: SessionId, given: &str) -> bool {
    equal(csrf_token(key, session).as_bytes(), given.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_token_has_one_text_form() {
        let token = RefreshToken::from_random([0xfb; 32]);
        let text = token.to_text();
        assert_eq!(text.len(), 46);
        assert_eq!(RefreshToken::parse(&text).unwrap().storage_hash(), token.storage_hash());
        assert_eq!(token.storage_hash(), sha256_hex(text.as_bytes()));
        let last = text.strip_suffix('s').unwrap();
        for other in [
            text.replace("wr_", "wd_"),
            text.replace("wr_", "WR_"),
            text.replace("wr_", ""),
            format!("{}=", text.as_str()),
            format!(" {}", text.as_str()),
            format!("{last}t"),
            last.to_owned(),
            text.replace('-', "+"),
            String::new(),
            "wr_".into(),
        ] {
            assert!(RefreshToken::parse(&other).is_none(), "{other}");
        }
        assert!(DeviceToken::parse(&DeviceToken::from_random([1; 32]).to_text()).is_some());
    }

    #[test]
    fn a_link_names_its_account() {
        let account = Uuid::from_u128(0xabc);
        let link = LinkToken::new(account, [7; 32]);
        let text = link.to_text();
        let read = LinkToken::parse(&text).unwrap();
        assert_eq!((read.account(), read.storage_hash()), (account, sha256_hex(&[7; 32])));
        for other in [
            text.to_uppercase(),
            text.replace('.', ""),
            text.replace('.', ".."),
            format!("{}.{}", account.hyphenated(), text.split_once('.').unwrap().1),
            format!("{}x", text.as_str()),
        ] {
            assert!(LinkToken::parse(&other).is_none(), "{other}");
        }
    }

    #[test]
    fn a_csrf_token_is_good_for_its_session_and_key() {
        let (key, other) = (CodeKey::parse(&"k".repeat(32)).unwrap(), CodeKey::parse(&"o".repeat(32)).unwrap());
        let (one, two) = (SessionId::new(Uuid::from_u128(1)), SessionId::new(Uuid::from_u128(2)));
        let token = csrf_token(&key, one);
        assert!(csrf_matches(&key, one, &token));
        assert!(!csrf_matches(&key, two, &token) && !csrf_matches(&other, one, &token) && !csrf_matches(&key, one, ""));
    }

    #[test]
    fn nothing_prints_a_secret() {
        let text = format!("{:?} {:?}", DeviceToken::from_random([1; 32]), LinkToken::new(Uuid::nil(), [1; 32]));
        assert_eq!(text, "DeviceToken(..) LinkToken { account: 00000000-0000-0000-0000-000000000000, .. }");
    }
}

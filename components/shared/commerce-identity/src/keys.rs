//! Keys of the configuration, and the message authentication codes made with them.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// A variable that does not hold what it should. Names the variable and never repeats its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("variable {variable}: {reason}")]
pub struct KeyError {
    /// The variable, as `spin.toml` names it.
    pub variable: &'static str,
    /// What is wrong with it.
    pub reason: &'static str,
}

impl KeyError {
    pub(crate) const fn new(variable: &'static str, reason: &'static str) -> Self {
        Self { variable, reason }
    }
}

/// Fewest characters of a configured secret.
const MIN_SECRET_LEN: usize = 32;

/// A configured secret, ready to compute HMAC-SHA-256. Cleared when dropped.
#[derive(Clone)]
pub(crate) struct MacKey(Hmac<Sha256>);

impl MacKey {
    /// Takes the variable's text as the key.
    pub(crate) fn parse(variable: &'static str, text: &str) -> Result<Self, KeyError> {
        if text.chars().count() < MIN_SECRET_LEN {
            return Err(KeyError::new(variable, "must hold at least 32 characters"));
        }
        Hmac::new_from_slice(text.as_bytes()).map(Self).map_err(|_| KeyError::new(variable, "cannot be used as a key"))
    }

    /// HMAC-SHA-256 of the parts in a row. Only the last part may vary in length, else two inputs could read the same.
    pub(crate) fn mac(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut mac = self.0.clone();
        for part in parts {
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
}

impl fmt::Debug for MacKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MacKey(..)")
    }
}

/// The variable `code_key`: what one-time codes, recovery codes, throttled identifiers, password fingerprints and CSRF
/// tokens are keyed with, so that a copy of the database alone cannot be searched for them.
#[derive(Debug, Clone)]
pub struct CodeKey(MacKey);

impl CodeKey {
    /// Takes the value of the variable `code_key`.
    ///
    /// # Errors
    /// [`KeyError`] under 32 characters.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        MacKey::parse("code_key", text).map(Self)
    }

    /// The code of `parts` for one use; `label` keeps the uses apart.
    pub(crate) fn mac(&self, label: &'static str, parts: &[&[u8]]) -> [u8; 32] {
        let mut all: Vec<&[u8]> = vec![label.as_bytes(), &[0]];
        all.extend_from_slice(parts);
        self.0.mac(&all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoding::hex;

    #[test]
    fn the_mac_is_hmac_sha256() {
        // Computed with `openssl dgst -sha256 -hmac`.
        let key = MacKey::parse("x", &"k".repeat(32)).unwrap();
        let whole = key.mac(&[b"what do ya want for nothing?"]);
        assert_eq!(whole, key.mac(&[b"what do ya want ", b"for nothing?"]));
        assert_eq!(hex(&whole), "4f63351605b85f42e803b30e42c1905fed065a563ff4295a47982e43f228e097");
    }

    #[test]
    fn labels_keep_uses_apart() {
        let key = CodeKey::parse(&"k".repeat(32)).unwrap();
        assert_ne!(key.mac("code", &[b"1"]), key.mac("recovery", &[b"1"]));
        assert_ne!(key.mac("a", &[b"b"]), key.mac("ab", &[b""]));
    }

    #[test]
    fn short_secrets_are_refused_and_none_is_shown() {
        let error = CodeKey::parse("short-and-telling").unwrap_err();
        assert_eq!(error.to_string(), "variable code_key: must hold at least 32 characters");
        let key = CodeKey::parse("a secret that nobody should ever see").unwrap();
        assert_eq!(format!("{key:?}"), "CodeKey(MacKey(..))");
    }
}

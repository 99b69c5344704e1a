//! Secrets that do not show.

use std::fmt;

use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};

/// A secret text: a gateway key, a webhook's token. `Debug` hides it; there is no `Display`, no serde and no comparison.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// Takes a secret in.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Hands the secret out, to be put where it belongs and nowhere else.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// SHA-256 of a webhook's secret: what is stored instead of it.
#[derive(Clone, Copy)]
pub struct SecretDigest([u8; 32]);

impl SecretDigest {
    /// The digest of a secret.
    #[must_use]
    pub fn of(secret: &Secret) -> Self {
        Self(Sha256::digest(secret.0.as_bytes()).into())
    }

    /// A stored digest.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// A stored digest of 64 hex digits; `None` for any other text.
    #[must_use]
    pub fn from_hex(hex: &str) -> Option<Self> {
        if hex.len() != 64 || !hex.is_ascii() {
            return None;
        }
        let mut bytes = [0_u8; 32];
        for (byte, pair) in bytes.iter_mut().zip(hex.as_bytes().chunks_exact(2)) {
            let digit = |at: usize| pair.get(at).and_then(|digit| char::from(*digit).to_digit(16));
            *byte = u8::try_from(digit(0)? * 16 + digit(1)?).ok()?;
        }
        Some(Self(bytes))
    }

    /// Whether the secret has one of these digests. Takes the same time whichever it is, and whether or not.
    #[must_use]
    pub fn any_matches(digests: &[Self], secret: &Secret) -> bool {
        let given = Self::of(secret);
        let matches = digests.iter().fold(Choice::from(0), |found, digest| found | digest.0.ct_eq(&given.0));
        matches.into()
    }
}

impl fmt::Debug for SecretDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretDigest(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_shows() {
        let secret = Secret::new("hunter2");
        assert_eq!(format!("{secret:?} {:?}", SecretDigest::of(&secret)), "Secret(…) SecretDigest(…)");
    }

    #[test]
    fn a_digest_is_sha256() {
        // FIPS 180-2, appendix B.1: "abc".
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let digest = SecretDigest::from_hex(abc).unwrap();
        assert!(SecretDigest::any_matches(&[digest], &Secret::new("abc")));
        assert!(!SecretDigest::any_matches(&[digest], &Secret::new("abd")));
        assert!(!SecretDigest::any_matches(&[], &Secret::new("abc")));
        for bad in ["", &abc[1..], &abc.replace('b', "g"), &format!("{abc}0"), &"٣".repeat(32)] {
            assert!(SecretDigest::from_hex(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn the_old_and_the_new_secret_both_count_while_a_secret_is_changed() {
        let [old, new] = ["old", "new"].map(|text| SecretDigest::of(&Secret::new(text)));
        assert!(SecretDigest::any_matches(&[new, old], &Secret::new("old")));
        assert!(SecretDigest::any_matches(&[new, old], &Secret::new("new")));
        assert!(!SecretDigest::any_matches(&[new], &Secret::new("old")));
    }
}

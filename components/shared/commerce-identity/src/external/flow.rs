//! What one run of the authorization code flow draws, and what binds it to the browser that began it.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::encoding::{array_from_base64url, base64url, equal, sha256_hex};

/// The secrets of one run: PKCE (RFC 7636) ties the code to us, the nonce (OpenID Connect Core §3.1.2.1) ties the ID token to this run.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Flow {
    verifier: String,
    nonce: String,
}

impl Flow {
    /// Draws a run from 64 random bytes.
    #[must_use]
    pub fn from_random(verifier: [u8; 32], nonce: [u8; 32]) -> Self {
        Self { verifier: base64url(&verifier), nonce: base64url(&nonce) }
    }

    /// `code_verifier`, for the token endpoint alone.
    #[must_use]
    pub fn verifier(&self) -> &str {
        &self.verifier
    }

    /// `code_challenge` of the method `S256`.
    #[must_use]
    pub fn challenge(&self) -> String {
        base64url(&Sha256::digest(self.verifier.as_bytes()))
    }

    /// `nonce`, which the ID token must carry.
    #[must_use]
    pub fn nonce(&self) -> &str {
        &self.nonce
    }
}

impl fmt::Debug for Flow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Flow(..)")
    }
}

/// A secret in a cookie of the browser that began a run. Without it nobody finishes one: a code that an attacker got for their own account
/// does not sign a victim in to it.
#[derive(Clone)]
pub struct BrowserKey(Zeroizing<[u8; 32]>);

impl BrowserKey {
    /// Makes a key of 32 random bytes.
    #[must_use]
    pub fn from_random(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// Reads the cookie's value.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        array_from_base64url(text).map(Self::from_random)
    }

    /// The cookie's value.
    #[must_use]
    pub fn to_text(&self) -> Zeroizing<String> {
        Zeroizing::new(base64url(&self.0[..]))
    }

    /// What the state remembers of it.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        sha256_hex(&self.0[..])
    }

    /// Whether a state was made for this browser.
    #[must_use]
    pub fn matches(&self, fingerprint: &str) -> bool {
        equal(self.fingerprint().as_bytes(), fingerprint.as_bytes())
    }
}

impl fmt::Debug for BrowserKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BrowserKey(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_challenge_is_that_of_rfc_7636() {
        // RFC 7636, appendix B.
        let verifier = [
            116, 24, 223, 180, 151, 153, 224, 37, 79, 250, 96, 125, 216, 173, 187, 186, 22, 212, 37, 77, 105, 214, 191,
            240, 91, 88, 5, 88, 83, 132, 141, 121,
        ];
        let flow = Flow::from_random(verifier, [0; 32]);
        assert_eq!(flow.verifier(), "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
        assert_eq!(flow.challenge(), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
        assert_eq!(format!("{flow:?}"), "Flow(..)");
    }

    #[test]
    fn a_state_is_of_one_browser() {
        let key = BrowserKey::from_random([1; 32]);
        assert!(BrowserKey::parse(&key.to_text()).unwrap().matches(&key.fingerprint()));
        assert!(!BrowserKey::from_random([2; 32]).matches(&key.fingerprint()) && !key.matches(""));
        assert!(BrowserKey::parse("").is_none() && BrowserKey::parse("AAAA").is_none());
    }
}

//! Hostile access tokens, for tests (feature `corpus`): each differs from a good token in one way, and none may be accepted.
//!
//! The unit tests send them to the [`Verifier`](crate::token::Verifier), the API tests to every component. Times lie far from
//! `now`, so that a token stays hostile while a slow test runs.

mod claims;
mod forge;
mod header;
mod shape;
mod signature;

use crate::token::{AccessClaims, Signer, TokenError};

use forge::Forge;

/// What the tokens are made against.
#[derive(Debug, Clone, Copy)]
pub struct Target<'a> {
    /// The key that is trusted: much of the corpus is signed with it, to get past the signature.
    pub signer: &'a Signer,
    /// Claims that are accepted at `now`.
    pub claims: &'a AccessClaims,
    /// The time, in Unix seconds.
    pub now: i64,
}

/// A token that must be refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostileToken {
    /// What is wrong with it.
    pub name: String,
    /// The token.
    pub token: String,
}

impl HostileToken {
    /// Whether it can be sent in an `Authorization` header: no control characters, nothing outside ASCII.
    #[must_use]
    pub fn fits_header(&self) -> bool {
        self.token.bytes().all(|byte| matches!(byte, b' '..=b'~'))
    }
}

/// A token of whatever header and claims, both JSON: for tests that play an issuer.
///
/// # Errors
/// When the key does not sign.
pub fn sign(signer: &Signer, header: &str, claims: &str) -> Result<String, TokenError> {
    signer.sign_parts(header.as_bytes(), claims.as_bytes())
}

/// Builds the corpus: over 400 tokens, each another.
///
/// # Errors
/// When the target's own key does not sign.
pub fn build(target: &Target<'_>) -> Result<Vec<HostileToken>, TokenError> {
    let mut forge = Forge::new(target)?;
    header::add(&mut forge)?;
    claims::add(&mut forge)?;
    signature::add(&mut forge)?;
    shape::add(&mut forge)?;
    Ok(forge.finish())
}

//! Signs.

use std::fmt;

use jsonwebtoken::{Algorithm, EncodingKey};

use super::claims::AccessClaims;
use super::error::{TokenError, TokenErrorKind};
use super::{MAX_TOKEN_LEN, TOKEN_TYPE};
use crate::encoding::base64url;
use crate::jwk::{PrivateJwk, PublicJwk};
use crate::keys::KeyError;

/// Signs access tokens with one key. An RSA signature is blinded with random numbers of the platform; they guard the key while
/// it is used (RUSTSEC-2023-0071 is about RSA here) and do not show in the signature. Ed25519 needs none.
pub struct Signer {
    public: PublicJwk,
    key: EncodingKey,
    algorithm: Algorithm,
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer").field("public", &self.public).finish_non_exhaustive()
    }
}

impl Signer {
    /// Reads the variable `token_signing_key`: a private JWK, Ed25519 (signs `EdDSA`) or RSA (signs `RS256`).
    ///
    /// # Errors
    /// [`KeyError`] for anything else, and for a key whose halves do not belong together.
    pub fn from_jwk(private_jwk: &str) -> Result<Self, KeyError> {
        let jwk = PrivateJwk::parse(private_jwk)?;
        let public = jwk.public();
        Ok(Self { key: jwk.encoding_key(), algorithm: public.key.algorithm(), public })
    }

    /// The public half, for `token_jwks`.
    #[must_use]
    pub const fn public_jwk(&self) -> &PublicJwk {
        &self.public
    }

    /// The `kid` that the tokens name.
    #[must_use]
    pub fn key_id(&self) -> &str {
        &self.public.key_id
    }

    /// Signs.
    ///
    /// # Errors
    /// `Malformed` for claims that no verifier would accept, `Signature` when signing fails.
    pub fn sign(&self, claims: &AccessClaims) -> Result<String, TokenError> {
        claims.check_shape()?;
        let malformed = |_| TokenError::new(TokenErrorKind::Malformed);
        let header =
            serde_json::json!({ "alg": self.public.key.algorithm_name(), "typ": TOKEN_TYPE, "kid": self.key_id() });
        let claims = serde_json::to_vec(claims).map_err(malformed)?;
        let token = self.sign_parts(header.to_string().as_bytes(), &claims)?;
        if token.len() > MAX_TOKEN_LEN { Err(TokenError::new(TokenErrorKind::Malformed)) } else { Ok(token) }
    }

    /// Signs whatever header and claims there are.
    pub(crate) fn sign_parts(&self, header: &[u8], claims: &[u8]) -> Result<String, TokenError> {
        let message = format!("{}.{}", base64url(header), base64url(claims));
        let signature = self.sign_message(message.as_bytes())?;
        Ok(format!("{message}.{signature}"))
    }

    /// The signature of a message, in base64url.
    pub(crate) fn sign_message(&self, message: &[u8]) -> Result<String, TokenError> {
        let signature = jsonwebtoken::crypto::sign(message, &self.key, self.algorithm);
        signature.map_err(|_| TokenError::new(TokenErrorKind::Signature))
    }
}

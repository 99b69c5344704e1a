//! A compact JWS, taken apart.

use jsonwebtoken::DecodingKey;
use serde::de::DeserializeOwned;

use super::MAX_TOKEN_LEN;
use super::error::{TokenError, TokenErrorKind};
use crate::encoding::from_base64url;
use crate::jwk::PublicJwk;

/// Three parts of base64url and two dots, nothing else.
pub(crate) struct Parts<'a> {
    message: &'a str,
    header: &'a str,
    claims: &'a str,
    signature: &'a str,
}

impl<'a> Parts<'a> {
    /// Splits a token of at most [`MAX_TOKEN_LEN`] bytes.
    pub fn split(token: &'a str) -> Result<Self, TokenError> {
        let malformed = TokenError::new(TokenErrorKind::Malformed);
        if token.len() > MAX_TOKEN_LEN {
            return Err(malformed);
        }
        let (message, signature) = token.rsplit_once('.').ok_or(malformed)?;
        let (header, claims) = message.split_once('.').ok_or(malformed)?;
        let is_part = |part: &str| {
            !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        };
        if [header, claims, signature].into_iter().all(is_part) {
            Ok(Self { message, header, claims, signature })
        } else {
            Err(malformed)
        }
    }

    /// The header, before anything is believed.
    pub fn header<T: DeserializeOwned>(&self) -> Result<T, TokenError> {
        json(self.header)
    }

    /// Verifies the signature under the one algorithm of the key, which the header must name.
    pub fn verify(&self, algorithm: &str, jwk: &PublicJwk, key: &DecodingKey) -> Result<(), TokenError> {
        if algorithm != jwk.key.algorithm_name() {
            return Err(TokenError::new(TokenErrorKind::Algorithm));
        }
        match jsonwebtoken::crypto::verify(self.signature, self.message.as_bytes(), key, jwk.key.algorithm()) {
            Ok(true) => Ok(()),
            Ok(false) => Err(TokenError::new(TokenErrorKind::Signature)),
            Err(_) => Err(TokenError::new(TokenErrorKind::Malformed)),
        }
    }

    /// The claims; to be read after [`Self::verify`].
    pub fn claims<T: DeserializeOwned>(&self) -> Result<T, TokenError> {
        json(self.claims)
    }
}

/// Reads base64url of a JSON object.
fn json<T: DeserializeOwned>(part: &str) -> Result<T, TokenError> {
    let bytes = from_base64url(part).filter(|bytes| bytes.first() == Some(&b'{'));
    let value = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    value.ok_or(TokenError::new(TokenErrorKind::Malformed))
}

//! Verifies.

use jsonwebtoken::DecodingKey;
use serde::de::DeserializeOwned;

use super::claims::AccessClaims;
use super::error::{TokenError, TokenErrorKind};
use super::header::Header;
use super::{MAX_TOKEN_LEN, TOKEN_TYPE};
use crate::account::AccountKind;
use crate::encoding::from_base64url;
use crate::jwk::{JwkSet, PublicJwk};
use crate::keys::KeyError;

/// Verifies access tokens of one issuer by a set of keys.
#[derive(Debug)]
pub struct Verifier {
    issuer: String,
    keys: Vec<(PublicJwk, DecodingKey)>,
}

impl Verifier {
    /// Takes the values of the variables `token_issuer` and `token_jwks`.
    ///
    /// # Errors
    /// [`KeyError`] for an empty issuer and whatever [`JwkSet::parse`] refuses.
    pub fn new(issuer: &str, jwk_set: &str) -> Result<Self, KeyError> {
        if issuer.is_empty() {
            return Err(KeyError::new("token_issuer", "is empty"));
        }
        let keys = JwkSet::parse(jwk_set)?.keys().iter().map(|jwk| (jwk.clone(), jwk.key.decoding_key())).collect();
        Ok(Self { issuer: issuer.to_owned(), keys })
    }

    /// Verifies a token, cheap checks first, and no claim before the signature. Whether `org` is the tenant that the request
    /// names is for the caller to ask: that answer is 404, not 401.
    ///
    /// # Errors
    /// [`TokenError`], which tells the client nothing; its kind is for the log.
    pub fn verify(&self, token: &str, audience: AccountKind, now: i64) -> Result<AccessClaims, TokenError> {
        let (message, header, claims, signature) = split(token)?;
        let header: Header = json(header)?;
        let found = self.keys.iter().find(|(jwk, _)| jwk.key_id == header.kid);
        let (jwk, key) = found.ok_or(TokenError::new(TokenErrorKind::Key))?;
        if header.alg != jwk.key.algorithm_name() {
            return Err(TokenError::new(TokenErrorKind::Algorithm));
        }
        if header.typ != TOKEN_TYPE {
            return Err(TokenError::new(TokenErrorKind::Type));
        }
        match jsonwebtoken::crypto::verify(signature, message.as_bytes(), key, jwk.key.algorithm()) {
            Ok(true) => {}
            Ok(false) => return Err(TokenError::new(TokenErrorKind::Signature)),
            Err(_) => return Err(TokenError::new(TokenErrorKind::Malformed)),
        }
        self.check(json(claims)?, audience, now)
    }

    fn check(&self, claims: AccessClaims, audience: AccountKind, now: i64) -> Result<AccessClaims, TokenError> {
        if claims.iss != self.issuer {
            return Err(TokenError::new(TokenErrorKind::Issuer));
        }
        if claims.aud != audience {
            return Err(TokenError::new(TokenErrorKind::Audience));
        }
        claims.check_shape()?;
        claims.check_time(now)?;
        Ok(claims)
    }
}

/// Message, header, claims and signature of a compact JWS: three parts of base64url and two dots, nothing else.
fn split(token: &str) -> Result<(&str, &str, &str, &str), TokenError> {
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
        Ok((message, header, claims, signature))
    } else {
        Err(malformed)
    }
}

/// Reads base64url of JSON: an object whose members are exactly those of `T`.
fn json<T: DeserializeOwned>(part: &str) -> Result<T, TokenError> {
    let bytes = from_base64url(part).filter(|bytes| bytes.first() == Some(&b'{'));
    let value = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    value.ok_or(TokenError::new(TokenErrorKind::Malformed))
}

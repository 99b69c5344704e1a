//! Verifies.

use jsonwebtoken::DecodingKey;

use super::TOKEN_TYPE;
use super::claims::AccessClaims;
use super::error::{TokenError, TokenErrorKind};
use super::header::Header;
use super::parts::Parts;
use crate::jwk::{JwkSet, PublicJwk};
use crate::keys::KeyError;
use commerce_domain::AccountKind;

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
        let parts = Parts::split(token)?;
        let header: Header = parts.header()?;
        let found = self.keys.iter().find(|(jwk, _)| jwk.key_id == header.kid);
        let (jwk, key) = found.ok_or(TokenError::new(TokenErrorKind::Key))?;
        if header.typ != TOKEN_TYPE {
            return Err(TokenError::new(TokenErrorKind::Type));
        }
        parts.verify(&header.alg, jwk, key)?;
        self.check(parts.claims()?, audience, now)
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

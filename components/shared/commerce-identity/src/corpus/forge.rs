//! Makes tokens of whatever parts.

use std::collections::HashSet;

use super::{HostileToken, Target};
use crate::encoding::base64url;
use crate::token::{Signer, TOKEN_TYPE, TokenError, TokenErrorKind};

/// A JSON object as its members' raw text, so that it can be wrong in every way.
pub(super) type Members = Vec<(String, String)>;

/// Collects tokens around one good token.
pub(super) struct Forge<'a> {
    pub target: &'a Target<'a>,
    /// Header of the good token.
    pub header: Members,
    /// Claims of the good token.
    pub claims: Members,
    /// Message (header and claims) and signature of the good token.
    pub good: (String, String),
    tokens: Vec<HostileToken>,
}

impl<'a> Forge<'a> {
    pub fn new(target: &'a Target<'a>) -> Result<Self, TokenError> {
        let malformed = TokenError::new(TokenErrorKind::Malformed);
        let algorithm = target.signer.public_jwk().key.algorithm_name();
        let header = [("alg", algorithm), ("typ", TOKEN_TYPE), ("kid", target.signer.key_id())];
        let header = header.map(|(name, value)| (name.to_owned(), quote(value))).to_vec();
        let claims = serde_json::to_value(target.claims).map_err(|_| malformed)?;
        let claims = claims
            .as_object()
            .ok_or(malformed)?
            .iter()
            .map(|(name, value)| (name.clone(), value.to_string()))
            .collect();
        let token = target.signer.sign_parts(object(&header).as_bytes(), object(&claims).as_bytes())?;
        let (message, signature) = token.rsplit_once('.').ok_or(malformed)?;
        let good = (message.to_owned(), signature.to_owned());
        Ok(Self { target, header, claims, good, tokens: Vec::new() })
    }

    /// Adds a token as it is.
    pub fn push(&mut self, name: impl Into<String>, token: impl Into<String>) {
        self.tokens.push(HostileToken { name: name.into(), token: token.into() });
    }

    /// Adds a token of these parts, signed with the trusted key.
    pub fn signed(&mut self, name: impl Into<String>, header: &str, claims: &str) -> Result<(), TokenError> {
        self.signed_by(self.target.signer, name, header, claims)
    }

    /// Adds a token of these parts, signed with any key.
    pub fn signed_by(
        &mut self,
        by: &Signer,
        name: impl Into<String>,
        header: &str,
        claims: &str,
    ) -> Result<(), TokenError> {
        let token = by.sign_parts(header.as_bytes(), claims.as_bytes())?;
        self.push(name, token);
        Ok(())
    }

    /// The message of a header and the good claims.
    pub fn message(&self, header: &str) -> String {
        format!("{}.{}", base64url(header.as_bytes()), base64url(object(&self.claims).as_bytes()))
    }

    pub fn finish(self) -> Vec<HostileToken> {
        let mut seen = HashSet::new();
        self.tokens.into_iter().filter(|one| seen.insert(one.token.clone())).collect()
    }
}

/// A JSON string.
pub(super) fn quote(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// A JSON object of raw members, in their order.
pub(super) fn object(members: &Members) -> String {
    let members: Vec<String> = members.iter().map(|(name, raw)| format!("{}:{raw}", quote(name))).collect();
    format!("{{{}}}", members.join(","))
}

/// The members without one.
pub(super) fn without(members: &Members, name: &str) -> Members {
    members.iter().filter(|(member, _)| member != name).cloned().collect()
}

/// The members with one added, its former value dropped.
pub(super) fn with(members: &Members, name: &str, raw: &str) -> Members {
    let mut members = without(members, name);
    members.push((name.to_owned(), raw.to_owned()));
    members
}

/// The members with one added, its former value kept.
pub(super) fn doubled(members: &Members, name: &str, raw: &str) -> Members {
    let mut members = members.clone();
    members.push((name.to_owned(), raw.to_owned()));
    members
}

//! Why a token is refused: one answer outwards, a kind for logs and tests.

/// A token that is not accepted. Its text says no more than that, so it may stand in an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("invalid token")]
pub struct TokenError {
    kind: TokenErrorKind,
}

/// What was wrong with a token. For logs and tests, never for answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TokenErrorKind {
    /// Not the text, header or claims of an access token.
    Malformed,
    /// Not signed by the key that it names.
    Signature,
    /// `exp` has passed.
    Expired,
    /// `nbf` or `iat` lies ahead.
    NotYet,
    /// Another issuer.
    Issuer,
    /// Another audience.
    Audience,
    /// Another `typ`.
    Type,
    /// Another `alg` than the key's.
    Algorithm,
    /// A `kid` that is not in the set.
    Key,
}

impl TokenError {
    pub(crate) const fn new(kind: TokenErrorKind) -> Self {
        Self { kind }
    }

    /// What was wrong.
    #[must_use]
    pub const fn kind(&self) -> TokenErrorKind {
        self.kind
    }
}

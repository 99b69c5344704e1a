//! What can go wrong, as far as a caller can act on it.

use commerce_db::DbError;
use commerce_db::variables::VariableError;
use commerce_gateways::GatewayError;
use commerce_identity::token::TokenErrorKind;

use crate::identity::{IdentityError, KeysError};
use crate::random::NoRandomness;

/// Why nobody was signed in by a provider's word.
#[derive(Debug, thiserror::Error)]
pub enum ExternalError {
    /// As with every sign-in.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// The provider does not work this way, or asks for what this route does not take.
    #[error("not a provider of this flow")]
    OtherFlow,
    /// The state is none of ours, of another browser, or too old.
    #[error("invalid state")]
    State,
    /// The person, or the provider, has refused.
    #[error("declined")]
    Declined,
    /// The provider cannot be reached, or is broken. The person may try again.
    #[error("provider unavailable: {0}")]
    Unavailable(GatewayError),
    /// The provider answered what it should not: its word is not taken.
    #[error("provider failed: {0}")]
    Failed(&'static str),
    /// The secrets for the provider are not configured.
    #[error("not configured: {0}")]
    NotConfigured(&'static str),
    /// The token that was brought is not accepted. The kind is for the trail.
    #[error("invalid token: {0:?}")]
    Token(TokenErrorKind),
    /// The webhook is not the provider's.
    #[error("invalid signature")]
    Signature,
    /// The webhook is the provider's, and says nothing that can be understood.
    #[error("malformed event")]
    Event,
}

impl From<DbError> for ExternalError {
    fn from(error: DbError) -> Self {
        Self::Identity(error.into())
    }
}

impl From<KeysError> for ExternalError {
    fn from(error: KeysError) -> Self {
        Self::Identity(error.into())
    }
}

impl From<NoRandomness> for ExternalError {
    fn from(error: NoRandomness) -> Self {
        Self::Identity(error.into())
    }
}

impl From<VariableError> for ExternalError {
    fn from(error: VariableError) -> Self {
        Self::NotConfigured(error.0)
    }
}

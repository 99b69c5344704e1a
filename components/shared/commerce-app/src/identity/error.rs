//! What can go wrong, as far as a caller can act on it.

use commerce_db::DbError;
use commerce_db::auth::Rate;
use commerce_identity::password::HashError;
use commerce_identity::seal::SealError;
use commerce_identity::token::TokenError;
use uuid::Uuid;

use super::KeysError;
use crate::messages::MessageError;
use crate::random::NoRandomness;

/// Why somebody was not signed in, or not kept signed in.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// The database refused or cannot be reached.
    #[error(transparent)]
    Db(#[from] DbError),
    /// No such person, another password, another code, a ticket that is none: nobody is told which.
    #[error("invalid credentials")]
    InvalidCredentials {
        /// How far the client's network is from being throttled.
        rate: Option<Rate>,
    },
    /// The refresh token is unknown, spent, or of a session that is over.
    #[error("session ended")]
    SessionEnded {
        /// The session that ended just now, because a spent token came again.
        session: Option<Uuid>,
    },
    /// Too many passwords wait to be hashed.
    #[error("busy")]
    Busy,
    /// The deployment is not configured.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// No randomness.
    #[error(transparent)]
    Random(#[from] NoRandomness),
    /// A hash, seal, token or message could not be made, or what is stored is none.
    #[error("internal: {0}")]
    Internal(&'static str),
}

impl IdentityError {
    /// A refusal of the statement that ends a sign-in looks like one of any before it, `rate` included.
    pub(super) fn same_for_all(error: DbError, rate: Option<Rate>) -> Self {
        match error {
            DbError::Refused { status: 401, .. } => Self::InvalidCredentials { rate },
            error => error.into(),
        }
    }
}

impl From<HashError> for IdentityError {
    fn from(_: HashError) -> Self {
        Self::Internal("password_hash")
    }
}

impl From<SealError> for IdentityError {
    fn from(_: SealError) -> Self {
        Self::Internal("seal")
    }
}

impl From<TokenError> for IdentityError {
    fn from(_: TokenError) -> Self {
        Self::Internal("token")
    }
}

impl From<MessageError> for IdentityError {
    fn from(error: MessageError) -> Self {
        match error {
            MessageError::Random => Self::Random(NoRandomness),
            MessageError::Seal | MessageError::Body => Self::Internal("message"),
        }
    }
}

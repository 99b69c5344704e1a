//! What became of an attempt to deliver.

use std::fmt;
use std::time::Duration;

use crate::error::GatewayError;

/// Least wait after a fault that may pass by itself.
const SOON: Duration = Duration::from_secs(5);

/// Least wait when an operator must act first. The message is not given up: a corrected key sends what has piled up.
const AFTER_REPAIR: Duration = Duration::from_secs(5 * 60);

/// Longest wait that a provider may impose.
const WAIT_MAX: Duration = Duration::from_secs(24 * 60 * 60);

/// Longest reference of a provider that is kept.
const REF_LEN_MAX: usize = 64;

/// What became of an attempt to deliver a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The provider has taken it over.
    Sent {
        /// The provider's id of the message: 1 to 64 printable ASCII characters.
        provider_ref: String,
    },
    /// It will never be delivered.
    Rejected(Rejection),
    /// It may be delivered later. For a lost or useless answer it may also have been delivered already.
    TryAgain {
        /// Least wait before the next attempt.
        after: Duration,
        /// Why it was not delivered now.
        cause: Cause,
    },
}

/// Why a message will never be delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// The recipient is none that can be written to.
    #[error("recipient_refused")]
    Recipient,
    /// Something else about the message is refused.
    #[error("content_refused")]
    Content,
    /// The provider has taken another message of the same id before.
    #[error("id_used_twice")]
    Conflict,
}

impl Rejection {
    /// Stable name, to be stored and counted.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Recipient => "recipient_refused",
            Self::Content => "content_refused",
            Self::Conflict => "id_used_twice",
        }
    }
}

/// Why a message was not delivered at this attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// No whole answer within the time limit.
    Timeout,
    /// No connection, or one that broke.
    Unreachable,
    /// The provider asks to slow down.
    Busy,
    /// The provider failed.
    Failed,
    /// The provider refuses our key. An operator must act.
    Credentials,
    /// The provider refuses our account, sender or address. An operator must act.
    Configuration,
    /// The answer is not what the provider's documentation promises.
    Malformed,
}

impl Cause {
    /// Stable name, to be stored and counted.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Timeout => "timeout",
            Self::Unreachable => "unreachable",
            Self::Busy => "busy",
            Self::Failed => "failed",
            Self::Credentials => "credentials_refused",
            Self::Configuration => "configuration_refused",
            Self::Malformed => "malformed_answer",
        }
    }

    /// Whether it stays so until an operator acts.
    #[must_use]
    pub const fn needs_operator(self) -> bool {
        matches!(self, Self::Credentials | Self::Configuration)
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl Outcome {
    /// Sent, when the provider's reference is one that can be kept.
    pub(super) fn sent(provider_ref: &str) -> Self {
        let fits = (1..=REF_LEN_MAX).contains(&provider_ref.len());
        if fits && provider_ref.bytes().all(|byte| byte.is_ascii_graphic()) {
            Self::Sent { provider_ref: provider_ref.to_owned() }
        } else {
            Self::later(Cause::Malformed)
        }
    }

    /// To be tried again, no sooner than the cause allows.
    pub(super) const fn later(cause: Cause) -> Self {
        Self::TryAgain { after: if cause.needs_operator() { AFTER_REPAIR } else { SOON }, cause }
    }

    /// To be tried again after what the provider asks for, within bounds.
    pub(super) fn after(cause: Cause, seconds: Option<u32>) -> Self {
        let wait = Duration::from_secs(seconds.unwrap_or_default().into());
        Self::TryAgain { after: wait.clamp(SOON, WAIT_MAX), cause }
    }

    /// What a call without a usable answer means.
    pub(super) const fn unanswered(error: &GatewayError) -> Self {
        Self::later(match error {
            GatewayError::Timeout => Cause::Timeout,
            GatewayError::TooLarge | GatewayError::Malformed(_) => Cause::Malformed,
            GatewayError::InvalidRequest(_) => Cause::Configuration,
            _ => Cause::Unreachable,
        })
    }
}

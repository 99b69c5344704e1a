//! What can go wrong with a gateway. No variant carries what the gateway sent: it may hold personal data or be hostile.

/// A call to a gateway that has no usable answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GatewayError {
    /// No answer within the time limit. The gateway may or may not have acted.
    #[error("the gateway did not answer in time")]
    Timeout,
    /// No connection, or one that broke. The gateway may or may not have acted.
    #[error("the gateway could not be reached: {0}")]
    Unreachable(String),
    /// The gateway is overloaded or broken (429 or 5xx). It may or may not have acted.
    #[error("the gateway answered with status {0}")]
    Unavailable(u16),
    /// The gateway refused our key (401 or 403): configuration is wrong.
    #[error("the gateway refused the key with status {0}")]
    Unauthorized(u16),
    /// The gateway has no such object.
    #[error("the gateway knows no such object")]
    NotFound,
    /// The gateway refused the request (any other status than success).
    #[error("the gateway refused the request with status {0}")]
    Refused(u16),
    /// The answer is larger than is read.
    #[error("the gateway's answer is too large")]
    TooLarge,
    /// The answer is not what the gateway's documentation promises.
    #[error("the gateway's answer has no usable {0}")]
    Malformed(&'static str),
    /// The answer is about something that was not asked for.
    #[error("the gateway answered about another object: {0} differs")]
    OtherObject(&'static str),
    /// A search whose answer can be neither a yes nor a no.
    #[error("the gateway's search cannot be relied on")]
    Inconclusive,
    /// What was to be sent is outside the gateway's bounds; nothing was sent.
    #[error("the request cannot be made: {0}")]
    InvalidRequest(&'static str),
}

impl GatewayError {
    /// Whether the same call may well succeed later.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        matches!(self, Self::Timeout | Self::Unreachable(_) | Self::Unavailable(_))
    }
}

/// A webhook that is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WebhookError {
    /// The body is larger than any real one.
    #[error("the body is too large")]
    TooLarge,
    /// The body is not a JSON object of the documented form.
    #[error("the body has no usable {0}")]
    Malformed(&'static str),
    /// The body does not prove who sent it: the secret is missing, doubled or wrong. Not told apart, so that nothing is learned
    /// from the answer.
    #[error("the sender is not authenticated")]
    Unauthenticated,
}

//! E-mail and SMS: the port, its adapters, and the one function that delivers.
//!
//! The shape is that of the payment port: an adapter *builds a request* and *interprets the answer*, both pure; [`deliver`] puts the
//! shared [`crate::send`] between them. What becomes of a message is an [`Outcome`], never an error: the job that owns the outbox row
//! records it. Nothing here shows a recipient, a subject or a body, in `Debug`, `Display` or a log.

mod api;
mod outcome;
mod resend;
mod taqnyat;

#[cfg(test)]
mod tests;

use std::fmt;
use std::time::Duration;

use commerce_domain::TraceContext;
use uuid::Uuid;

use crate::message::{GatewayRequest, GatewayResponse};

pub use outcome::{Cause, Outcome, Rejection};
pub use resend::Resend;
pub use taqnyat::Taqnyat;

/// Longest wait for a provider's whole answer.
pub const TIMEOUT: Duration = Duration::from_secs(10);

/// An e-mail to one recipient.
#[derive(Clone, PartialEq, Eq)]
pub struct Email {
    /// Our id of the message, and its idempotency key at the provider.
    pub message_id: Uuid,
    /// Sender: an address, or `Name <address>`.
    pub from: String,
    /// Recipient: one address.
    pub to: String,
    /// Subject, of one line.
    pub subject: String,
    /// HTML body; empty for none.
    pub html: String,
    /// Plain-text body.
    pub text: String,
    /// What kind of message it is, for the provider's statistics: 1 to 256 ASCII letters, digits, `_` and `-`.
    pub category: String,
}

/// An SMS to one recipient.
#[derive(Clone, PartialEq, Eq)]
pub struct Sms {
    /// Our id of the message. Providers of SMS know no idempotency key: a message whose answer was lost may be sent twice.
    pub message_id: Uuid,
    /// The sender name that is registered at the provider.
    pub sender: String,
    /// Recipient, in E.164 (`+9665…`).
    pub to: String,
    /// Text.
    pub body: String,
}

impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Email").field("message_id", &self.message_id).finish_non_exhaustive()
    }
}

impl fmt::Debug for Sms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sms").field("message_id", &self.message_id).finish_non_exhaustive()
    }
}

/// A provider that delivers messages of one kind.
pub trait MessageProvider {
    /// The kind.
    type Message;

    /// Asks the provider to deliver a message.
    ///
    /// # Errors
    /// [`Rejection`] for a message that no provider would take; nothing is sent then.
    fn request(&self, message: &Self::Message) -> Result<GatewayRequest, Rejection>;

    /// What an answer to [`Self::request`] means.
    fn interpret(&self, answer: &GatewayResponse) -> Outcome;
}

/// Delivers a message, within [`TIMEOUT`], as a part of a trace if there is one.
pub async fn deliver<P: MessageProvider>(provider: &P, message: &P::Message, trace: Option<&TraceContext>) -> Outcome {
    let request = match provider.request(message) {
        Ok(request) => request,
        Err(rejection) => return Outcome::Rejected(rejection),
    };
    match crate::send(request, trace, TIMEOUT).await {
        Ok(answer) => provider.interpret(&answer),
        Err(error) => Outcome::unanswered(&error),
    }
}

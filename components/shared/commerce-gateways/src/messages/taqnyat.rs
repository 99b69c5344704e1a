//! Taqnyat: SMS in Saudi Arabia (<https://dev.taqnyat.sa/en/doc/sms/>).
//!
//! - Authentication: `Authorization: Bearer <token>`.
//! - Recipients are international numbers "without 00 or symbol (+)".
//! - Success is `statusCode` 201 in the body as well as in the status line, with a `messageId` that is written as a number; `accepted`
//!   and `rejected` are lists of numbers, written as text (`"[9665…]"`).
//! - Errors are `{statusCode, message}`. There is no idempotency key.

use commerce_domain::contact::Phone;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::api::Api;
use super::{Cause, MessageProvider, Outcome, Rejection, Sms};
use crate::error::GatewayError;
use crate::message::{GatewayRequest, GatewayResponse};
use crate::secret::Secret;

/// An account at Taqnyat.
#[derive(Debug, Clone)]
pub struct Taqnyat(Api);

impl Taqnyat {
    /// An account, by the origin of the API (`https://api.taqnyat.sa`) and its bearer token.
    ///
    /// # Errors
    /// [`GatewayError::InvalidRequest`] when the origin is no HTTP origin or the token cannot stand in a header.
    pub fn new(api_url: &str, key: &Secret) -> Result<Self, GatewayError> {
        Api::new(api_url, key).map(Self)
    }
}

/// Body of "Send SMS".
#[derive(Serialize)]
struct SendSms<'a> {
    recipients: [&'a str; 1],
    body: &'a str,
    sender: &'a str,
}

#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(rename = "statusCode")]
    status_code: u16,
    #[serde(rename = "messageId", borrow)]
    message_id: Option<&'a RawValue>,
    #[serde(borrow)]
    accepted: Option<&'a RawValue>,
    #[serde(borrow)]
    rejected: Option<&'a RawValue>,
}

impl MessageProvider for Taqnyat {
    type Message = Sms;

    fn request(&self, sms: &Sms) -> Result<GatewayRequest, Rejection> {
        let phone = Phone::parse(&sms.to, "").map_err(|_| Rejection::Recipient)?;
        if sms.body.is_empty() || sms.sender.is_empty() {
            return Err(Rejection::Content);
        }
        let digits = phone.as_str().trim_start_matches('+');
        self.0.post("/v1/messages", &SendSms { recipients: [digits], body: &sms.body, sender: &sms.sender })
    }

    fn interpret(&self, answer: &GatewayResponse) -> Outcome {
        let status = match answer.status {
            200..=299 => match serde_json::from_slice::<Answer<'_>>(&answer.body) {
                Ok(told) if told.status_code == 201 => return accepted(&told),
                // A failure whose status is told in the body alone.
                Ok(told) => told.status_code,
                Err(_) => return Outcome::later(Cause::Malformed),
            },
            status => status,
        };
        match status {
            401 | 403 => Outcome::later(Cause::Credentials),
            // 402: the balance is used up. 404 and 405: this is no such API.
            402 | 404 | 405 => Outcome::later(Cause::Configuration),
            408 | 429 => Outcome::after(Cause::Busy, answer.retry_after_s),
            400..=499 => Outcome::Rejected(Rejection::Content),
            500..=599 => Outcome::after(Cause::Failed, answer.retry_after_s),
            _ => Outcome::later(Cause::Malformed),
        }
    }
}

/// The one recipient was taken, or refused by name.
fn accepted(told: &Answer<'_>) -> Outcome {
    let names_nobody =
        |list: Option<&RawValue>| list.is_none_or(|list| !list.get().contains(|c: char| c.is_ascii_digit()));
    if !names_nobody(told.rejected) && names_nobody(told.accepted) {
        return Outcome::Rejected(Rejection::Recipient);
    }
    match told.message_id {
        Some(id) => Outcome::sent(id.get().trim_matches('"')),
        None => Outcome::later(Cause::Malformed),
    }
}

//! Resend: e-mail (<https://resend.com/docs/api-reference/emails/send-email>).
//!
//! - Authentication: `Authorization: Bearer <key>`.
//! - `Idempotency-Key`, at most 256 characters, is remembered for 24 hours: the same request again gets the same answer, another
//!   request with the same key 409 (<https://resend.com/docs/dashboard/emails/idempotency-keys>).
//! - Errors are `{statusCode, name, message}`; the name says more than the status
//!   (<https://resend.com/docs/api-reference/errors>).
//! - 429 carries `Retry-After` in seconds (<https://resend.com/docs/api-reference/rate-limit>).

use commerce_domain::contact::Email as Address;
use serde::{Deserialize, Serialize};

use super::api::Api;
use super::{Cause, Email, MessageProvider, Outcome, Rejection};
use crate::error::GatewayError;
use crate::message::{GatewayRequest, GatewayResponse};
use crate::secret::Secret;

/// A quota is over for hours, whatever `Retry-After` says of the next second.
const QUOTA_WAIT_S: u32 = 60 * 60;

/// An account at Resend.
#[derive(Debug, Clone)]
pub struct Resend(Api);

impl Resend {
    /// An account, by the origin of the API (`https://api.resend.com`) and its key.
    ///
    /// # Errors
    /// [`GatewayError::InvalidRequest`] when the origin is no HTTP origin or the key cannot stand in a header.
    pub fn new(api_url: &str, key: &Secret) -> Result<Self, GatewayError> {
        Api::new(api_url, key).map(Self)
    }
}

/// Body of "Send Email".
#[derive(Serialize)]
struct SendEmail<'a> {
    from: &'a str,
    to: [&'a str; 1],
    subject: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    html: &'a str,
    text: &'a str,
    headers: Headers,
    tags: [Tag<'a>; 1],
}

/// Headers of the e-mail itself.
#[derive(Serialize)]
struct Headers {
    /// RFC 3834 §5: nobody's absence notice is to answer a machine.
    #[serde(rename = "Auto-Submitted")]
    auto_submitted: &'static str,
    /// Our id, so that mail clients do not gather codes and links of the same subject in one thread.
    #[serde(rename = "X-Entity-Ref-ID")]
    reference: String,
}

#[derive(Serialize)]
struct Tag<'a> {
    name: &'static str,
    value: &'a str,
}

#[derive(Deserialize)]
struct Accepted<'a> {
    #[serde(borrow)]
    id: &'a str,
}

#[derive(Deserialize)]
struct Refused {
    name: String,
}

impl MessageProvider for Resend {
    type Message = Email;

    fn request(&self, email: &Email) -> Result<GatewayRequest, Rejection> {
        let to = Address::parse(&email.to).map_err(|_| Rejection::Recipient)?;
        let one_line = !email.subject.is_empty() && !email.subject.chars().any(char::is_control);
        if !one_line || email.text.is_empty() || !is_tag(&email.category) {
            return Err(Rejection::Content);
        }
        let body = SendEmail {
            from: &email.from,
            to: [to.as_str()],
            subject: &email.subject,
            html: &email.html,
            text: &email.text,
            headers: Headers { auto_submitted: "auto-generated", reference: email.message_id.to_string() },
            tags: [Tag { name: "category", value: &email.category }],
        };
        let mut request = self.0.post("/emails", &body)?;
        request.headers.push(("idempotency-key", email.message_id.to_string()));
        Ok(request)
    }

    fn interpret(&self, answer: &GatewayResponse) -> Outcome {
        if (200..300).contains(&answer.status) {
            return match serde_json::from_slice::<Accepted<'_>>(&answer.body) {
                Ok(accepted) => Outcome::sent(accepted.id),
                Err(_) => Outcome::later(Cause::Malformed),
            };
        }
        let name = serde_json::from_slice::<Refused>(&answer.body).map(|refused| refused.name).unwrap_or_default();
        match (answer.status, name.as_str()) {
            (429, "daily_quota_exceeded" | "monthly_quota_exceeded") => {
                Outcome::after(Cause::Busy, answer.retry_after_s.max(Some(QUOTA_WAIT_S)))
            }
            (408 | 429, _) | (409, "concurrent_idempotent_requests") => {
                Outcome::after(Cause::Busy, answer.retry_after_s)
            }
            (409, "invalid_idempotent_request") => Outcome::Rejected(Rejection::Conflict),
            (401, _) | (403, "invalid_api_key") => Outcome::later(Cause::Credentials),
            // The domain is not verified, the sender's address is none, or this is no such API.
            (403..=405, _) | (422, "invalid_from_address" | "invalid_access" | "invalid_region") => {
                Outcome::later(Cause::Configuration)
            }
            (400..=499, _) => Outcome::Rejected(Rejection::Content),
            (500..=599, _) => Outcome::after(Cause::Failed, answer.retry_after_s),
            _ => Outcome::later(Cause::Malformed),
        }
    }
}

/// "Tags": ASCII letters, digits, underscores and dashes, at most 256.
fn is_tag(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    (1..=256).contains(&text.len()) && text.bytes().all(allowed)
}

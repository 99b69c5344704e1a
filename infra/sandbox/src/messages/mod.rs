//! A message provider: Resend's wire format for e-mail, Taqnyat's for SMS, and a mailbox instead of delivery.

mod email;
mod mailbox;
mod pages;
mod sms;

use bytes::Bytes;
use http::header::{AUTHORIZATION, RETRY_AFTER};
use http::{HeaderValue, request};
use serde_json::Value;

use crate::behaviour::MessageBehaviour;
use crate::gateway::Gateway;
use crate::lock;
use crate::misbehave::misbehave;
use crate::reply::{Dropped, Reply};

pub(crate) use email::respond as email;
pub(crate) use mailbox::Mailbox;
pub use mailbox::{Channel, Message, Tag};
pub(crate) use pages::respond as mailbox;
pub(crate) use sms::respond as sms;

/// The bearer key of a request.
fn bearer(head: &request::Parts) -> Option<&str> {
    let (scheme, key) = head.headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| key.trim())
}

/// Whether `given` is the configured key; an empty key is nobody's.
fn is_key(given: &str, configured: &str) -> bool {
    !configured.is_empty() && given == configured
}

/// Runs `work` the way the behaviour says.
async fn run(
    behaviour: &MessageBehaviour,
    failure: impl Fn(u16) -> Reply,
    work: impl FnOnce() -> Reply,
) -> Result<Reply, Dropped> {
    let failure = |status| {
        let mut reply = failure(status);
        if let Some(seconds) = behaviour.retry_after_s {
            reply.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        reply
    };
    misbehave(behaviour.delay_ms, behaviour.fault.as_ref(), failure, work, None::<fn(&mut Value)>).await
}

/// Counts an answer.
fn counted(gateway: &Gateway, answer: Result<Reply, Dropped>) -> Result<Reply, Dropped> {
    let status = answer.as_ref().map_or(0, |reply| reply.status().as_u16());
    *lock(&gateway.counters).message_answers.entry(status).or_default() += 1;
    answer
}

/// Puts a message into the mailbox.
fn keep(gateway: &Gateway, message: Message) {
    lock(&gateway.mailbox).add(message);
    lock(&gateway.counters).messages_delivered += 1;
}

/// A JSON object out of a body.
fn object(body: &[u8]) -> Option<Value> {
    serde_json::from_slice(body).ok().filter(Value::is_object)
}

/// The answer that an earlier request with the same idempotency key got.
struct Replay {
    /// The body of that request.
    request: Bytes,
    /// The reference it was answered.
    provider_ref: String,
}

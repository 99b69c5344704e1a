//! Sends e-mails and text messages that wait in the outbox.
//!
//! Lease, send, settle. A run that dies between sending and settling leaves the lease to run out; the message goes again under the same
//! id, which the e-mail provider takes as its idempotency key, so that it arrives once.

mod providers;
mod schedule;

use std::time::Duration;

use commerce_db::auth::Channel;
use commerce_db::messages::{self, DueMessage, MessageSettleInput, MessagesDueInput};
use commerce_db::variables::VariableError;
use commerce_db::{CallContext, DbError, Level};
use commerce_gateways::messages::{Email, Outcome, Rejection, Sms, deliver};
use commerce_identity::opaque::LinkToken;
use commerce_identity::seal::KeyRing;
use futures::{StreamExt, stream};

use crate::identity::now;
use crate::messages::{Body, Language, Surroundings, decode_secret, email, open, sms};
use providers::Providers;
use schedule::{Failure, retry_s};

/// Messages of one run, all under way at once: a run lasts as long as its slowest delivery, which is below the time limit of a request.
pub const LIMIT: i64 = 16;

/// How long a message belongs to the run that took it: longer than a run can last.
const LEASE_S: i64 = 60;

/// What one run did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delivered {
    /// Messages that were sent or given up.
    pub done: usize,
    /// Whether more wait.
    pub more: bool,
}

/// Why nothing can be sent at all.
#[derive(Clone, Debug, thiserror::Error)]
pub enum DeliverError {
    /// The outbox cannot be read.
    #[error(transparent)]
    Db(#[from] DbError),
    /// The deployment names no usable providers.
    #[error(transparent)]
    Configuration(#[from] VariableError),
}

/// What came of an attempt.
enum Attempt {
    Sent,
    GivenUp(&'static str),
    Failed(Failure),
}

/// Sends messages that are due, at most [`LIMIT`]. `local_port` is the port that the application answers on, see
/// [`PublicOrigin::local_port`].
///
/// # Errors
/// [`DeliverError`]; no message is taken then. One that cannot be sent now is due again later.
pub async fn deliver_messages(
    context: &CallContext,
    keys: &KeyRing,
    local_port: Option<u16>,
) -> Result<Delivered, DeliverError> {
    let providers = Providers::open(local_port).await?;
    let due = messages::DUE.call(context, &MessagesDueInput { limit: LIMIT, lease_s: LEASE_S }).await?.value;
    let parallel = due.messages.len().max(1);
    let done = stream::iter(due.messages)
        .map(|message| handle(context, keys, &providers, message))
        .buffer_unordered(parallel)
        .filter(|settled| std::future::ready(*settled))
        .count()
        .await;
    Ok(Delivered { done, more: due.more })
}

/// Whether the message needs no further run.
async fn handle(context: &CallContext, keys: &KeyRing, providers: &Providers, message: DueMessage) -> bool {
    let (sent, error, retry_s) = match attempt(context, keys, providers, &message).await {
        Attempt::Sent => (true, None, None),
        Attempt::GivenUp(reason) => (false, Some(reason), None),
        Attempt::Failed(failure) => (false, Some(failure.reason), retry_s(message.attempts, failure)),
    };
    if let Some(error) = error {
        log(context, &message, error, retry_s);
    }
    let input = MessageSettleInput { id: message.id, sent, error: error.map(str::to_owned), retry_s };
    let context = context.clone().for_tenant(message.tenant_id);
    messages::SETTLE.call(&context, &input).await.is_ok() && retry_s.is_none()
}

async fn attempt(context: &CallContext, keys: &KeyRing, providers: &Providers, message: &DueMessage) -> Attempt {
    let Ok(body) = open(keys, message.id, &message.sealed_body) else {
        // Most likely a key is missing from `sealing_keys`, so it is worth waiting for.
        return Attempt::Failed(Failure { reason: "unreadable", least: Duration::ZERO, needs_operator: false });
    };
    if body.expires_at <= now() {
        return Attempt::GivenUp("expired");
    }
    let outcome = match message.channel {
        Channel::Email => match compose(message, &body, providers) {
            Some(letter) => deliver(&providers.email, &letter, context.trace.as_ref()).await,
            None => return Attempt::GivenUp("no_account"),
        },
        Channel::Sms => match text_message(message, &body, providers) {
            Some(text) => deliver(&providers.sms, &text, context.trace.as_ref()).await,
            None => return Attempt::GivenUp("no_text"),
        },
    };
    match outcome {
        Outcome::Sent { .. } => Attempt::Sent,
        // The provider has taken this id before, and the id is this message's alone: it was sent, by a run that could not settle it.
        Outcome::Rejected(Rejection::Conflict) => Attempt::Sent,
        Outcome::Rejected(rejection) => Attempt::GivenUp(rejection.code()),
        Outcome::TryAgain { after, cause } => {
            Attempt::Failed(Failure { reason: cause.code(), least: after, needs_operator: cause.needs_operator() })
        }
    }
}

/// The e-mail; `None` for a link to no account.
fn compose(message: &DueMessage, body: &Body, providers: &Providers) -> Option<Email> {
    let tenant = &message.tenant;
    let link = match body.content.link() {
        None => None,
        Some((secret, target)) => {
            let token = LinkToken::new(message.account_id?, decode_secret(secret)?);
            Some(providers.origin().link(&tenant.slug, tenant.domain.as_deref(), target, &token.to_text()))
        }
    };
    let language = language(message, body);
    let rendered = email(body, language, &Surroundings { shop: &tenant.name, link });
    Some(Email {
        message_id: message.id,
        from: providers.email_from.to_string(),
        to: message.recipient.clone(),
        subject: rendered.subject,
        html: rendered.html,
        text: rendered.text,
        category: message.kind.clone(),
    })
}

/// The text message; `None` for what goes by e-mail alone.
fn text_message(message: &DueMessage, body: &Body, providers: &Providers) -> Option<Sms> {
    let text = sms(body, language(message, body), &message.tenant.name)?;
    Some(Sms {
        message_id: message.id,
        sender: providers.sms_sender.to_string(),
        to: message.recipient.clone(),
        body: text,
    })
}

fn language(message: &DueMessage, body: &Body) -> Language {
    body.language.or_else(|| Language::pick(&[&message.tenant.locale])).unwrap_or(Language::English)
}

/// One JSON line for a message that was not sent: which and why, never to whom or what.
fn log(context: &CallContext, message: &DueMessage, error: &str, retry_s: Option<i64>) {
    let level = if retry_s.is_some() { Level::Warn } else { Level::Error };
    let facts = serde_json::json!({"message_id": message.id, "kind": message.kind, "error": error, "retry_s": retry_s});
    context.log(level, "message_delivery", facts);
}

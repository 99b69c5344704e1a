//! `POST /emails` as Resend documents it (resend.com/docs/api-reference/emails/send-email, …/errors).

use std::collections::BTreeMap;

use bytes::Bytes;
use chrono::Utc;
use http::{Method, StatusCode, request};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Channel, Message, Replay, Tag, bearer, counted, is_key, keep, object, run};
use crate::gateway::Gateway;
use crate::lock;
use crate::moyasar::timestamp;
use crate::reply::{Dropped, Reply, json};

const KEY_LEN_MAX: usize = 256;
const RECIPIENTS_MAX: usize = 50;

/// Answers a request under `/emails`; `path` holds the segments after it.
pub(crate) async fn respond(
    gateway: &Gateway,
    head: &request::Parts,
    path: &[&str],
    body: &Bytes,
) -> Result<Reply, Dropped> {
    let answer = match refusal(gateway, head, path) {
        Some(refusal) => Ok(refusal),
        None => {
            let behaviour = lock(&gateway.behaviour).email.take();
            run(&behaviour, failure, || accept(gateway, head, body, behaviour.accept_duplicates)).await
        }
    };
    counted(gateway, answer)
}

fn refusal(gateway: &Gateway, head: &request::Parts, path: &[&str]) -> Option<Reply> {
    if !path.is_empty() {
        return Some(error(404, "not_found", "The requested endpoint does not exist"));
    }
    if head.method != Method::POST {
        return Some(error(405, "method_not_allowed", "Method is not allowed for the requested path"));
    }
    match bearer(head) {
        None => Some(error(401, "missing_api_key", "Missing API key in the authorization header")),
        Some(key) if is_key(key, &gateway.message_credentials.email) => None,
        Some(_) => Some(error(403, "invalid_api_key", "API key is invalid")),
    }
}

fn accept(gateway: &Gateway, head: &request::Parts, body: &Bytes, accept_duplicates: bool) -> Reply {
    let key = match head.headers.get("idempotency-key").map(|key| key.to_str()) {
        None => None,
        Some(Ok(key)) if (1..=KEY_LEN_MAX).contains(&key.len()) => Some(key),
        Some(_) => return error(400, "invalid_idempotency_key", "The key must be between 1-256 chars"),
    };
    if !accept_duplicates && let Some(earlier) = key.and_then(|key| replay(gateway, key, body)) {
        return earlier;
    }
    let message = match read(body, key) {
        Ok(message) => message,
        Err(Mistake { status, name, message }) => return error(status, name, &message),
    };
    let provider_ref = message.provider_ref.clone();
    if let Some(key) = key {
        let replay = Replay { request: body.clone(), provider_ref: provider_ref.clone() };
        lock(&gateway.mailbox).remember(key, replay);
    }
    keep(gateway, message);
    accepted(&provider_ref)
}

/// The answer to a request whose idempotency key was seen before.
fn replay(gateway: &Gateway, key: &str, body: &Bytes) -> Option<Reply> {
    let mailbox = lock(&gateway.mailbox);
    let earlier = mailbox.replay(key)?;
    Some(match earlier.request == *body {
        true => accepted(&earlier.provider_ref),
        false => {
            let message = "Same idempotency key used with a different request payload";
            error(409, "invalid_idempotent_request", message)
        }
    })
}

/// A recipient, or several.
#[derive(Deserialize)]
#[serde(untagged)]
enum Recipients {
    One(String),
    Several(Vec<String>),
}

#[derive(Deserialize)]
struct SendEmail {
    from: String,
    to: Recipients,
    subject: String,
    html: Option<String>,
    text: Option<String>,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    tags: Vec<Tag>,
}

/// What is wrong with a request.
struct Mistake {
    status: u16,
    name: &'static str,
    message: String,
}

impl Mistake {
    fn new(status: u16, name: &'static str, message: impl Into<String>) -> Self {
        Self { status, name, message: message.into() }
    }

    fn invalid(message: impl Into<String>) -> Self {
        Self::new(422, "validation_error", message)
    }
}

fn read(body: &[u8], key: Option<&str>) -> Result<Message, Mistake> {
    let object = object(body).ok_or_else(|| Mistake::new(400, "validation_error", "The body is not a JSON object"))?;
    let absent = |field: &&str| object.get(field).is_none_or(Value::is_null);
    if let Some(field) = ["from", "to", "subject"].into_iter().find(absent) {
        return Err(Mistake::new(422, "missing_required_field", format!("Missing `{field}` field")));
    }
    let email: SendEmail = serde_json::from_value(object).map_err(|error| Mistake::invalid(error.to_string()))?;
    let to = match email.to {
        Recipients::One(one) => vec![one],
        Recipients::Several(several) => several,
    };
    if !(1..=RECIPIENTS_MAX).contains(&to.len()) || !to.iter().all(|to| is_address(to)) {
        return Err(Mistake::invalid("Invalid `to` field"));
    }
    if !is_address(&email.from) {
        return Err(Mistake::new(422, "invalid_from_address", "Invalid `from` field"));
    }
    if email.html.is_none() && email.text.is_none() {
        return Err(Mistake::new(422, "missing_required_field", "Missing `html` or `text` field"));
    }
    if !email.tags.iter().all(|tag| is_tag(&tag.name) && is_tag(&tag.value)) {
        return Err(Mistake::invalid("Tags should only contain ASCII letters, numbers, underscores, or dashes"));
    }
    let id = Uuid::new_v4();
    Ok(Message {
        id,
        channel: Channel::Email,
        provider_ref: id.to_string(),
        from: email.from,
        to,
        subject: Some(email.subject),
        text: email.text.unwrap_or_default(),
        html: email.html,
        headers: email.headers,
        tags: email.tags,
        idempotency_key: key.map(str::to_owned),
        received_at: timestamp(Utc::now()),
    })
}

/// `local@domain`, or `Name <local@domain>`.
fn is_address(text: &str) -> bool {
    let address = match text.split_once('<') {
        Some((_, rest)) => rest.strip_suffix('>').unwrap_or_default(),
        None => text,
    };
    let parts = address.split_once('@');
    parts.is_some_and(|(local, domain)| !local.is_empty() && domain.contains('.'))
        && !address.contains(|letter: char| letter.is_whitespace() || letter.is_control() || ",;<>".contains(letter))
}

fn is_tag(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    (1..=KEY_LEN_MAX).contains(&text.len()) && text.bytes().all(allowed)
}

fn accepted(provider_ref: &str) -> Reply {
    json(StatusCode::OK, &json!({"id": provider_ref}))
}

fn error(status: u16, name: &str, message: &str) -> Reply {
    let code = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    json(code, &json!({"statusCode": code.as_u16(), "name": name, "message": message}))
}

/// A failure as asked for, under the name that the provider gives to such a status.
fn failure(status: u16) -> Reply {
    let name = match status {
        401 => "missing_api_key",
        403 => "invalid_api_key",
        409 => "concurrent_idempotent_requests",
        429 => "rate_limit_exceeded",
        400..=499 => "validation_error",
        _ => "internal_server_error",
    };
    error(status, name, "As asked for")
}

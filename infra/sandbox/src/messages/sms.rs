//! `POST /v1/messages` as Taqnyat documents it (dev.taqnyat.sa/en/doc/sms).

use std::collections::BTreeMap;

use bytes::Bytes;
use chrono::Utc;
use http::{Method, StatusCode, request};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::{Channel, Message, bearer, counted, is_key, keep, run};
use crate::gateway::Gateway;
use crate::lock;
use crate::moyasar::timestamp;
use crate::reply::{Dropped, Reply, json};

/// Letters in one part of a text message that needs Unicode (3GPP TS 23.038: 140 bytes of UCS-2).
const PART_LETTERS: usize = 70;

/// Answers a request under `/v1/messages`; `path` holds the segments after it.
pub(crate) async fn respond(
    gateway: &Gateway,
    head: &request::Parts,
    path: &[&str],
    body: &Bytes,
) -> Result<Reply, Dropped> {
    let known = bearer(head).is_some_and(|key| is_key(key, &gateway.message_credentials.sms));
    let answer = match (path, &head.method, known) {
        ([], &Method::POST, true) => {
            let behaviour = lock(&gateway.behaviour).sms.take();
            run(&behaviour, |status| error(status, "As asked for"), || accept(gateway, body)).await
        }
        ([], &Method::POST, false) => Ok(error(401, "You are not authorized to use this API")),
        ([], ..) => Ok(error(405, "Method not allowed")),
        _ => Ok(error(404, "No such API")),
    };
    counted(gateway, answer)
}

#[derive(Deserialize)]
struct SendSms {
    recipients: Vec<String>,
    body: String,
    sender: String,
}

fn accept(gateway: &Gateway, body: &[u8]) -> Reply {
    let Ok(sms) = serde_json::from_slice::<SendSms>(body) else {
        return error(400, "recipients, body and sender are required");
    };
    if sms.body.is_empty() || sms.sender.is_empty() || sms.recipients.is_empty() {
        return error(400, "recipients, body and sender must not be empty");
    }
    let (accepted, rejected): (Vec<_>, Vec<_>) = sms.recipients.into_iter().partition(|number| is_number(number));
    let id = Uuid::new_v4();
    // The provider's ids are numbers.
    let number = id.as_u128() >> 80;
    let parts = sms.body.encode_utf16().count().div_ceil(PART_LETTERS);
    let answer = json!({
        "statusCode": 201,
        "messageId": u64::try_from(number).unwrap_or_default(),
        "cost": format!("{:.4}", 0.044 * f64::from(u32::try_from(accepted.len() * parts).unwrap_or(u32::MAX))),
        "currency": "SAR",
        "totalCount": accepted.len(),
        "msgLength": parts,
        "accepted": format!("[{}]", accepted.join(",")),
        "rejected": format!("[{}]", rejected.join(",")),
    });
    if !accepted.is_empty() {
        let message = Message {
            id,
            channel: Channel::Sms,
            provider_ref: number.to_string(),
            from: sms.sender,
            to: accepted,
            subject: None,
            text: sms.body,
            html: None,
            headers: BTreeMap::new(),
            tags: Vec::new(),
            idempotency_key: None,
            received_at: timestamp(Utc::now()),
        };
        keep(gateway, message);
    }
    json(StatusCode::CREATED, &answer)
}

/// An international number "without 00 or symbol (+)".
fn is_number(text: &str) -> bool {
    (8..=15).contains(&text.len()) && !text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn error(status: u16, message: &str) -> Reply {
    let code = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    json(code, &json!({"statusCode": code.as_u16(), "message": message}))
}

//! Webhooks ("Webhook Reference"): first the sender is verified, then the event is read.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::objects::PaymentObject;
use crate::error::WebhookError;
use crate::port::{GatewayEvent, GatewayEventKind, GatewayRef};
use crate::secret::{Secret, SecretDigest};

/// Largest body that is looked at; real ones have about 2 KiB.
pub const MAX_WEBHOOK_LEN: usize = 64 * 1024;

/// Whether the body carries the secret of the endpoint. All failures of proof look the same.
pub(super) fn verify(body: &[u8], secrets: &[SecretDigest]) -> Result<(), WebhookError> {
    let secret = extract_secret(body)?.ok_or(WebhookError::Unauthenticated)?;
    // An empty secret proves nothing, whatever is configured.
    if secret.expose().is_empty() || !SecretDigest::any_matches(secrets, &secret) {
        return Err(WebhookError::Unauthenticated);
    }
    Ok(())
}

/// Reads `secret_token` of the outermost object and nothing else.
///
/// JSON lets a key stand twice, and readers differ in which one they take. Moyasar never sends it twice, so such a body is refused.
fn extract_secret(body: &[u8]) -> Result<Option<Secret>, WebhookError> {
    if body.len() > MAX_WEBHOOK_LEN {
        return Err(WebhookError::TooLarge);
    }
    let token: SecretToken = serde_json::from_slice(body).map_err(|_| WebhookError::Unauthenticated)?;
    Ok(token.0)
}

struct SecretToken(Option<Secret>);

impl<'de> Deserialize<'de> for SecretToken {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(SecretTokenVisitor)
    }
}

struct SecretTokenVisitor;

impl<'de> Visitor<'de> for SecretTokenVisitor {
    type Value = SecretToken;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with one secret_token")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
        let mut token = None;
        while let Some(key) = map.next_key::<String>()? {
            if key != "secret_token" {
                map.next_value::<IgnoredAny>()?;
            } else if token.replace(Secret::new(map.next_value::<String>()?)).is_some() {
                return Err(serde::de::Error::duplicate_field("secret_token"));
            }
        }
        Ok(SecretToken(token))
    }
}

/// "Webhook Payload". A field that stands twice is an error here too.
#[derive(Deserialize)]
struct EventObject<'a> {
    id: String,
    #[serde(rename = "type")]
    type_name: String,
    live: bool,
    #[serde(borrow)]
    data: Option<&'a RawValue>,
}

pub(super) fn parse_event(body: &[u8]) -> Result<GatewayEvent, WebhookError> {
    if body.len() > MAX_WEBHOOK_LEN {
        return Err(WebhookError::TooLarge);
    }
    let event: EventObject<'_> = serde_json::from_slice(body).map_err(|_| WebhookError::Malformed("event"))?;
    let id = GatewayRef::parse(&event.id).ok_or(WebhookError::Malformed("id"))?;
    // The shape of an id fits names of events too, and bounds them.
    let type_name = GatewayRef::parse(&event.type_name).ok_or(WebhookError::Malformed("type"))?.to_string();
    let kind = kind_of(&type_name);
    let payment = match (&kind, event.data) {
        (GatewayEventKind::Other, _) => None,
        (_, None) => return Err(WebhookError::Malformed("data")),
        (_, Some(data)) => {
            let payment: PaymentObject =
                serde_json::from_str(data.get()).map_err(|_| WebhookError::Malformed("data"))?;
            Some(payment.read(event.live).map_err(|_| WebhookError::Malformed("data"))?)
        }
    };
    Ok(GatewayEvent { id, kind, type_name, live: event.live, payment })
}

fn kind_of(type_name: &str) -> GatewayEventKind {
    match type_name {
        "payment_paid" => GatewayEventKind::PaymentPaid,
        // The published table of events has the second spelling, the list of available events the first.
        "payment_failed" | "payment_faild" => GatewayEventKind::PaymentFailed,
        "payment_refunded" => GatewayEventKind::PaymentRefunded,
        "payment_voided" => GatewayEventKind::PaymentVoided,
        "payment_authorized" => GatewayEventKind::PaymentAuthorized,
        "payment_captured" => GatewayEventKind::PaymentCaptured,
        "payment_verified" => GatewayEventKind::PaymentVerified,
        "payment_abandoned" | "payment_canceled" | "payment_expired" => GatewayEventKind::PaymentAbandoned,
        _ => GatewayEventKind::Other,
    }
}

//! Payment gateways' events.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::public_id;
use crate::call::{global_function, tenant_function};

/// Input of [`ENDPOINT`].
#[derive(Clone, Debug, Serialize)]
pub struct EndpointInput {
    /// The endpoint the event came to.
    pub endpoint_id: Uuid,
    /// SHA-256 of the raw body, hexadecimal.
    pub digest: String,
}

/// Whose endpoint it is, and what its events must carry.
#[derive(Clone, Deserialize)]
pub struct Endpoint {
    /// The tenant.
    #[serde(deserialize_with = "public_id::one")]
    pub tenant_id: Uuid,
    /// The gateway account.
    #[serde(deserialize_with = "public_id::one")]
    pub account_id: Uuid,
    /// `moyasar`.
    pub provider: String,
    /// `test` or `live`.
    pub mode: String,
    /// Which entry of `gateway_credentials` signs calls.
    pub credential_ref: String,
    /// SHA-256 of the webhook secret, hexadecimal; absent until one is set, and then no event is believed.
    pub secret_sha256: Option<String>,
    /// SHA-256 of the secret before, while both are accepted.
    #[serde(default)]
    pub previous_secret_sha256: Option<String>,
    /// Outcome of the same event, when it was recorded before.
    #[serde(default)]
    pub seen: Option<String>,
}

/// Input of [`SETTLE`].
#[derive(Clone, Debug, Serialize)]
pub struct SettleInput {
    /// The gateway account.
    pub account_id: Uuid,
    /// The payment, when it is known otherwise than by the gateway's reference.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_id: Option<Uuid>,
    /// The gateway's id of the invoice that the event or the question is about.
    pub gateway_ref: Option<String>,
    /// The event that caused this, absent when the reconciling job did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<GatewayEvent>,
    /// What the gateway itself says; absent when it could not be asked.
    pub truth: Option<GatewayTruth>,
}

/// An event as received.
#[derive(Clone, Debug, Serialize)]
pub struct GatewayEvent {
    /// SHA-256 of the raw body, hexadecimal.
    pub digest: String,
    /// The raw body, its secret blanked out, in base64.
    pub body: String,
    /// The gateway's name of the event.
    #[serde(rename = "type")]
    pub kind: String,
    /// The gateway's id of the event.
    #[serde(rename = "ref")]
    pub reference: String,
    /// Whether the event speaks of real money.
    pub live: bool,
}

/// The state of an invoice, fetched from the gateway.
#[derive(Clone, Debug, Serialize)]
pub struct GatewayTruth {
    /// The invoice.
    pub gateway_ref: String,
    /// The payment attempt that decided it.
    pub gateway_payment_ref: Option<String>,
    /// `pending`, `failed`, `paid`, `expired` or `refunded` (commerce-domain, settlement).
    pub status: String,
    /// Why the last attempt was declined, in the gateway's words.
    pub failure: Option<String>,
    /// What was asked for.
    pub amount_minor: i64,
    /// ISO 4217.
    pub currency: String,
    /// Whether real money moved.
    pub live: bool,
}

/// What became of it.
#[derive(Clone, Debug, Deserialize)]
pub struct Settled {
    /// Named outcome of the event.
    pub outcome: String,
    /// The order concerned.
    #[serde(default, deserialize_with = "public_id::optional")]
    pub order_id: Option<Uuid>,
}

global_function! {
    /// Finds the tenant by the endpoint, paused tenants included. Refuses: `endpoint_not_found`.
    ENDPOINT, "webhook_endpoint", EndpointInput => Endpoint
}
tenant_function! {
    /// Records the event once and moves payment, order and stock together.
    SETTLE, "payment_settle", SettleInput => Settled
}

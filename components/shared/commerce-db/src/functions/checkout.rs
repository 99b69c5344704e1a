//! Checkout: intent, act at the gateway, record. Each is one statement; the idempotency record is part of it.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use uuid::Uuid;

use super::carts::{CartFacts, ShopFacts};
use super::orders::OrderFacts;
use super::public_id;
use crate::call::tenant_function;

/// Input of [`PREPARE`].
#[derive(Clone, Serialize)]
pub struct PrepareInput {
    /// The kind of request that the key belongs to.
    pub scope: String,
    /// The client's idempotency key.
    pub key: String,
    /// Fingerprint of the request, hexadecimal.
    pub fingerprint: String,
    /// The cart to buy.
    pub cart_id: Uuid,
    /// Language codes in order of preference.
    pub langs: Vec<String>,
    /// Seconds for which a taken-over lease holds.
    pub lease_s: i64,
}

commerce_domain::opaque_debug!(PrepareInput);

/// A finished answer, to be sent again byte for byte.
#[derive(Clone, Debug, Deserialize)]
pub struct StoredAnswer {
    /// HTTP status.
    pub status: u16,
    /// The whole body.
    pub body: String,
}

/// Another request with the same key is at work.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct InFlight {
    /// Seconds until its lease ends.
    pub retry_after_s: u32,
}

/// What [`PREPARE`] found: an answer, a running request, an interrupted one, or the cart of a new one.
#[derive(Debug, Deserialize)]
pub struct Prepared {
    /// The key's answer is known.
    pub replay: Option<StoredAnswer>,
    /// The key is being worked on.
    pub in_flight: Option<InFlight>,
    /// The order exists, its gateway step has no recorded outcome, and this request now holds the lease.
    pub resume: Option<OrderFacts>,
    /// Nothing has happened under this key: the cart with today's facts.
    pub cart: Option<CartFacts>,
    /// The shop; absent beside a finished or running request.
    pub shop: Option<ShopFacts>,
    /// Where the shop takes cards; absent when it does not.
    pub gateway: Option<GatewayAccount>,
}

/// A shop's account at a payment gateway.
#[derive(Clone, Debug, Deserialize)]
pub struct GatewayAccount {
    /// The account.
    #[serde(deserialize_with = "public_id::one")]
    pub account_id: Uuid,
    /// `moyasar`.
    pub provider: String,
    /// `test` or `live`.
    pub mode: String,
    /// Which entry of `gateway_credentials` signs its calls.
    pub credential_ref: String,
    /// The unguessable part of its webhook's address.
    #[serde(deserialize_with = "public_id::one")]
    pub endpoint_id: Uuid,
}

/// Input of [`PLACE`].
#[derive(Clone, Serialize)]
pub struct PlaceInput {
    /// The kind of request that the key belongs to.
    pub scope: String,
    /// The client's idempotency key.
    pub key: String,
    /// Fingerprint of the request, hexadecimal.
    pub fingerprint: String,
    /// Seconds within which the gateway step must be recorded.
    pub lease_s: i64,
    /// Seconds for which stock stays reserved.
    pub reservation_s: i64,
    /// The cart that becomes the order.
    pub cart_id: Uuid,
    /// The version that was priced.
    pub cart_version: i64,
    /// The order.
    pub order: NewOrder,
    /// Its lines.
    pub lines: Vec<NewOrderLine>,
    /// Its payment.
    pub payment: NewPayment,
    /// The event `order.created`.
    pub event: NewEvent,
}

commerce_domain::opaque_debug!(PlaceInput);

/// An order to be written.
#[derive(Clone, Serialize)]
pub struct NewOrder {
    /// Its id.
    pub id: Uuid,
    /// Order numbers to try, the first free one wins.
    pub number_candidates: Vec<String>,
    /// Where the confirmation goes.
    pub email: String,
    /// E.164.
    pub phone: String,
    /// The recipient.
    pub name: String,
    /// The address as validated.
    pub shipping_address: Box<RawValue>,
    /// Code of the shipping method.
    pub shipping_method: String,
    /// ISO 4217.
    pub currency: String,
    /// Tax rate in basis points.
    pub tax_rate_bp: u32,
    /// Whether prices include the tax.
    pub tax_included: bool,
    /// Sum of the lines.
    pub subtotal_minor: i64,
    /// Price of the shipment.
    pub shipping_minor: i64,
    /// Tax within, or on top of, the total.
    pub tax_minor: i64,
    /// What is to be paid.
    pub total_minor: i64,
    /// The language the order was placed in.
    pub locale: String,
}

commerce_domain::opaque_debug!(NewOrder);

/// A line to be written, with everything that must not change when the catalogue does.
#[derive(Clone, Debug, Serialize)]
pub struct NewOrderLine {
    /// Its id.
    pub id: Uuid,
    /// 1, 2, 3 …
    pub position: i64,
    /// The product.
    pub product_id: Uuid,
    /// The variant whose stock is reserved.
    pub variant_id: Uuid,
    /// Stock keeping unit.
    pub sku: String,
    /// Name at the time, in every language.
    pub name: Box<RawValue>,
    /// Option values at the time.
    pub options: Box<RawValue>,
    /// Price at the time; the statement refuses when it has changed.
    pub unit_price_minor: i64,
    /// Units.
    pub quantity: i64,
    /// Unit price times quantity.
    pub total_minor: i64,
    /// Tax of the line.
    pub tax_minor: i64,
}

/// A payment to be written as the committed intent.
#[derive(Clone, Debug, Serialize)]
pub struct NewPayment {
    /// Its id, the gateway's idempotency reference.
    pub id: Uuid,
    /// Where it is taken.
    pub gateway_account_id: Uuid,
    /// `card`.
    pub method: String,
    /// What is asked for.
    pub amount_minor: i64,
    /// ISO 4217.
    pub currency: String,
}

/// An outbox event to be written.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct NewEvent {
    /// Its id, by which receivers tell repetitions.
    pub id: Uuid,
}

/// What [`PLACE`] did.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Placed {
    /// Order, payment intent, reservation and event are committed.
    Placed(PlacedOrder),
    /// The key's answer is known.
    Replay(StoredAnswer),
    /// The key is being worked on.
    InFlight(InFlight),
}

/// What the database decided about a placed order.
#[derive(Clone, Debug, Deserialize)]
pub struct PlacedOrder {
    /// The number that was free.
    pub number: String,
    /// ISO 8601.
    pub placed_at: String,
    /// ISO 8601.
    pub reservation_expires_at: String,
}

/// Input of [`YIELD`].
#[derive(Clone, Serialize)]
pub struct YieldInput {
    /// The kind of request that the key belongs to.
    pub scope: String,
    /// The client's idempotency key.
    pub key: String,
}

commerce_domain::opaque_debug!(YieldInput);

/// What [`YIELD`] did.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Yielded {
    /// Whether the key was still in flight.
    pub yielded: bool,
}

/// Input of [`FINISH`].
#[derive(Clone, Serialize)]
pub struct FinishInput {
    /// The kind of request that the key belongs to.
    pub scope: String,
    /// The client's idempotency key.
    pub key: String,
    /// The payment whose intent was committed.
    pub payment_id: Uuid,
    /// The gateway's id of the invoice.
    pub gateway_ref: String,
    /// Where the shopper pays.
    pub redirect_url: String,
    /// The answer's HTTP status.
    pub answer_status: u16,
    /// The answer's whole body.
    pub answer_body: String,
}

commerce_domain::opaque_debug!(FinishInput);

tenant_function! {
    /// What stands under the key, or what a new checkout decides upon. Refuses: `idempotency_key_reused`, `cart_not_found`,
    /// `cart_closed`, `checkout_expired`.
    PREPARE, "checkout_prepare", PrepareInput => Prepared
}
tenant_function! {
    /// Everything that must be true together, or nothing. Refuses: `idempotency_key_reused`, `cart_changed`, `cart_closed`,
    /// `price_changed`, `insufficient_stock`.
    PLACE, "checkout_place", PlaceInput => Placed
}
tenant_function! {
    /// Records the gateway's answer and the client's. The first record wins and is answered.
    FINISH, "checkout_finish", FinishInput => StoredAnswer
}

tenant_function! {
    /// Ends the lease of a checkout whose gateway could not be reached, so that a retry may go on at once.
    YIELD, "checkout_yield", YieldInput => Yielded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answers_of_prepare_are_told_apart() {
        let read = |text| serde_json::from_str::<Prepared>(text).unwrap();
        assert_eq!(read(r#"{"replay":{"status":201,"body":"{}"}}"#).replay.unwrap().status, 201);
        assert_eq!(read(r#"{"in_flight":{"retry_after_s":3}}"#).in_flight.unwrap().retry_after_s, 3);
        let fresh = read(
            r#"{"cart":{"lang":"ar","shop":{"id":"01900000-0000-7000-8000-000000000009","name":"q","country":"SA","currency":"SAR",
            "locale":"ar","show_available":true,"tax":{"rate_bp":1500,"included":true}},"id":"01900000-0000-7000-8000-000000000001","status":"open","version":1,"items":[],
            "shipping_methods":[]},"gateway":{"account_id":"01900000-0000-7000-8000-000000000001","provider":"moyasar",
            "mode":"test","credential_ref":"demo","endpoint_id":"01900000-0000-7000-8000-000000000002"}}"#,
        );
        assert_eq!(fresh.cart.unwrap().version, 1);
        assert!(fresh.gateway.is_some() && fresh.resume.is_none());
    }
}

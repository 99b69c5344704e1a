//! Orders as facts: what the database knows, from which answers are built.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use uuid::Uuid;

use super::carts::{ShopFacts, TaxFacts};
use super::public_id;
use crate::call::tenant_function;

/// An order with its lines and its payment.
#[derive(Clone, Deserialize)]
pub struct OrderFacts {
    /// The order.
    #[serde(deserialize_with = "public_id::one")]
    pub id: Uuid,
    /// The number that people use.
    pub number: String,
    /// Order status.
    pub status: String,
    /// ISO 4217.
    pub currency: String,
    /// The language the order was placed in.
    pub locale: String,
    /// ISO 8601; until then the stock is held.
    pub reservation_expires_at: String,
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
    /// The tax rule at the time.
    pub tax: TaxFacts,
    /// Sum of the lines.
    pub subtotal_minor: i64,
    /// Price of the shipment.
    pub shipping_minor: i64,
    /// Tax within, or on top of, the total.
    pub tax_minor: i64,
    /// What is to be paid.
    pub total_minor: i64,
    /// ISO 8601.
    pub placed_at: String,
    /// ISO 8601.
    pub paid_at: Option<String>,
    /// ISO 8601.
    pub cancelled_at: Option<String>,
    /// The lines by position.
    pub lines: Vec<OrderLineFacts>,
    /// The latest payment.
    pub payment: PaymentFacts,
}

commerce_domain::opaque_debug!(OrderFacts);

/// A line as it was sold.
#[derive(Clone, Debug, Deserialize)]
pub struct OrderLineFacts {
    /// The line.
    #[serde(deserialize_with = "public_id::one")]
    pub id: Uuid,
    /// The product.
    #[serde(deserialize_with = "public_id::one")]
    pub product_id: Uuid,
    /// The variant.
    #[serde(deserialize_with = "public_id::one")]
    pub variant_id: Uuid,
    /// Stock keeping unit.
    pub sku: String,
    /// Name in every language.
    pub name: std::collections::BTreeMap<String, String>,
    /// Option values, public JSON.
    pub options: Box<RawValue>,
    /// Price of a unit.
    pub unit_price_minor: i64,
    /// Units.
    pub quantity: i64,
    /// Unit price times quantity.
    pub total_minor: i64,
    /// Tax of the line.
    pub tax_minor: i64,
}

/// An order's payment.
#[derive(Clone, Debug, Deserialize)]
pub struct PaymentFacts {
    /// The payment.
    #[serde(deserialize_with = "public_id::one")]
    pub id: Uuid,
    /// The gateway account it was begun with.
    #[serde(deserialize_with = "public_id::one")]
    pub account_id: Uuid,
    /// `card`.
    pub method: String,
    /// Payment status.
    pub status: String,
    /// What is asked for.
    pub amount_minor: i64,
    /// ISO 4217.
    pub currency: String,
    /// Where the shopper pays; absent until the gateway has answered.
    pub redirect_url: Option<String>,
    /// The gateway's reason of the last decline.
    pub failure: Option<String>,
}

/// Input of [`READ`].
#[derive(Clone, Debug, Serialize)]
pub struct OrderInput {
    /// The order; the caller has verified the guest's token for it.
    pub id: Uuid,
    /// Language codes in order of preference.
    pub langs: Vec<String>,
}

/// Answer of [`READ`].
#[derive(Clone, Debug, Deserialize)]
pub struct OrderRead {
    /// Language of the texts.
    pub lang: String,
    /// The shop.
    pub shop: ShopFacts,
    /// The order.
    pub order: OrderFacts,
    /// What happened to it, oldest first; public JSON.
    pub timeline: Box<RawValue>,
}

tenant_function! {
    /// Status, lines, totals, payment and timeline. Refuses: `order_not_found`.
    READ, "order_read", OrderInput => OrderRead
}

//! A signed-in customer's addresses and orders. All refuse `authentication_required` to anybody else.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use uuid::Uuid;

use super::carts::ShopFacts;
use super::orders::OrderRead;
use super::public_id;
use super::system::{NoAnswer, NoInput};
use crate::After;
use crate::call::tenant_function;

/// An address of a customer's address book.
#[derive(Clone, Deserialize)]
pub struct CustomerAddress {
    /// The address.
    #[serde(deserialize_with = "public_id::one")]
    pub id: Uuid,
    /// "Home".
    pub label: Option<String>,
    /// The recipient.
    pub name: String,
    /// E.164.
    pub phone: String,
    /// As validated; the object that an order's shipping address is.
    pub address: Box<RawValue>,
    /// Whether it is the one that a checkout offers first.
    pub is_default: bool,
    /// ISO 8601.
    pub created_at: String,
    /// ISO 8601.
    pub updated_at: String,
}

commerce_domain::opaque_debug!(CustomerAddress);

/// Answer of [`ADDRESSES`].
#[derive(Clone, Debug, Deserialize)]
pub struct CustomerAddresses {
    /// The default one first.
    pub addresses: Vec<CustomerAddress>,
}

/// Input of [`ADD_ADDRESS`].
#[derive(Clone, Serialize)]
pub struct AddAddressInput {
    /// Its id.
    pub id: Uuid,
    /// "Home".
    pub label: Option<String>,
    /// The recipient.
    pub name: String,
    /// E.164.
    pub phone: String,
    /// As validated.
    pub address: Box<RawValue>,
    /// Whether it becomes the default one; the first always does.
    pub is_default: bool,
    /// Most addresses of a customer.
    pub max: u32,
}

commerce_domain::opaque_debug!(AddAddressInput);

/// Input of [`UPDATE_ADDRESS`].
#[derive(Clone, Debug, Serialize)]
pub struct UpdateAddressInput {
    /// The address.
    pub id: Uuid,
    /// What changes.
    pub patch: AddressPatch,
}

/// Fields of an address; `None` stays as it is, `Some(None)` is cleared.
#[derive(Clone, Default, Serialize)]
pub struct AddressPatch {
    /// "Home".
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<Option<String>>,
    /// The recipient.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// E.164.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// As validated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<Box<RawValue>>,
    /// True makes it the default one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_default: Option<bool>,
}

commerce_domain::opaque_debug!(AddressPatch);

/// Input of [`REMOVE_ADDRESS`].
#[derive(Clone, Copy, Debug, Serialize)]
pub struct RemoveAddressInput {
    /// The address.
    pub id: Uuid,
}

/// Input of [`ORDERS`].
#[derive(Clone, Debug, Serialize)]
pub struct OrdersInput {
    /// Most orders of a page.
    pub limit: u32,
    /// Where the page before ended.
    pub after: Option<After>,
}

/// Answer of [`ORDERS`].
#[derive(Clone, Debug, Deserialize)]
pub struct CustomerOrders {
    /// The latest first.
    pub orders: Vec<OrderSummary>,
    /// The shop.
    pub shop: ShopFacts,
    /// Where the next page begins.
    pub next: Option<After>,
}

/// An order in a list.
#[derive(Clone, Debug, Deserialize)]
pub struct OrderSummary {
    /// The order.
    #[serde(deserialize_with = "public_id::one")]
    pub id: Uuid,
    /// The number that people use.
    pub number: String,
    /// Order status.
    pub status: String,
    /// ISO 4217.
    pub currency: String,
    /// What is, or was, to be paid.
    pub total_minor: i64,
    /// Units of all lines.
    pub units: i64,
    /// ISO 8601.
    pub placed_at: String,
    /// ISO 8601.
    pub paid_at: Option<String>,
    /// ISO 8601.
    pub cancelled_at: Option<String>,
}

/// Input of [`ORDER`].
#[derive(Clone, Debug, Serialize)]
pub struct CustomerOrderInput {
    /// The order.
    pub id: Uuid,
    /// Language codes in order of preference.
    pub langs: Vec<String>,
}

tenant_function! {
    /// The address book.
    ADDRESSES, "customer_addresses", NoInput => CustomerAddresses
}
tenant_function! {
    /// Adds an address. Refuses: `address_limit`.
    ADD_ADDRESS, "customer_address_add", AddAddressInput => CustomerAddress
}
tenant_function! {
    /// Changes an address. Refuses: `address_not_found`.
    UPDATE_ADDRESS, "customer_address_update", UpdateAddressInput => CustomerAddress
}
tenant_function! {
    /// Removes an address; the newest one left becomes the default. Refuses: `address_not_found`.
    REMOVE_ADDRESS, "customer_address_remove", RemoveAddressInput => NoAnswer
}
tenant_function! {
    /// The customer's orders.
    ORDERS, "customer_orders", OrdersInput => CustomerOrders
}
tenant_function! {
    /// One of the customer's orders. Refuses: `order_not_found`.
    ORDER, "customer_order", CustomerOrderInput => OrderRead
}

//! Carts. Functions answer facts; prices and totals are computed by the caller.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;
use uuid::Uuid;

use super::public_id;
use crate::call::tenant_function;

/// A cart as stored, with today's facts about its lines.
#[derive(Clone, Debug, Deserialize)]
pub struct CartFacts {
    /// Language of the texts.
    pub lang: String,
    /// The shop that the cart is in.
    pub shop: ShopFacts,
    /// The cart's id; who knows it holds the cart.
    #[serde(deserialize_with = "public_id::one")]
    pub id: Uuid,
    /// `open` or `closed`.
    pub status: String,
    /// Counts changes, so that a checkout sees whether the cart is still the one it priced.
    pub version: i64,
    /// The order that closed the cart.
    #[serde(default, deserialize_with = "public_id::optional")]
    pub order_id: Option<Uuid>,
    /// The lines in the order of their adding.
    pub items: Vec<CartItemFacts>,
    /// What the shop offers to ship by.
    pub shipping_methods: Vec<ShippingMethodFacts>,
}

/// What pricing and payment need to know of a shop.
#[derive(Clone, Debug, Deserialize)]
pub struct ShopFacts {
    /// The tenant.
    #[serde(deserialize_with = "public_id::one")]
    pub id: Uuid,
    /// Its name in its own language.
    pub name: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// ISO 4217.
    pub currency: String,
    /// Its own language.
    pub locale: String,
    /// Whether shoppers see how many units are left.
    pub show_available: bool,
    /// Its tax rule.
    pub tax: TaxFacts,
}

/// Rate and kind of a tax.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
#[schema(as = Tax)]
pub struct TaxFacts {
    /// Basis points.
    pub rate_bp: u32,
    /// Whether prices include it.
    pub included: bool,
}

/// One line of a cart, with the variant's facts of today.
#[derive(Clone, Debug, Deserialize)]
pub struct CartItemFacts {
    /// The line.
    #[serde(deserialize_with = "public_id::one")]
    pub id: Uuid,
    /// What is bought.
    #[serde(deserialize_with = "public_id::one")]
    pub variant_id: Uuid,
    /// The variant's product.
    #[serde(deserialize_with = "public_id::one")]
    pub product_id: Uuid,
    /// The product's slug.
    pub product_slug: String,
    /// Stock keeping unit.
    pub sku: String,
    /// The product's name in the answer's language.
    pub name: String,
    /// The product's name in every language, as an order keeps it.
    pub names: Box<RawValue>,
    /// The variant's option values, public JSON.
    pub options: Box<RawValue>,
    /// First picture, public JSON or null.
    #[serde(default)]
    pub image: Option<Box<RawValue>>,
    /// Price of one unit today.
    pub unit_price_minor: i64,
    /// Units in the cart.
    pub quantity: i64,
    /// Units that could be sold now.
    pub available: i64,
    /// Whether the variant and its product are still on sale.
    pub is_active: bool,
}

/// A shipping method with what its price depends on.
#[derive(Clone, Debug, Deserialize)]
pub struct ShippingMethodFacts {
    /// The code a checkout names.
    pub code: String,
    /// Name in the answer's language.
    pub name: String,
    /// Price of a shipment.
    pub flat_minor: i64,
    /// Subtotal from which it is free.
    #[serde(default)]
    pub free_above_minor: Option<i64>,
    /// ISO 3166-1 alpha-2 codes it ships to.
    pub countries: Vec<String>,
}

/// Input of [`CREATE`] and [`READ`].
#[derive(Clone, Debug, Serialize)]
pub struct CartInput {
    /// The cart; 128 random bits when it is created.
    pub id: Uuid,
    /// Language codes in order of preference.
    pub langs: Vec<String>,
}

/// Input of [`ADD`].
#[derive(Clone, Debug, Serialize)]
pub struct CartAddInput {
    /// The cart.
    pub cart_id: Uuid,
    /// Id of the line, should there be none for this variant yet.
    pub item_id: Uuid,
    /// What to add.
    pub variant_id: Uuid,
    /// How many units to add.
    pub quantity: i64,
    /// Most units one line may hold.
    pub max_quantity: i64,
    /// Most lines a cart may hold.
    pub max_items: i64,
    /// Language codes in order of preference.
    pub langs: Vec<String>,
}

/// Input of [`SET`].
#[derive(Clone, Debug, Serialize)]
pub struct CartSetInput {
    /// The cart.
    pub cart_id: Uuid,
    /// The line.
    pub item_id: Uuid,
    /// Units the line shall have.
    pub quantity: i64,
    /// Language codes in order of preference.
    pub langs: Vec<String>,
}

/// Input of [`REMOVE`].
#[derive(Clone, Debug, Serialize)]
pub struct CartRemoveInput {
    /// The cart.
    pub cart_id: Uuid,
    /// The line.
    pub item_id: Uuid,
    /// Language codes in order of preference.
    pub langs: Vec<String>,
}

tenant_function! {
    /// Makes an empty cart.
    CREATE, "cart_create", CartInput => CartFacts
}
tenant_function! {
    /// Reads a cart. Refuses: `cart_not_found`.
    READ, "cart_read", CartInput => CartFacts
}
tenant_function! {
    /// Adds units of a variant. Refuses: `cart_not_found`, `cart_closed`, `cart_full`, `variant_not_found`,
    /// `quantity_too_large`.
    ADD, "cart_add", CartAddInput => CartFacts
}
tenant_function! {
    /// Sets a line's quantity. Refuses: `cart_not_found`, `cart_item_not_found`, `cart_closed`.
    SET, "cart_set", CartSetInput => CartFacts
}
tenant_function! {
    /// Removes a line. Refuses: `cart_not_found`, `cart_item_not_found`, `cart_closed`.
    REMOVE, "cart_remove", CartRemoveInput => CartFacts
}

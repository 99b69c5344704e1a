//! The forms of the JSON that the database writes and the edge passes on unread: for the document of the API. The integration tests hold
//! every answer against them.

use std::collections::BTreeMap;

use commerce_db::carts::TaxFacts;
use commerce_domain::{CategoryId, ProductId, TenantId, VariantId};
use utoipa::ToSchema;

use crate::cart_view::ShippingMethodView;
use crate::money_view::MoneyView;

/// A picture.
#[derive(Debug, ToSchema)]
pub struct Image {
    /// Where it is, below the shop's address: `media/{media_id}`.
    pub url: String,
    /// What it shows, in words.
    pub alt: Option<String>,
}

/// A currency and the digits behind its point.
#[derive(Debug, ToSchema)]
pub struct ShopCurrency {
    /// ISO 4217.
    pub code: String,
    /// 2 for SAR, 3 for KWD.
    pub exponent: u32,
}

/// A shop as shoppers see it.
#[derive(Debug, ToSchema)]
pub struct Shop {
    /// Its id.
    pub id: TenantId,
    /// Its name in addresses.
    pub slug: String,
    /// Its name, in the answer's language.
    pub name: String,
    /// Its own language.
    pub locale: String,
    /// All languages that it speaks.
    pub locales: Vec<String>,
    /// What prices are in.
    pub currency: ShopCurrency,
    /// IANA name.
    pub timezone: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// The tax that it charges.
    pub tax: TaxFacts,
    /// How it ships.
    pub shipping_methods: Vec<ShippingMethodView<'static>>,
    /// How it is paid.
    pub payment_methods: Vec<String>,
}

/// A branch of the catalogue.
#[derive(Debug, ToSchema)]
pub struct Category {
    /// Its id.
    pub id: CategoryId,
    /// Its name in addresses.
    pub slug: String,
    /// In the answer's language.
    pub name: String,
    /// Products in it and below it.
    pub product_count: i64,
    /// What lies below.
    #[schema(no_recursion)]
    pub children: Vec<Self>,
}

/// A product in a list.
#[derive(Debug, ToSchema)]
pub struct ProductCard {
    /// Its id.
    pub id: ProductId,
    /// Its name in addresses.
    pub slug: String,
    /// In the answer's language.
    pub name: String,
    /// The price of its cheapest variant.
    pub price: MoneyView<'static>,
    /// What that one cost before.
    pub compare_at: Option<MoneyView<'static>>,
    /// Whether any variant is to be had.
    pub in_stock: bool,
    /// The first picture.
    pub image: Option<Image>,
    /// Slugs of its categories.
    pub categories: Vec<String>,
}

/// A category that a product is in.
#[derive(Debug, ToSchema)]
pub struct CategoryName {
    /// Its id.
    pub id: CategoryId,
    /// Its name in addresses.
    pub slug: String,
    /// In the answer's language.
    pub name: String,
}

/// One value of an option.
#[derive(Debug, ToSchema)]
pub struct OptionValue {
    /// What variants name.
    pub code: String,
    /// In the answer's language.
    pub name: String,
}

/// What one chooses by, such as a size.
#[derive(Debug, ToSchema)]
pub struct ProductOption {
    /// What variants name.
    pub code: String,
    /// In the answer's language.
    pub name: String,
    /// What there is to choose from.
    pub values: Vec<OptionValue>,
}

/// What can be bought.
#[derive(Debug, ToSchema)]
pub struct Variant {
    /// What goes into a cart.
    pub id: VariantId,
    /// Stock keeping unit.
    pub sku: String,
    /// Codes of the chosen values by the codes of the options.
    pub options: BTreeMap<String, String>,
    /// What it costs.
    pub price: MoneyView<'static>,
    /// What it cost before.
    pub compare_at: Option<MoneyView<'static>>,
    /// Whether it is to be had.
    pub in_stock: bool,
    /// Units that are to be had, where the shop tells.
    #[schema(required = false, nullable = false)]
    pub available: Option<i64>,
}

/// A product.
#[derive(Debug, ToSchema)]
pub struct Product {
    /// Its id.
    pub id: ProductId,
    /// Its name in addresses.
    pub slug: String,
    /// In the answer's language.
    pub name: String,
    /// In the answer's language.
    pub description: Option<String>,
    /// The price of its cheapest variant.
    pub price: MoneyView<'static>,
    /// Whether any variant is to be had.
    pub in_stock: bool,
    /// Where it is in the catalogue.
    pub categories: Vec<CategoryName>,
    /// What one chooses by.
    pub options: Vec<ProductOption>,
    /// The main one first.
    pub images: Vec<Image>,
    /// What can be bought.
    pub variants: Vec<Variant>,
}

/// Something that happened to an order.
#[derive(Debug, ToSchema)]
pub struct TimelineEntry {
    /// `order.created`, `order.paid`, …
    pub kind: String,
    /// ISO 8601.
    pub at: String,
}

/// A domain of a shop.
#[derive(Debug, ToSchema)]
pub struct TenantDomain {
    /// In punycode, lower case.
    pub domain: String,
    /// Whether the others lead here.
    pub is_primary: bool,
}

/// A line of the trail.
#[derive(Debug, ToSchema)]
pub struct AuditEntry {
    /// Its place.
    pub id: i64,
    /// ISO 8601.
    pub occurred_at: String,
    /// Public id of an account, or `guest`, `gateway`, `job`, `system`.
    pub actor: String,
    /// From where.
    pub ip: Option<String>,
    /// Why, where a reason was given.
    pub reason: Option<String>,
    /// In which request.
    pub request_id: Option<String>,
    /// `insert`, `update`, `delete`, `read`.
    pub action: String,
    /// Of what.
    pub table: String,
    /// Of which.
    pub record_id: String,
    /// Names of the columns that changed.
    pub changed: Vec<String>,
    /// What they held.
    pub before: Option<BTreeMap<String, serde_json::Value>>,
    /// What they hold.
    pub after: Option<BTreeMap<String, serde_json::Value>>,
}

/// A key that verifies access tokens (RFC 7517 §4).
#[derive(Debug, ToSchema)]
pub struct Jwk {
    /// `OKP` or `RSA`.
    pub kty: String,
    /// Names the key in the header of a token.
    pub kid: String,
    /// `EdDSA` or `RS256`.
    pub alg: String,
    /// `sig`.
    #[serde(rename = "use")]
    pub usage: String,
}

/// Public keys (RFC 7517 §5).
#[derive(Debug, ToSchema)]
pub struct JwkSet {
    /// Any of them may have signed.
    pub keys: Vec<Jwk>,
}

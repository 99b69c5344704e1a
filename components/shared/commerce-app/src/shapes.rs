//! The forms of the JSON that the database writes and the edge passes on unread: for the document of the API. The integration tests hold
//! every answer against them.

use std::collections::BTreeMap;

use commerce_db::carts::TaxFacts;
use commerce_db::tenants::PasswordRules;
use commerce_domain::plan::{Feature, Limits};
use commerce_domain::{ApiKeyId, CategoryId, GrantId, IntegrationId, ProductId, StaffId, TenantId, VariantId};
use utoipa::ToSchema;

use crate::cart_view::ShippingMethodView;
use crate::money_view::MoneyView;

/// A picture.
#[derive(ToSchema)]
pub struct Image {
    /// Where it is, below the shop's address: `media/{media_id}`.
    pub url: String,
    /// What it shows, in words.
    pub alt: Option<String>,
}

/// A currency and the digits behind its point.
#[derive(ToSchema)]
pub struct ShopCurrency {
    /// ISO 4217.
    pub code: String,
    /// 2 for SAR, 3 for KWD.
    pub exponent: u32,
}

/// A shop as shoppers see it.
#[derive(ToSchema)]
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
#[derive(ToSchema)]
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
#[derive(ToSchema)]
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
#[derive(ToSchema)]
pub struct CategoryName {
    /// Its id.
    pub id: CategoryId,
    /// Its name in addresses.
    pub slug: String,
    /// In the answer's language.
    pub name: String,
}

/// One value of an option.
#[derive(ToSchema)]
pub struct OptionValue {
    /// What variants name.
    pub code: String,
    /// In the answer's language.
    pub name: String,
}

/// What one chooses by, such as a size.
#[derive(ToSchema)]
pub struct ProductOption {
    /// What variants name.
    pub code: String,
    /// In the answer's language.
    pub name: String,
    /// What there is to choose from.
    pub values: Vec<OptionValue>,
}

/// What can be bought.
#[derive(ToSchema)]
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
#[derive(ToSchema)]
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
#[derive(ToSchema)]
pub struct TimelineEntry {
    /// `order.created`, `order.paid`, …
    pub kind: String,
    /// ISO 8601.
    pub at: String,
}

/// A domain that a shop has verified.
#[derive(ToSchema)]
pub struct TenantDomain {
    /// In punycode, lower case.
    pub domain: String,
    /// Whether those that were given up lead here.
    pub is_primary: bool,
}

/// A line of the trail.
#[derive(ToSchema)]
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
#[derive(ToSchema)]
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
#[derive(ToSchema)]
pub struct JwkSet {
    /// Any of them may have signed.
    pub keys: Vec<Jwk>,
}

/// A shop as the platform sees it.
#[derive(ToSchema)]
pub struct PlatformTenant {
    /// Its id.
    pub id: TenantId,
    /// Its name in addresses.
    pub slug: String,
    /// In each of its languages.
    pub name: BTreeMap<String, String>,
    /// `active` or `paused`.
    pub status: String,
    /// Where its data live.
    pub region: String,
    /// Its own language.
    pub locale: String,
    /// All languages that it speaks.
    pub locales: Vec<String>,
    /// ISO 4217.
    pub currency: String,
    /// IANA name.
    pub timezone: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// The tax that it charges.
    pub tax: TaxFacts,
    /// Whether shoppers see how many units are left.
    pub show_available: bool,
    /// Second factors of its staff.
    pub mfa: String,
    /// Who must have one where it is required.
    pub mfa_roles: Vec<String>,
    /// Composition rules of passwords.
    pub password_rules: PasswordRules,
    /// Other sites whose pages may call its API.
    pub cors_origins: Vec<String>,
    /// The primary one first.
    pub domains: Vec<TenantDomain>,
    /// The terms that it is on.
    pub plan: TenantPlan,
    /// The slug before this one, while it still leads here.
    pub former_slug: Option<String>,
    /// ISO 8601.
    pub former_slug_until: Option<String>,
    /// ISO 8601.
    pub created_at: String,
    /// ISO 8601.
    pub updated_at: String,
    /// ISO 8601.
    pub deleted_at: Option<String>,
    /// ISO 8601: when its rows go.
    pub purge_at: Option<String>,
    /// Grows with every change.
    pub version: i64,
}

/// A program's key: never its secret.
#[derive(ToSchema)]
pub struct ApiKey {
    /// Its id.
    pub id: ApiKeyId,
    /// What the key begins with, to recognise it by.
    pub prefix: String,
    /// ISO 8601.
    pub expires_at: String,
    /// ISO 8601.
    pub revoked_at: Option<String>,
    /// ISO 8601.
    pub last_used_at: Option<String>,
    /// An address.
    pub last_used_from: Option<String>,
    /// ISO 8601.
    pub created_at: String,
}

/// A program that acts for a shop.
#[derive(ToSchema)]
pub struct Integration {
    /// Its id.
    pub id: IntegrationId,
    /// What people call it.
    pub name: String,
    /// Permissions, with all that they imply.
    pub scopes: Vec<String>,
    /// Networks that it may ask from; none: everywhere.
    pub allowed_addresses: Vec<String>,
    /// Requests in a minute of each of its keys.
    pub rate_per_minute: i32,
    /// Those that are good now, the newest first.
    pub keys: Vec<ApiKey>,
    /// ISO 8601.
    pub created_at: String,
    /// ISO 8601.
    pub updated_at: String,
    /// Grows with every change.
    pub version: i64,
}

/// A revision of a plan, which never changes.
#[derive(ToSchema)]
pub struct Plan {
    /// Its name in the API.
    pub key: String,
    /// Counts from 1.
    pub revision: i32,
    /// Its name for people, by language.
    pub name: BTreeMap<String, String>,
    /// What is absent has no limit.
    pub limits: Limits,
    /// What it has beside what every plan has.
    pub features: Vec<Feature>,
    /// ISO 8601.
    pub created_at: String,
}

/// The terms that a shop is on: a plan's, apart from what was agreed with the shop.
#[derive(ToSchema)]
pub struct TenantPlan {
    /// The plan.
    pub key: String,
    /// Which of its revisions.
    pub revision: i32,
    /// What is absent has no limit.
    pub limits: Limits,
    /// What it has beside what every shop has.
    pub features: Vec<Feature>,
}

/// What a shop uses of one of its limits.
#[derive(ToSchema)]
pub struct UsageMeter {
    /// As in `limits`.
    pub name: String,
    /// As it is now.
    pub used: i64,
    /// Null: none.
    pub limit: Option<i64>,
    /// Until the limit; null: without end.
    pub remaining: Option<i64>,
    /// ISO 8601: when it counts from nothing again; null: never.
    pub resets_at: Option<String>,
}

/// What a shop uses of what its plan allows.
#[derive(ToSchema)]
pub struct TenantUsage {
    /// Its terms.
    pub plan: TenantPlan,
    /// One for each limit that there is.
    pub meters: Vec<UsageMeter>,
}

/// Who may work across shops.
#[derive(ToSchema)]
pub struct PlatformGrant {
    /// Its id.
    pub id: GrantId,
    /// Whose.
    pub account_id: StaffId,
    /// Their address.
    pub email: Option<String>,
    /// Their name.
    pub given_name: String,
    /// Their name.
    pub family_name: String,
    /// As what.
    pub role: String,
    /// At which shops; null: at all.
    pub tenants: Option<Vec<TenantId>>,
    /// Why it was given.
    pub reason: String,
    /// Public id of an account, or `operator`.
    pub granted_by: String,
    /// `waiting`, `active`, `ended` or `revoked`.
    pub status: String,
    /// ISO 8601.
    pub starts_at: String,
    /// ISO 8601.
    pub ends_at: String,
    /// ISO 8601.
    pub revoked_at: Option<String>,
}

/// Something that somebody of the platform looked at or did.
#[derive(ToSchema)]
pub struct PlatformAccess {
    /// Its id.
    pub id: String,
    /// ISO 8601.
    pub occurred_at: String,
    /// Who.
    pub account_id: StaffId,
    /// As what.
    pub role: String,
    /// By which permission.
    pub permission: String,
    /// In which shop.
    pub tenant_id: Option<TenantId>,
    /// What it was about.
    pub record: Option<String>,
    /// Why.
    pub reason: String,
    /// In which request.
    pub request_id: Option<String>,
    /// From where.
    pub ip: Option<String>,
}

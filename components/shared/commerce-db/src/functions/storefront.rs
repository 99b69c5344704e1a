//! What shoppers read. Answers that are public JSON stay raw.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::call::tenant_function;

/// Input of a read that needs nothing but a language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LangsInput {
    /// Language codes in order of preference; the shop's default when it has none of them.
    pub langs: Vec<String>,
}

/// A public answer in one language, ready to be wrapped in the envelope.
#[derive(Clone, Debug, Deserialize)]
pub struct Localized {
    /// The language of the texts.
    pub lang: String,
    /// The public JSON.
    pub data: Box<RawValue>,
    /// Where the next page begins, for the cursor; absent on the last page and in answers without pages.
    #[serde(default)]
    pub next: Option<Box<RawValue>>,
}

/// Order of a product list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum ProductSort {
    /// Latest published first.
    #[default]
    #[serde(rename = "newest")]
    Newest,
    /// By name in the answer's language.
    #[serde(rename = "name")]
    Name,
    /// Cheapest first.
    #[serde(rename = "price")]
    Price,
    /// Dearest first.
    #[serde(rename = "-price")]
    PriceDescending,
}

/// The last row of the page before, as `storefront_products` gave it in `next`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProductsAfter {
    /// Numeric part of the sort key.
    pub n: i64,
    /// Text part of the sort key.
    pub t: String,
    /// The product, to tell equal keys apart.
    pub id: Uuid,
}

/// Input of [`PRODUCTS`]. Absent filters do not filter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ProductsInput {
    /// Language codes in order of preference.
    pub langs: Vec<String>,
    /// Slug of a category, or its id as the client wrote it when `category_id` is set; descendants are included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// The category by id; goes with `category`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category_id: Option<Uuid>,
    /// Words to search for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    /// Lowest price in minor units.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_price: Option<i64>,
    /// Highest price in minor units.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_price: Option<i64>,
    /// Only products that can, or cannot, be bought now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_stock: Option<bool>,
    /// Order of the list.
    pub sort: ProductSort,
    /// Products per page, 1 to 100.
    pub limit: u16,
    /// Where the page begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<ProductsAfter>,
}

/// Input of [`PRODUCT`]: one of `id` and `slug`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ProductInput {
    /// Language codes in order of preference.
    pub langs: Vec<String>,
    /// The product by id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<Uuid>,
    /// The product by slug.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slug: Option<String>,
}

/// Input of [`MEDIA`].
#[derive(Clone, Copy, Debug, Serialize)]
pub struct MediaInput {
    /// The media object.
    pub id: Uuid,
}

/// A stored picture.
#[derive(Clone, Debug, Deserialize)]
pub struct Media {
    /// Media type, as stored.
    pub content_type: String,
    /// The content in base64.
    pub content: String,
    /// SHA-256 of the content in hexadecimal; its entity tag.
    pub sha256: String,
}

tenant_function! {
    /// The shop: name, languages, currency, tax, shipping and payment methods.
    SHOP, "storefront_shop", LangsInput => Localized
}
tenant_function! {
    /// The category tree.
    CATEGORIES, "storefront_categories", LangsInput => Localized
}
tenant_function! {
    /// One page of products. Refuses: `category_not_found`.
    PRODUCTS, "storefront_products", ProductsInput => Localized
}
tenant_function! {
    /// One product with options, images and variants. Refuses: `product_not_found`.
    PRODUCT, "storefront_product", ProductInput => Localized
}
tenant_function! {
    /// A picture. Refuses: `media_not_found`.
    MEDIA, "storefront_media", MediaInput => Media
}

//! `/products`

use axum::response::Response;
use commerce_db::storefront::{self, ProductInput, ProductSort, ProductsInput};
use commerce_domain::ids::{CategoryId, ProductId};
use commerce_http::{Ctx, CursorScope, FieldError, Keep, NoParams, PathId, PathParam, Problem, Query, Read};
use http::HeaderMap;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// Products on a page when the client does not say.
const DEFAULT_LIMIT: u16 = 20;

/// Most products on a page.
const MAX_LIMIT: u16 = 100;

/// Page sizes whose answers instances share.
const USUAL_LIMITS: [u16; 5] = [12, DEFAULT_LIMIT, 24, 50, MAX_LIMIT];

/// Longest search text and category, in characters.
const MAX_TEXT: usize = 100;

/// Highest price that can be asked for, in minor units; the highest a variant may have.
const MAX_PRICE: i64 = 100_000_000_000;

/// Parameters of the list. Prices are minor units of the shop's currency.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ListProducts {
    category: Option<String>,
    q: Option<String>,
    min_price: Option<i64>,
    max_price: Option<i64>,
    in_stock: Option<bool>,
    sort: Option<ProductSort>,
    limit: Option<u16>,
    cursor: Option<String>,
}

/// `GET /products`: one page of the catalogue.
pub async fn list_products(ctx: Ctx, headers: HeaderMap, query: Query<ListProducts>) -> Result<Response, Problem> {
    let Query(query) = query;
    let limit = query.limit.unwrap_or(DEFAULT_LIMIT);
    check(&query, limit)?;
    let category_id = query.category.as_deref().and_then(|text| CategoryId::parse(text).ok());
    let mut input = ProductsInput {
        langs: Vec::new(),
        category: query.category,
        category_id: category_id.map(|id| id.as_uuid()),
        q: query.q.filter(|text| !text.trim().is_empty()),
        min_price: query.min_price,
        max_price: query.max_price,
        in_stock: query.in_stock,
        sort: query.sort.unwrap_or_default(),
        limit: 0,
        after: None,
    };
    let scope = CursorScope::new("products", &input)?;
    input.limit = limit;
    input.after = query.cursor.as_deref().map(|cursor| scope.decode(cursor)).transpose()?;
    let keep = keep(&input);
    let input = |langs| ProductsInput { langs, ..input.clone() };
    ctx.cached(&headers, Read { function: &storefront::PRODUCTS, input, cursors: Some(&scope), keep }).await
}

/// First pages of usual sizes, by category, order and availability, are as many as the shop has categories times a few.
fn keep(input: &ProductsInput) -> Keep {
    let invented = input.q.is_some() || input.min_price.is_some() || input.max_price.is_some() || input.after.is_some();
    if !invented && USUAL_LIMITS.contains(&input.limit) { Keep::Shared } else { Keep::Instance }
}

fn check(query: &ListProducts, limit: u16) -> Result<(), Problem> {
    let mut errors = Vec::new();
    if !(1..=MAX_LIMIT).contains(&limit) {
        errors.push(FieldError::new("limit", "out_of_range", "must be between 1 and 100"));
    }
    for (field, text) in [("q", &query.q), ("category", &query.category)] {
        if text.as_ref().is_some_and(|text| text.chars().count() > MAX_TEXT) {
            errors.push(FieldError::new(field, "invalid_length", "must have at most 100 characters"));
        }
    }
    for (field, price) in [("min_price", query.min_price), ("max_price", query.max_price)] {
        if price.is_some_and(|price| !(0..=MAX_PRICE).contains(&price)) {
            errors.push(FieldError::new(field, "out_of_range", "must be minor units, not negative"));
        }
    }
    if matches!((query.min_price, query.max_price), (Some(min), Some(max)) if min > max) {
        errors.push(FieldError::new("max_price", "out_of_range", "must not be below min_price"));
    }
    if errors.is_empty() { Ok(()) } else { Err(Problem::fields(errors)) }
}

/// `{product}`: a slug or an id.
pub enum ProductParam {
    /// `prd_…`
    Id(Uuid),
    /// The slug in the shop's address.
    Slug(String),
}

impl PathParam for ProductParam {
    const NAME: &'static str = "product";
    const PATTERN: &'static str = "^(prd_[0-9a-f]{32}|[a-z0-9-]{1,100})$";
    const NOT_FOUND: &'static str = "product_not_found";

    fn parse(text: &str) -> Option<Self> {
        if let Ok(id) = ProductId::parse(text) {
            return Some(Self::Id(id.as_uuid()));
        }
        let slug =
            text.len() <= MAX_TEXT && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        slug.then(|| Self::Slug(text.to_owned()))
    }
}

/// `GET /products/{slug or id}`: a product with its options, pictures and variants.
pub async fn show_product(
    ctx: Ctx,
    headers: HeaderMap,
    PathId(product): PathId<ProductParam>,
    _: Query<NoParams>,
) -> Result<Response, Problem> {
    let (id, slug) = match product {
        ProductParam::Id(id) => (Some(id), None),
        ProductParam::Slug(slug) => (None, Some(slug)),
    };
    let input = |langs| ProductInput { langs, id, slug: slug.clone() };
    ctx.cached(&headers, Read { function: &storefront::PRODUCT, input, cursors: None, keep: Keep::Shared }).await
}

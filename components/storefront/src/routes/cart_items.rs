//! `/carts/{id}/items`

use axum::response::Response;
use commerce_db::carts::{self, CartAddInput, CartRemoveInput, CartSetInput};
use commerce_domain::ids::VariantId;
use commerce_domain::{CartId, CartItemId, MAX_CART_ITEMS, Quantity};
use commerce_http::{JsonBody, NoParams, PathId, Problem, Query, Visitor};
use http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::carts::respond;

/// What to add.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewCartItem)]
pub struct NewItem {
    variant_id: VariantId,
    quantity: i64,
}

/// What to change.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CartItemChange)]
pub struct ItemChange {
    quantity: i64,
}

/// `POST /carts/{id}/items`: adds units of a variant; the same variant again adds to its line.
pub async fn add_cart_item(
    ctx: Visitor,
    PathId(cart_id): PathId<CartId>,
    _: Query<NoParams>,
    body: JsonBody<NewItem>,
) -> Result<Response, Problem> {
    let input = CartAddInput {
        cart_id: cart_id.as_uuid(),
        item_id: Uuid::now_v7(),
        variant_id: body.value.variant_id.as_uuid(),
        quantity: quantity(body.value.quantity)?,
        max_quantity: Quantity::MAX,
        max_items: MAX_CART_ITEMS as i64,
        langs: ctx.langs(),
    };
    let facts = ctx.call(&carts::ADD, &input).await?;
    respond(&ctx, StatusCode::OK, &facts)
}

/// `PATCH /carts/{id}/items/{item_id}`: sets the quantity.
pub async fn update_cart_item(
    ctx: Visitor,
    PathId(cart_id): PathId<CartId>,
    PathId(item_id): PathId<CartItemId>,
    _: Query<NoParams>,
    body: JsonBody<ItemChange>,
) -> Result<Response, Problem> {
    let quantity = quantity(body.value.quantity)?;
    let input = CartSetInput { cart_id: cart_id.as_uuid(), item_id: item_id.as_uuid(), quantity, langs: ctx.langs() };
    let facts = ctx.call(&carts::SET, &input).await?;
    respond(&ctx, StatusCode::OK, &facts)
}

/// `DELETE /carts/{id}/items/{item_id}`: removes the line.
pub async fn remove_cart_item(
    ctx: Visitor,
    PathId(cart_id): PathId<CartId>,
    PathId(item_id): PathId<CartItemId>,
    _: Query<NoParams>,
) -> Result<Response, Problem> {
    let input = CartRemoveInput { cart_id: cart_id.as_uuid(), item_id: item_id.as_uuid(), langs: ctx.langs() };
    let facts = ctx.call(&carts::REMOVE, &input).await?;
    respond(&ctx, StatusCode::OK, &facts)
}

fn quantity(count: i64) -> Result<i64, Problem> {
    match Quantity::new(count) {
        Ok(quantity) => Ok(i64::from(quantity.get())),
        Err(_) => Err(Problem::field("quantity", "out_of_range", "must be between 1 and 1000")),
    }
}

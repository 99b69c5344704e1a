//! `/carts`

use axum::extract::{FromRequest, Request};
use axum::response::Response;
use commerce_app::cart_view::cart_view;
use commerce_db::carts::{self, CartFacts, CartInput};
use commerce_domain::CartId;
use commerce_http::{Ctx, JsonBody, NoParams, PathId, Problem, Query, Visitor};
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, LOCATION, TRANSFER_ENCODING};
use http::{HeaderValue, StatusCode};
use serde::Deserialize;
use utoipa::ToSchema;

/// A new cart has nothing to say yet: no body, or an empty object.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCart {}

/// `POST /carts`: an empty cart. Its id is 128 random bits; who holds it holds the cart.
pub async fn create_cart(ctx: Visitor, _: Query<NoParams>, request: Request) -> Result<Response, Problem> {
    let headers = request.headers();
    let has_body = headers.get(CONTENT_LENGTH).map_or(headers.contains_key(TRANSFER_ENCODING), |length| length != "0");
    if has_body || headers.contains_key(CONTENT_TYPE) {
        JsonBody::<NewCart>::from_request(request, &()).await?;
    }
    let mut bits = [0; 16];
    getrandom::fill(&mut bits).map_err(|_| Problem::internal())?;
    let id = CartId::from_random(bits);
    let facts = ctx.call(&carts::CREATE, &CartInput { id: id.as_uuid(), langs: ctx.langs() }).await?;
    let mut response = respond(&ctx, StatusCode::CREATED, &facts)?;
    let location = HeaderValue::from_str(&format!("/api/v1/storefront/carts/{id}")).map_err(|_| Problem::internal())?;
    response.headers_mut().insert(LOCATION, location);
    Ok(response)
}

/// `GET /carts/{id}`: a cart at today's prices.
pub async fn show_cart(ctx: Visitor, PathId(id): PathId<CartId>, _: Query<NoParams>) -> Result<Response, Problem> {
    let facts = ctx.call(&carts::READ, &CartInput { id: id.as_uuid(), langs: ctx.langs() }).await?;
    respond(&ctx, StatusCode::OK, &facts)
}

/// Prices a cart and answers with it.
pub fn respond(ctx: &Ctx, status: StatusCode, facts: &CartFacts) -> Result<Response, Problem> {
    let view = cart_view(facts).map_err(|_| Problem::internal())?;
    ctx.success(status, &view)
}

//! `/categories`

use axum::response::Response;
use commerce_db::storefront::{self, LangsInput};
use commerce_http::{Ctx, Keep, NoParams, Problem, Query, Read};
use http::HeaderMap;

/// `GET /categories`: the tree, with the number of products in each branch.
pub async fn list_categories(ctx: Ctx, headers: HeaderMap, _: Query<NoParams>) -> Result<Response, Problem> {
    let input = |langs| LangsInput { langs };
    ctx.cached(&headers, Read { function: &storefront::CATEGORIES, input, cursors: None, keep: Keep::Shared }).await
}

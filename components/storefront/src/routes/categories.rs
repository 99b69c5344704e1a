//! `/categories`

use axum::response::Response;
use commerce_db::storefront::{self, LangsInput};
use commerce_http::{Ctx, Problem, Query};
use http::HeaderMap;

use super::params::NoParams;

/// `GET /categories`: the tree, with the number of products in each branch.
pub async fn list_categories(ctx: Ctx, headers: HeaderMap, _: Query<NoParams>) -> Result<Response, Problem> {
    ctx.cached(&headers, &storefront::CATEGORIES, &LangsInput { langs: ctx.langs() }, None).await
}

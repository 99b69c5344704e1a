//! `/shop`

use axum::response::Response;
use commerce_db::storefront::{self, LangsInput};
use commerce_http::{Ctx, Keep, NoParams, Problem, Query, Read};
use http::HeaderMap;

/// `GET /shop`: who sells here, in which money and languages, how it ships and is paid.
pub async fn show_shop(ctx: Ctx, headers: HeaderMap, _: Query<NoParams>) -> Result<Response, Problem> {
    let input = |langs| LangsInput { langs };
    ctx.cached(&headers, Read { function: &storefront::SHOP, input, cursors: None, keep: Keep::Shared }).await
}

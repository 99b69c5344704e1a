//! `/shop`

use axum::response::Response;
use commerce_db::storefront::{self, LangsInput};
use commerce_http::{Ctx, Problem, Query};
use http::HeaderMap;

use super::params::NoParams;

/// `GET /shop`: who sells here, in which money and languages, how it ships and is paid.
pub async fn show_shop(ctx: Ctx, headers: HeaderMap, _: Query<NoParams>) -> Result<Response, Problem> {
    ctx.cached(&headers, &storefront::SHOP, &LangsInput { langs: ctx.langs() }, None).await
}

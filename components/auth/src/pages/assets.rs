//! Style and script of the pages. The same in every shop.

use axum::response::{IntoResponse, Response};
use commerce_http::RequestInfo;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};

const KEPT: &str = "public, max-age=3600";

/// `GET …/assets/page.css`
pub async fn style(_: RequestInfo) -> Response {
    let headers = [(CONTENT_TYPE, "text/css; charset=utf-8"), (CACHE_CONTROL, KEPT)];
    (headers, include_str!("../../assets/page.css")).into_response()
}

/// `GET …/assets/page.js`
pub async fn script(_: RequestInfo) -> Response {
    let headers = [(CONTENT_TYPE, "text/javascript; charset=utf-8"), (CACHE_CONTROL, KEPT)];
    (headers, include_str!("../../assets/page.js")).into_response()
}

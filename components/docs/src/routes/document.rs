//! `/openapi.json`

use axum::response::{IntoResponse, Response};
use commerce_http::{NoParams, Query, RequestInfo};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};

/// OpenAPI 3.1 of the whole API.
const DOCUMENT: &str = include_str!(concat!(env!("OUT_DIR"), "/openapi.json"));

/// `GET /openapi.json`
pub async fn show_document(_: RequestInfo, _: Query<NoParams>) -> Response {
    ([(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "public, max-age=300")], DOCUMENT).into_response()
}

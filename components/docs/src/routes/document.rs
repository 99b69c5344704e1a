//! `/openapi.json`

use axum::response::{IntoResponse, Response};
use commerce_http::{NoParams, Query, RequestInfo};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};

/// OpenAPI 3.1 of the whole API.
#[cfg(feature = "document")]
const DOCUMENT: &str = include_str!(concat!(env!("OUT_DIR"), "/openapi.json"));

/// What is built for this machine alone has none.
#[cfg(not(any(feature = "document", target_family = "wasm")))]
const DOCUMENT: &str = "";

#[cfg(all(target_family = "wasm", not(feature = "document")))]
compile_error!("a component without the document: build with `--features document`, as `cargo xtask build` does");

/// `GET /openapi.json`
pub async fn show_document(_: RequestInfo, _: Query<NoParams>) -> Response {
    ([(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "public, max-age=300")], DOCUMENT).into_response()
}

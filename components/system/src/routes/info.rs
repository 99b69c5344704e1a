//! Facts about the running system that anybody may know.

use axum::http::StatusCode;
use axum::response::Response;
use commerce_http::{Problem, RequestInfo};
use serde::Serialize;
use utoipa::ToSchema;

#[derive(Serialize, ToSchema)]
pub struct SystemInfo {
    name: &'static str,
    version: &'static str,
    /// `release`, or `debug` for a build that is not meant for production.
    build: &'static str,
    api_versions: [&'static str; 1],
}

/// `GET /api/v1/system/info`.
pub async fn show_info(info: RequestInfo) -> Result<Response, Problem> {
    let build = if cfg!(debug_assertions) { "debug" } else { "release" };
    let facts = SystemInfo { name: "wasla", version: env!("CARGO_PKG_VERSION"), build, api_versions: ["v1"] };
    info.success(StatusCode::OK, &facts)
}

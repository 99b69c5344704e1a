//! Whether the system lives, whether it can work, and what it is. Serves no tenant and keeps nothing.

mod routes;

use commerce_http::{Routes, get};
use spin_sdk::http::{IntoResponse, Request};
use spin_sdk::http_service;

fn routes() -> Routes {
    Routes::new()
        .route("/health", get(routes::health::show_health))
        .route("/ready", get(routes::health::show_readiness))
        .route("/api/v1/system/info", get(routes::info::show_info))
}

#[http_service]
async fn handle(request: Request) -> impl IntoResponse {
    commerce_http::serve(routes, request).await
}

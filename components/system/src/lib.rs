//! Whether the system lives, whether it can work, and what it is. Serves no tenant and keeps nothing.

mod routes;

use commerce_http::{Routes, get};
use routes::health::{Health, show_health, show_readiness};
use routes::info::{SystemInfo, show_info};

/// What is done here, and by whom.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .route("/health", get(show_health).gives::<Health>(200))
        .route("/ready", get(show_readiness).gives::<Health>(200))
        .route("/api/v1/system/info", get(show_info).gives::<SystemInfo>(200))
}

#[cfg(target_family = "wasm")]
#[spin_sdk::http_service]
async fn handle(request: spin_sdk::http::Request) -> impl spin_sdk::http::IntoResponse {
    commerce_http::serve(routes, request).await
}

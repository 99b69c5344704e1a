//! What the API is: `/openapi.json`, made of the routes of all components when this one is built, and `/docs`, a page that shows it. Both are for
//! everybody, and neither knows a shop.

mod routes;

use commerce_http::{Routes, get};
use routes::{document, page};

/// What is done here, and by whom.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .route("/openapi.json", get(document::show_document))
        .route("/docs", get(page::lead_to_page))
        .route("/docs/", get(page::show_page))
        .route("/docs/{file}", get(page::show_file))
}

#[cfg(target_family = "wasm")]
#[spin_sdk::http_service]
async fn handle(request: spin_sdk::http::Request) -> impl spin_sdk::http::IntoResponse {
    commerce_http::serve(routes, request).await
}

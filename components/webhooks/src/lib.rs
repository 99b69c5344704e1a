//! What payment gateways call, and the jobs that settle what they did not tell. A webhook names its tenant by the
//! endpoint's unguessable id alone.

mod routes;

use commerce_http::{Routes, post};
use routes::{jobs, payments};

/// What is done here, and by whom.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .route(
            "/api/v1/webhooks/payments/moyasar/{endpoint_id}",
            post(payments::receive_moyasar_event).gives::<payments::Settled>(200),
        )
        .route("/internal/jobs/payments/reconcile", post(jobs::reconcile_payments))
        .route("/internal/jobs/events/publish", post(jobs::publish_events))
}

#[cfg(target_family = "wasm")]
#[spin_sdk::http_service]
async fn handle(request: spin_sdk::http::Request) -> impl spin_sdk::http::IntoResponse {
    commerce_http::serve(routes, request).await
}

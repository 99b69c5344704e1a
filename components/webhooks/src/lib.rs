//! What payment gateways call, and the jobs that settle what they did not tell. A webhook names its tenant by the
//! endpoint's unguessable id alone.

mod routes;

use commerce_http::{Routes, post};
use routes::{jobs, payments};
use spin_sdk::http::{IntoResponse, Request};
use spin_sdk::http_service;

fn routes() -> Routes {
    Routes::new()
        .route("/api/v1/webhooks/payments/moyasar/{endpoint_id}", post(payments::receive_moyasar_event))
        .route("/internal/jobs/payments/reconcile", post(jobs::reconcile_payments))
        .route("/internal/jobs/events/publish", post(jobs::publish_events))
}

#[http_service]
async fn handle(request: Request) -> impl IntoResponse {
    commerce_http::serve(routes, request).await
}

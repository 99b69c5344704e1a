//! Jobs of payments and events. Each does a bounded amount and says whether there is more.

use axum::response::Response;
use commerce_db::jobs::{self, JobInput};
use commerce_http::{JobAuth, Problem};
use serde::Serialize;

/// Most payments asked about in one run: each is a question to a gateway.
const PAYMENTS: i64 = 50;

/// Most events published in one run.
const EVENTS: i64 = 1_000;

#[derive(Serialize)]
struct Done {
    done: usize,
    more: bool,
}

/// Settles payments whose webhook never came.
pub async fn reconcile_payments(job: JobAuth) -> Result<Response, Problem> {
    let run = commerce_app::reconcile_payments(&job.context(), PAYMENTS).await?;
    job.success(&Done { done: run.done, more: run.more })
}

/// Gives waiting events their place in their tenant's feed.
pub async fn publish_events(job: JobAuth) -> Result<Response, Problem> {
    let done = job.call(&jobs::PUBLISH_EVENTS, &JobInput { limit: EVENTS }).await?;
    job.success(&done)
}

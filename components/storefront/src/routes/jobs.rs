//! Jobs of the storefront. Each does a bounded amount and says whether there is more.

use axum::response::Response;
use commerce_db::jobs::{self, JobInput};
use commerce_http::{JobAuth, Problem};

/// Most units of work in one run.
const LIMIT: i64 = 500;

/// Gives back stock whose reservation has run out.
pub async fn release_reservations(job: JobAuth) -> Result<Response, Problem> {
    let done = job.call(&jobs::RELEASE_RESERVATIONS, &JobInput { limit: LIMIT }).await?;
    job.success(&done)
}

/// Removes idempotency records and carts that have had their time.
pub async fn purge(job: JobAuth) -> Result<Response, Problem> {
    let done = job.call(&jobs::PURGE, &JobInput { limit: LIMIT }).await?;
    job.success(&done)
}

//! Jobs of the storefront. Each does a bounded amount and says whether there is more.

use axum::response::Response;
use commerce_db::jobs::{self, JobInput};
use commerce_http::{JobAuth, Problem};

/// Most units of work in one run.
const LIMIT: i64 = 500;

/// Most kept answers removed in one run.
const SWEPT: usize = 1_000;

/// Gives back stock whose reservation has run out.
pub async fn release_reservations(job: JobAuth) -> Result<Response, Problem> {
    let done = job.call(&jobs::RELEASE_RESERVATIONS, &JobInput { limit: LIMIT }).await?;
    job.success(&done)
}

/// Removes idempotency records, carts and kept answers that have had their time.
pub async fn purge(job: JobAuth) -> Result<Response, Problem> {
    let mut run = job.call(&jobs::PURGE, &JobInput { limit: LIMIT }).await?;
    let swept = job.sweep_replays(SWEPT).await?;
    run.done += i64::try_from(swept).unwrap_or_default();
    run.more |= swept == SWEPT;
    job.success(&run)
}

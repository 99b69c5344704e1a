//! The platform's job.

use axum::response::Response;
use commerce_db::jobs::JobInput;
use commerce_db::ops;
use commerce_http::{JobAuth, Problem};

/// Most rows of one run.
const LIMIT: i64 = 2_000;

/// Removes what is left of shops that were deleted longer ago than they can be restored.
pub async fn purge(job: JobAuth) -> Result<Response, Problem> {
    let done = job.call(&ops::PURGE_TENANTS, &JobInput { limit: LIMIT }).await?;
    job.success(&done)
}

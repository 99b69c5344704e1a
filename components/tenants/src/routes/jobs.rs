//! `/internal/jobs/audit`: seals the trail (AUD-*, `audit.link`).

use axum::response::Response;
use commerce_db::jobs::{self, JobDone, JobInput};
use commerce_http::{JobAuth, Problem};

/// Lines that one statement seals: a tenth of a second.
const LINES: i64 = 2_000;

/// Statements of one run, so that the chain keeps up with more checkouts than a machine takes.
const STATEMENTS: usize = 25;

/// `POST /internal/jobs/audit/seal`: links what was committed since the last time.
pub async fn seal_audit(job: JobAuth) -> Result<Response, Problem> {
    let mut run = JobDone { done: 0, more: true };
    for _ in 0..STATEMENTS {
        let JobDone { done, more } = job.call(&jobs::SEAL_AUDIT, &JobInput { limit: LINES }).await?;
        run = JobDone { done: run.done + done, more };
        if !more {
            break;
        }
    }
    job.success(&run)
}

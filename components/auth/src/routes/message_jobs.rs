//! `/internal/jobs/messages`: sends what waits in the outbox, and clears away what identity leaves behind.

use axum::response::Response;
use commerce_app::deliver_messages::{DeliverError, deliver_messages};
use commerce_app::identity::Keys;
use commerce_db::jobs::{JobDone, JobInput};
use commerce_db::messages::PURGE_IDENTITY;
use commerce_http::{JobAuth, Problem};

use crate::problem;

/// Most rows removed in one run.
const PURGE_LIMIT: i64 = 500;

/// `POST /internal/jobs/messages/deliver`
pub async fn deliver(job: JobAuth) -> Result<Response, Problem> {
    let keys = Keys::load().await.map_err(|error| problem::of(error.into()))?;
    let local_port = job.info().uri().port_u16();
    let delivered = deliver_messages(&job.context(), &keys.seals, local_port).await.map_err(|error| match error {
        DeliverError::Db(error) => Problem::from(error),
        DeliverError::Configuration(error) => Problem::from(error),
    })?;
    job.success(&JobDone { done: i64::try_from(delivered.done).unwrap_or(i64::MAX), more: delivered.more })
}

/// `POST /internal/jobs/messages/purge`
pub async fn purge(job: JobAuth) -> Result<Response, Problem> {
    let done = job.call(&PURGE_IDENTITY, &JobInput { limit: PURGE_LIMIT }).await?;
    job.success(&done)
}

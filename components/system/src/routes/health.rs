//! For orchestrators and load balancers.

use axum::http::StatusCode;
use axum::response::Response;
use commerce_db::{Actor, system};
use commerce_http::{Problem, RequestInfo};
use serde::Serialize;
use utoipa::ToSchema;

#[derive(Serialize, ToSchema)]
pub struct Health {
    status: &'static str,
    version: &'static str,
}

/// `GET /health`: the component runs. Asks nothing else, so that a database outage restarts nobody.
pub async fn show_health(info: RequestInfo) -> Result<Response, Problem> {
    info.success(StatusCode::OK, &Health { status: "ok", version: env!("CARGO_PKG_VERSION") })
}

/// `GET /ready`: the database answers through the same pool, role and schema as every other request. 503 otherwise, whatever
/// the reason: a database that is not migrated yet serves nobody either.
pub async fn show_readiness(info: RequestInfo) -> Result<Response, Problem> {
    let context = info.context(Actor::Job);
    match system::PING.call(&context, &system::NoInput {}).await {
        Ok(reply) if reply.value.ok => {
            info.success(StatusCode::OK, &Health { status: "ready", version: env!("CARGO_PKG_VERSION") })
        }
        _ => Err(Problem::unavailable("database_unavailable", 2)),
    }
}

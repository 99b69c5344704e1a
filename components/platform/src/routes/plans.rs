//! `/platform/plans`: what shops can be put on (RBAC-09: the platform's alone to write).

use axum::response::Response;
use commerce_app::plans::{PlanInput, SubscriptionInput};
use commerce_db::plans::{self, SubscribeInput};
use commerce_db::system::NoInput;
use commerce_domain::TenantId;
use commerce_domain::permission::platform::may::{ManagePlans, ViewPlans};
use commerce_http::{IfMatch, JsonBody, NoParams, PathId, Platform, Problem, Query};
use http::StatusCode;

/// `GET /platform/plans`: the newest revision of each.
pub async fn list_plans(desk: Platform<ViewPlans>, _: Query<NoParams>) -> Result<Response, Problem> {
    let plans = desk.call(&plans::LIST, &NoInput {}).await?;
    desk.success(StatusCode::OK, &plans)
}

/// `POST /platform/plans`: a plan, or the next revision of one. Nobody is moved to it.
pub async fn publish_plan(
    desk: Platform<ManagePlans>,
    _: Query<NoParams>,
    body: JsonBody<PlanInput>,
) -> Result<Response, Problem> {
    let plan = body.value.check().map_err(Problem::wrong_fields)?;
    let published = desk.call(&plans::PUBLISH, &plan).await?;
    desk.success(StatusCode::CREATED, &published)
}

/// `POST /tenants/{tenant_id}/subscribe`: what the shop has beyond the new limits stays.
pub async fn subscribe_tenant(
    desk: Platform<ManagePlans>,
    PathId(id): PathId<TenantId>,
    IfMatch(version): IfMatch,
    _: Query<NoParams>,
    body: JsonBody<SubscriptionInput>,
) -> Result<Response, Problem> {
    let terms = body.value.check().map_err(Problem::wrong_fields)?;
    let changed = desk.call(&plans::SUBSCRIBE, &SubscribeInput { id: id.as_uuid(), version, terms }).await?;
    desk.info().versioned(StatusCode::OK, &changed.tenant, changed.version)
}

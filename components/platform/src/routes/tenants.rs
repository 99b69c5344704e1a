//! `/tenants`: all shops, for the platform. A shop's own staff have `/tenants/me`, which is the component `tenants`.

use axum::response::Response;
use commerce_app::identity::{IdentityError, now};
use commerce_app::tenants::{NewTenantInput, Region, TenantInput};
use commerce_db::ops::{self, ById, TenantListInput, TenantStatusInput, TenantUpdateInput};
use commerce_domain::TenantId;
use commerce_domain::permission::platform::may::{ManageTenants, ViewTenants};
use commerce_http::{CursorScope, IfMatch, JsonBody, NoParams, PathId, Platform, Problem, Query, codes, page_limit};
use http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

/// Most characters of a filter.
const MAX_TEXT: usize = 100;

/// Filters and page of the list.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ListTenants {
    q: Option<String>,
    status: Option<Status>,
    region: Option<Region>,
    limit: Option<u32>,
    cursor: Option<String>,
}

/// What a shop is at present.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = TenantStatus)]
pub enum Status {
    /// Sells.
    Active,
    /// Is suspended: neither shoppers nor staff get in.
    Paused,
    /// Waits to be purged.
    Deleted,
}

impl Status {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Deleted => "deleted",
        }
    }
}

/// `GET /tenants`: the oldest first.
pub async fn list_tenants(desk: Platform<ViewTenants>, Query(query): Query<ListTenants>) -> Result<Response, Problem> {
    let ListTenants { q, status, region, limit, cursor } = query;
    if q.as_ref().is_some_and(|text| text.chars().count() > MAX_TEXT) {
        return Err(Problem::field("q", "too_long", codes::title("too_long")));
    }
    let (status, region) = (status.map(Status::as_str), region.map(Region::as_str));
    let limit = page_limit(limit)?;
    let scope = CursorScope::new("tenants", &(&q, status, region))?;
    let after = scope.after(cursor.as_deref())?;
    let q = q.filter(|text| !text.trim().is_empty());
    let found = desk.call(&ops::TENANT_LIST, &TenantListInput { q, status, region, limit, after }).await?;
    let next_cursor = found.next.as_ref().map(|next| scope.cursor(next)).transpose()?;
    desk.info().page(&found.tenants, next_cursor)
}

/// `POST /tenants`: a shop, whose owner is asked in by a letter.
pub async fn create_tenant(
    desk: Platform<ManageTenants>,
    _: Query<NoParams>,
    body: JsonBody<NewTenantInput>,
) -> Result<Response, Problem> {
    let checked = body.value.check().map_err(Problem::wrong_fields)?;
    let input = checked.invite_owner(now()).await.map_err(|error| match error {
        IdentityError::Keys(_) => Problem::unavailable("not_configured", 5),
        _ => Problem::internal(),
    })?;
    let created = desk.call(&ops::TENANT_CREATE, &input).await?;
    desk.info().versioned(StatusCode::CREATED, &created.tenant, created.version)
}

/// `GET /tenants/{tenant_id}`
pub async fn show_tenant(
    desk: Platform<ViewTenants>,
    PathId(id): PathId<TenantId>,
    _: Query<NoParams>,
) -> Result<Response, Problem> {
    let found = desk.call(&ops::TENANT_READ, &ById { id: id.as_uuid() }).await?;
    desk.info().versioned(StatusCode::OK, &found.tenant, found.version)
}

/// `PATCH /tenants/{tenant_id}`
pub async fn update_tenant(
    desk: Platform<ManageTenants>,
    PathId(id): PathId<TenantId>,
    IfMatch(version): IfMatch,
    _: Query<NoParams>,
    body: JsonBody<TenantInput>,
) -> Result<Response, Problem> {
    let patch = body.value.check().map_err(Problem::wrong_fields)?;
    let input = TenantUpdateInput { id: id.as_uuid(), version, patch };
    let changed = desk.call(&ops::TENANT_UPDATE, &input).await?;
    desk.info().versioned(StatusCode::OK, &changed.tenant, changed.version)
}

/// `POST /tenants/{tenant_id}/suspend`: shoppers and staff get 404 `shop_paused`; gateways still tell of payments that were begun.
pub async fn suspend_tenant(
    desk: Platform<ManageTenants>,
    PathId(id): PathId<TenantId>,
    IfMatch(version): IfMatch,
    _: Query<NoParams>,
) -> Result<Response, Problem> {
    set_status(&desk, id, version, Status::Paused).await
}

/// `POST /tenants/{tenant_id}/restore`: of a suspended shop, and of a deleted one that is not purged yet.
pub async fn restore_tenant(
    desk: Platform<ManageTenants>,
    PathId(id): PathId<TenantId>,
    IfMatch(version): IfMatch,
    _: Query<NoParams>,
) -> Result<Response, Problem> {
    set_status(&desk, id, version, Status::Active).await
}

/// `DELETE /tenants/{tenant_id}`: nobody finds the shop any more, and its slug is free. Its rows go when `purge_at` has come.
pub async fn delete_tenant(
    desk: Platform<ManageTenants>,
    PathId(id): PathId<TenantId>,
    IfMatch(version): IfMatch,
    _: Query<NoParams>,
) -> Result<Response, Problem> {
    set_status(&desk, id, version, Status::Deleted).await
}

async fn set_status(
    desk: &Platform<ManageTenants>,
    id: TenantId,
    version: Option<i64>,
    status: Status,
) -> Result<Response, Problem> {
    let input = TenantStatusInput { id: id.as_uuid(), version, status: status.as_str() };
    let changed = desk.call(&ops::TENANT_SET_STATUS, &input).await?;
    desk.info().versioned(StatusCode::OK, &changed.tenant, changed.version)
}

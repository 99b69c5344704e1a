//! `/platform/grants`: who may work across shops, as what, at which of them and until when.

use axum::response::Response;
use commerce_app::identity::read_identifier;
use commerce_app::random;
use commerce_db::ops::{self, ById, GrantListInput, NewGrant};
use commerce_domain::permission::platform::Role;
use commerce_domain::permission::platform::may::{ManageGrants, ViewGrants};
use commerce_domain::{GrantId, TenantId};
use commerce_http::{CursorScope, JsonBody, NoParams, PathId, Platform, Problem, Query, codes, is_time, page_limit};
use http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

/// Most shops of a grant that is about some of them.
const MAX_TENANTS: usize = 1_000;

/// Whom to let in. The reason of the request is that of the grant.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewGrant)]
pub struct GrantBody {
    email: String,
    role: String,
    /// Absent or null: all shops.
    tenants: Option<Vec<TenantId>>,
    ends_at: String,
}

/// Page of the list.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ListGrants {
    limit: Option<u32>,
    cursor: Option<String>,
}

/// `POST /platform/grants`: for an account of staff that there is.
pub async fn create_grant(
    desk: Platform<ManageGrants>,
    _: Query<NoParams>,
    body: JsonBody<GrantBody>,
) -> Result<Response, Problem> {
    let GrantBody { email, role, tenants, ends_at } = body.value;
    let wrong = |field: &str, code: &'static str| Problem::field(field, code, codes::title(code));
    let email = read_identifier(Some(&email), None, "").map_err(|(field, code)| wrong(field, code))?;
    let role = Role::parse(&role).ok_or_else(|| wrong("role", "unsupported"))?;
    if !is_time(&ends_at) {
        return Err(Problem::field("ends_at", "invalid", "must be a time in UTC, such as 2026-01-31T12:00:00Z"));
    }
    if let Some(tenants) = &tenants {
        if tenants.is_empty() {
            return Err(wrong("tenants", "required"));
        }
        if tenants.len() > MAX_TENANTS {
            return Err(wrong("tenants", "too_long"));
        }
        if role == Role::PlatformAdmin {
            return Err(wrong("tenants", "unsupported"));
        }
    }
    let shops = tenants.map(|tenants| tenants.iter().map(TenantId::as_uuid).collect());
    let input = NewGrant { id: random::id(), email: email.as_str().to_owned(), role: role.as_str(), shops, ends_at };
    let granted = desk.call(&ops::GRANT_CREATE, &input).await?;
    desk.success(StatusCode::CREATED, &granted)
}

/// `GET /platform/grants`: the oldest first, those that are over too.
pub async fn list_grants(desk: Platform<ViewGrants>, Query(query): Query<ListGrants>) -> Result<Response, Problem> {
    let limit = page_limit(query.limit)?;
    let scope = CursorScope::new("grants", &())?;
    let after = scope.after(query.cursor.as_deref())?;
    let found = desk.call(&ops::GRANT_LIST, &GrantListInput { limit, after }).await?;
    let next_cursor = found.next.as_ref().map(|next| scope.cursor(next)).transpose()?;
    desk.info().page(&found.grants, next_cursor)
}

/// `DELETE /platform/grants/{grant_id}`: over from the person's next request on. One's own can be given up, the last administrator's cannot.
pub async fn revoke_grant(
    desk: Platform<ManageGrants>,
    PathId(id): PathId<GrantId>,
    _: Query<NoParams>,
) -> Result<Response, Problem> {
    let revoked = desk.call(&ops::GRANT_REVOKE, &ById { id: id.as_uuid() }).await?;
    desk.success(StatusCode::OK, &revoked)
}

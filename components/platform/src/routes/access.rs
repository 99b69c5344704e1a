//! `/platform/access`: who of the platform looked at what, and why (AUD-04).

use axum::response::Response;
use commerce_db::ops::{self, AccessListInput};
use commerce_domain::permission::platform::may::ViewAccess;
use commerce_domain::{StaffId, TenantId};
use commerce_http::{CursorScope, Platform, Problem, Query, page_limit};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// Filters and page.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SearchAccess {
    account_id: Option<StaffId>,
    tenant_id: Option<TenantId>,
    limit: Option<u32>,
    cursor: Option<String>,
}

/// `GET /platform/access`: the newest first, this look among them.
pub async fn search_access(desk: Platform<ViewAccess>, Query(query): Query<SearchAccess>) -> Result<Response, Problem> {
    let SearchAccess { account_id, tenant_id, limit, cursor } = query;
    let limit = page_limit(limit)?;
    let scope = CursorScope::new("access", &(account_id, tenant_id))?;
    let before: Option<Uuid> = cursor.as_deref().map(|cursor| scope.decode(cursor)).transpose()?;
    let (account_id, shop_id) = (account_id.map(Uuid::from), tenant_id.map(Uuid::from));
    let found = desk.call(&ops::ACCESS_LIST, &AccessListInput { account_id, shop_id, limit, before }).await?;
    let next_cursor = found.next.map(|next| scope.cursor(&next)).transpose()?;
    desk.info().page(&found.entries, next_cursor)
}

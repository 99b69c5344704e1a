//! `/me/audit`: who changed what in the shop, written by triggers and never changed (AUD-02 to AUD-04).

use axum::response::Response;
use commerce_db::audit::{self, ListInput};
use commerce_domain::permission::may::ViewAudit;
use commerce_http::{CursorScope, Permitted, Problem, Query, codes, is_time, page_limit};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Lines that a page looks at, whatever is filtered: some tens of milliseconds.
const LOOK: u32 = 20_000;

/// Most characters of a filter.
const MAX_TEXT: usize = 100;

/// Filters and page.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SearchAudit {
    actor: Option<String>,
    table: Option<String>,
    record_id: Option<String>,
    action: Option<Action>,
    request_id: Option<String>,
    since: Option<String>,
    until: Option<String>,
    limit: Option<u32>,
    cursor: Option<String>,
}

/// What was done.
#[derive(Clone, Copy, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = AuditAction)]
pub enum Action {
    /// A row came into being.
    Insert,
    /// A row changed.
    Update,
    /// A row is gone.
    Delete,
}

/// `GET /me/audit`: the newest first. A page may hold fewer lines than asked for, and even none, while `next_cursor` still leads on.
pub async fn search_audit(staff: Permitted<ViewAudit>, Query(query): Query<SearchAudit>) -> Result<Response, Problem> {
    let SearchAudit { actor, table, record_id, action, request_id, since, until, limit, cursor } = query;
    for (field, text) in [("actor", &actor), ("table", &table), ("record_id", &record_id), ("request_id", &request_id)]
    {
        if text.as_ref().is_some_and(|text| text.len() > MAX_TEXT) {
            return Err(Problem::field(field, "too_long", codes::title("too_long")));
        }
    }
    for (field, time) in [("since", &since), ("until", &until)] {
        if time.as_ref().is_some_and(|time| !is_time(time)) {
            return Err(Problem::field(field, "invalid", "must be a time in UTC, such as 2026-01-31T12:00:00Z"));
        }
    }
    let limit = page_limit(limit)?;
    let record_id = record_id.map(|id| row_id(&id)).transpose()?;
    let scope = CursorScope::new("audit", &(&actor, &table, &record_id, &action, &request_id, &since, &until))?;
    let before: Option<i64> = cursor.as_deref().map(|cursor| scope.decode(cursor)).transpose()?;
    let action = action.map(|action| match action {
        Action::Insert => "insert",
        Action::Update => "update",
        Action::Delete => "delete",
    });
    let input = ListInput { actor, table, record_id, action, request_id, since, until, limit, look: LOOK, before };
    let found = staff.call(&audit::LIST, &input).await?;
    let next_cursor = found.next.as_ref().map(|next| scope.cursor(next)).transpose()?;
    staff.info().page(&found.entries, next_cursor)
}

/// A row's id as the trail has it, of a plain or a public id.
fn row_id(text: &str) -> Result<String, Problem> {
    let digits = text.rsplit_once('_').map_or(text, |(_, digits)| digits);
    let id = Uuid::try_parse(digits).map_err(|_| Problem::field("record_id", "invalid", codes::title("invalid")))?;
    Ok(id.to_string())
}

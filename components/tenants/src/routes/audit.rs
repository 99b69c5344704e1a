//! `/me/audit`: who changed what in the shop, written by triggers and never changed (AUD-02 to AUD-04).

use axum::response::Response;
use commerce_db::audit::{self, ExportInput, Filter, ListInput};
use commerce_domain::permission::may::ViewAudit;
use commerce_http::{Authorized, CursorScope, Problem, Query, codes, export_limit, is_time, page_limit};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// Lines that a page looks at, whatever is filtered: some tens of milliseconds.
const LOOK: u32 = 20_000;

/// Most characters of a filter.
const MAX_TEXT: usize = 100;

/// Filters and page, of search and export alike.
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
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = AuditAction)]
pub enum Action {
    /// A row came into being.
    Insert,
    /// A row changed.
    Update,
    /// A row is gone.
    Delete,
    /// Rows were taken out of the shop.
    Read,
}

impl Action {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Insert => "insert",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Read => "read",
        }
    }
}

impl SearchAudit {
    /// The filters, checked; and where the page begins, if not at the beginning of the list of that name.
    fn read(self, list: &str) -> Result<(Filter, CursorScope, Option<i64>), Problem> {
        let Self { actor, table, record_id, action, request_id, since, until, limit: _, cursor } = self;
        let texts = [("actor", &actor), ("table", &table), ("record_id", &record_id), ("request_id", &request_id)];
        for (field, text) in texts {
            if text.as_ref().is_some_and(|text| text.len() > MAX_TEXT) {
                return Err(Problem::field(field, "too_long", codes::title("too_long")));
            }
        }
        for (field, time) in [("since", &since), ("until", &until)] {
            if time.as_ref().is_some_and(|time| !is_time(time)) {
                return Err(Problem::field(field, "invalid", "must be a time in UTC, such as 2026-01-31T12:00:00Z"));
            }
        }
        let record_id = record_id.map(|id| row_id(&id)).transpose()?;
        let action = action.map(Action::as_str);
        let filter = Filter { actor, table, record_id, action, request_id, since, until };
        let scope = CursorScope::new(list, &filter)?;
        let position = cursor.as_deref().map(|cursor| scope.decode(cursor)).transpose()?;
        Ok((filter, scope, position))
    }
}

/// `GET /me/audit`: the newest first. A page may hold fewer lines than asked for, and even none, while `next_cursor` still leads on.
pub async fn search_audit(
    caller: Authorized<ViewAudit>,
    Query(query): Query<SearchAudit>,
) -> Result<Response, Problem> {
    let limit = page_limit(query.limit)?;
    let (filter, scope, before) = query.read("audit")?;
    let found = caller.call(&audit::LIST, &ListInput { filter, limit, look: LOOK, before }).await?;
    let next_cursor = found.next.as_ref().map(|next| scope.cursor(next)).transpose()?;
    caller.info().page(&found.entries, next_cursor)
}

/// `GET /me/audit/export`: NDJSON, the oldest first, with `seq` and `hash` of what is sealed. A page may hold fewer lines than asked for, and even
/// none; `Link` leads on until the last one. Each page is a line of the trail.
pub async fn export_audit(
    caller: Authorized<ViewAudit>,
    Query(query): Query<SearchAudit>,
) -> Result<Response, Problem> {
    let limit = export_limit(query.limit)?;
    let (filter, scope, after) = query.read("audit_export")?;
    let taken = caller.call(&audit::EXPORT, &ExportInput { filter, limit, look: LOOK, after }).await?;
    let next_cursor = taken.next.as_ref().map(|next| scope.cursor(next)).transpose()?;
    caller.info().lines("audit.ndjson", &taken.entries, next_cursor.as_deref())
}

/// A row's id as the trail has it, of a plain or a public id.
fn row_id(text: &str) -> Result<String, Problem> {
    let digits = text.rsplit_once('_').map_or(text, |(_, digits)| digits);
    let id = Uuid::try_parse(digits).map_err(|_| Problem::field("record_id", "invalid", codes::title("invalid")))?;
    Ok(id.to_string())
}

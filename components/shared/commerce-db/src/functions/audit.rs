//! Who changed what in a shop. The caller has checked the permission.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::call::tenant_function;

/// Input of [`LIST`]; what is `None` filters nothing.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ListInput {
    /// Public id of an account, or `guest`, `gateway`, `job`, `system`.
    pub actor: Option<String>,
    /// Name of a table.
    pub table: Option<String>,
    /// The changed row's id, a UUID as text.
    pub record_id: Option<String>,
    /// `insert`, `update` or `delete`.
    pub action: Option<&'static str>,
    /// The request that did it.
    pub request_id: Option<String>,
    /// ISO 8601: not earlier.
    pub since: Option<String>,
    /// ISO 8601: earlier.
    pub until: Option<String>,
    /// Most lines of a page.
    pub limit: u32,
    /// Most lines that are looked at.
    pub look: u32,
    /// Lines before this one, which the page before ended with.
    pub before: Option<i64>,
}

/// Answer of [`LIST`].
#[derive(Clone, Debug, Deserialize)]
pub struct Entries {
    /// The newest first.
    pub entries: Box<RawValue>,
    /// Where the next page goes on.
    pub next: Option<i64>,
}

tenant_function! {
    /// One page of the trail.
    LIST, "trail_list", ListInput => Entries
}

//! Who changed what in a shop. The caller has checked the permission.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::call::tenant_function;

/// Which lines; what is `None` filters nothing.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Filter {
    /// Public id of an account, or `guest`, `gateway`, `provider`, `job`, `system`.
    pub actor: Option<String>,
    /// Name of a table.
    pub table: Option<String>,
    /// The changed row's id, a UUID as text.
    pub record_id: Option<String>,
    /// `insert`, `update`, `delete` or `read`.
    pub action: Option<&'static str>,
    /// The request that did it.
    pub request_id: Option<String>,
    /// ISO 8601: not earlier.
    pub since: Option<String>,
    /// ISO 8601: earlier.
    pub until: Option<String>,
}

/// Input of [`LIST`].
#[derive(Clone, Debug, Default, Serialize)]
pub struct ListInput {
    /// Which lines.
    #[serde(flatten)]
    pub filter: Filter,
    /// Most lines of a page.
    pub limit: u32,
    /// Most lines that are looked at.
    pub look: u32,
    /// Lines before this one, which the page before ended with.
    pub before: Option<i64>,
}

/// Input of [`EXPORT`].
#[derive(Clone, Debug, Default, Serialize)]
pub struct ExportInput {
    /// Which lines.
    #[serde(flatten)]
    pub filter: Filter,
    /// Most lines of a page.
    pub limit: u32,
    /// Most lines that are looked at.
    pub look: u32,
    /// Lines after this one, which the page before ended with.
    pub after: Option<i64>,
}

/// Answer of [`LIST`].
#[derive(Clone, Debug, Deserialize)]
pub struct Entries {
    /// The newest first.
    pub entries: Box<RawValue>,
    /// Where the next page goes on.
    pub next: Option<i64>,
}

/// Answer of [`EXPORT`].
#[derive(Clone, Debug, Deserialize)]
pub struct Export {
    /// The oldest first.
    pub entries: Vec<Box<RawValue>>,
    /// Where the next page goes on.
    pub next: Option<i64>,
}

tenant_function! {
    /// One page of the trail.
    LIST, "trail_list", ListInput => Entries
}
tenant_function! {
    /// One page of the trail to take away, and a line in it that says so.
    EXPORT, "trail_export", ExportInput => Export
}

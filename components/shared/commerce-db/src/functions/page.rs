//! Where a page of a list ended.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::public_id;

/// The last row of a page: lists are ordered by time and, within it, by id. The next page begins right after it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct After {
    /// ISO 8601, to the microsecond.
    pub at: String,
    /// The row.
    #[serde(deserialize_with = "public_id::one")]
    pub id: Uuid,
}

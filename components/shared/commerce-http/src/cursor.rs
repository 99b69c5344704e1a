//! Cursors: where a page begins, bound to the list it was given for.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Datelike};
use commerce_db::After;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use crate::Problem;
use crate::json::strict;
use crate::problem::FieldError;

const CHECKSUM: usize = 8;

/// Longest cursor that is read.
const MAX: usize = 2_048;

/// Rows on a page when the client does not say.
const DEFAULT_LIMIT: u32 = 20;

/// Most rows on a page.
const MAX_LIMIT: u32 = 100;

/// Most lines of an export in one answer, and as many as come unasked: about a megabyte.
const MAX_EXPORT: u32 = 1_000;

/// Rows on a page, as the parameter `limit` asks for.
///
/// # Errors
/// 422 `out_of_range`.
pub fn page_limit(wanted: Option<u32>) -> Result<u32, Problem> {
    limit(wanted.unwrap_or(DEFAULT_LIMIT), MAX_LIMIT, "must be between 1 and 100")
}

/// Lines of a page that programs take away, as the parameter `limit` asks for.
///
/// # Errors
/// 422 `out_of_range`.
pub fn export_limit(wanted: Option<u32>) -> Result<u32, Problem> {
    limit(wanted.unwrap_or(MAX_EXPORT), MAX_EXPORT, "must be between 1 and 1000")
}

fn limit(wanted: u32, max: u32, message: &'static str) -> Result<u32, Problem> {
    if (1..=max).contains(&wanted) { Ok(wanted) } else { Err(Problem::field("limit", "out_of_range", message)) }
}

/// The list that a cursor belongs to: its name, its filters and its order. A cursor of another list is refused. It is no
/// secret and no signature: what it holds is checked like any other input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CursorScope([u8; 32]);

impl CursorScope {
    /// The scope of a list. `filters` is everything that decides its content and order, but neither page size nor position.
    ///
    /// # Errors
    /// When the filters cannot be written as JSON.
    pub fn new(list: &str, filters: &impl Serialize) -> Result<Self, Problem> {
        let filters = serde_json::to_vec(filters).map_err(|_| Problem::internal())?;
        Ok(Self(Sha256::new().chain_update(list).chain_update([0]).chain_update(filters).finalize().into()))
    }

    /// The cursor for a position.
    ///
    /// # Errors
    /// When the position cannot be written as JSON.
    pub fn cursor(&self, position: &impl Serialize) -> Result<String, Problem> {
        serde_json::to_vec(position).map(|position| self.encode(&position)).map_err(|_| Problem::internal())
    }

    /// The cursor for a position that is JSON already.
    pub(crate) fn encode(&self, position: &[u8]) -> String {
        let mut bytes = self.checksum(position).to_vec();
        bytes.extend_from_slice(position);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The position of a cursor.
    ///
    /// # Errors
    /// 400 `invalid_cursor`, whatever is wrong with it.
    pub fn decode<T: DeserializeOwned>(&self, cursor: &str) -> Result<T, Problem> {
        // Anybody can make one: what no body may hold, NUL characters above all, it may not hold either.
        let position = self.position(cursor).and_then(|position| strict::parse(&position).ok());
        let position = position.and_then(|position| T::deserialize(position).ok());
        let error = || FieldError::new("cursor", "invalid_cursor", "does not belong to this list");
        position.ok_or_else(|| Problem::bad_request("invalid_cursor").with(error()))
    }

    /// The end of the page before, of a cursor that was given for it.
    ///
    /// # Errors
    /// 400 `invalid_cursor`, also for a time that no database has written.
    pub fn after(&self, cursor: Option<&str>) -> Result<Option<After>, Problem> {
        let after: Option<After> = cursor.map(|cursor| self.decode(cursor)).transpose()?;
        if after.as_ref().is_some_and(|after| !is_time(&after.at)) {
            return Err(Problem::bad_request("invalid_cursor"));
        }
        Ok(after)
    }

    fn position(&self, cursor: &str) -> Option<Vec<u8>> {
        if cursor.len() > MAX {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let (checksum, position) = bytes.split_first_chunk::<CHECKSUM>()?;
        (*checksum == self.checksum(position)).then(|| position.to_vec())
    }

    fn checksum(&self, position: &[u8]) -> [u8; CHECKSUM] {
        let digest: [u8; 32] = Sha256::new().chain_update(self.0).chain_update(position).finalize().into();
        *digest.first_chunk().unwrap_or(&[0; CHECKSUM])
    }
}

/// Whether it is a time as the database writes it: RFC 3339 in UTC, after the beginning of our era.
#[must_use]
pub fn is_time(text: &str) -> bool {
    DateTime::parse_from_rfc3339(text).is_ok_and(|time| time.offset().local_minus_utc() == 0 && time.year() > 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn scope(sort: &str) -> CursorScope {
        CursorScope::new("products", &json!({"sort": sort})).unwrap()
    }

    #[test]
    fn a_cursor_leads_back_to_its_position() {
        let position = json!({"n": 5, "t": "قهوة"});
        let cursor = scope("name").encode(position.to_string().as_bytes());
        assert_eq!(scope("name").decode::<Value>(&cursor).unwrap(), position);
    }

    #[test]
    fn a_page_ends_at_a_time_that_a_database_can_have_written() {
        let scope = scope("name");
        let cursor = |at: &str| scope.cursor(&json!({"at": at, "id": uuid::Uuid::nil()})).unwrap();
        let good = cursor("2026-11-21T10:00:00.123456+00:00");
        assert!(scope.after(Some(&good)).unwrap().is_some() && scope.after(None).unwrap().is_none());
        for wrong in ["2026-11-21", "2026-11-21T10:00:00+03:00", "-0001-01-01T00:00:00+00:00", "infinity"] {
            assert_eq!(scope.after(Some(&cursor(wrong))).unwrap_err().code(), "invalid_cursor", "{wrong}");
        }
    }

    #[test]
    fn every_other_cursor_is_refused() {
        let cursor = scope("name").encode(b"{}");
        assert_eq!(scope("price").decode::<Value>(&cursor).unwrap_err().code(), "invalid_cursor");
        for wrong in ["", "!", "AAAA", &cursor[1..], &"A".repeat(5_000), &format!("{cursor}A")] {
            assert!(scope("name").decode::<Value>(wrong).is_err(), "{wrong}");
        }
        let made = scope("name").encode(br#"{"t":"\u0000"}"#);
        assert!(scope("name").decode::<Value>(&made).is_err(), "a NUL character");
    }
}

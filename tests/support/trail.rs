//! Whether the trail tells every change: what the database's own log says was committed, row by row, against what triggers wrote. The log
//! (logical decoding) knows nothing of triggers, and holds neither what was rolled back nor what was only tried.

use std::collections::BTreeMap;

use tokio_postgres::Client;

/// Tables without lines of their own in the trail, each with the reason.
pub const MACHINERY: &[(&str, &str)] = &[
    ("event_feed", "a counter derived from the outbox"),
    ("outbox", "written once beside the audited row, and only numbered later"),
    ("idempotency", "written beside the audited order"),
    ("challenge", "a secret for minutes; what comes of it is in the trail of attempts"),
    ("throttle", "counters"),
    ("session_use", "when a session was last used, apart from the audited session"),
    ("refresh_token", "hangs on the audited session; each use is in the trail of attempts"),
    ("message", "written once beside what it tells of"),
    ("api_key_use", "counters, and when a key was last used, apart from the audited key"),
    ("access", "a trail itself: only ever written"),
];

/// A change of a row: its table, `insert`, `update` or `delete`, and its id.
type Change = (String, String, String);

/// The log from a moment on. The slot goes with the database.
pub struct Log {
    slot: String,
    base: i64,
}

impl Log {
    /// From now on.
    pub async fn begin(sql: &Client) -> Self {
        let slot =
            "select pg_create_logical_replication_slot(current_database(), 'test_decoding'), current_database()::text";
        let slot: String = sql.query_one(slot, &[]).await.unwrap_or_else(|error| panic!("no log: {error:?}")).get(1);
        let base = sql.query_one("select coalesce(max(id), 0) from audit.entry", &[]).await.unwrap().get(0);
        Self { slot, base }
    }

    /// Changes that the trail tells less or more often than they were committed. A log is read once.
    pub async fn untold(self, sql: &Client) -> Vec<String> {
        let mut changes: BTreeMap<Change, i64> = BTreeMap::new();
        let committed = "select data from pg_logical_slot_get_changes($1, null, null, 'include-xids', '0', 'skip-empty-xacts', '1') \
            where data ~ '^table (app|identity|audit|ops)\\.'";
        for row in sql.query(committed, &[&self.slot]).await.unwrap() {
            if let Some(change) = change(row.get(0)) {
                *changes.entry(change).or_default() += 1;
            }
        }
        let told = "select table_name, action, row_id from audit.entry where id > $1 and action <> 'read'";
        for row in sql.query(told, &[&self.base]).await.unwrap() {
            *changes.entry((row.get(0), row.get(1), row.get(2))).or_default() -= 1;
        }
        changes.retain(|_, difference| *difference != 0);
        let told = |((table, action, id), difference): (&Change, &i64)| {
            let what = if *difference > 0 { "is not in the trail" } else { "is in the trail and was never made" };
            format!("{action} of {table} {id} {what} ({difference})")
        };
        changes.iter().map(told).collect()
    }
}

/// The change that a line of `test_decoding` tells, unless it is one of those that the trail leaves out.
fn change(line: &str) -> Option<Change> {
    let (name, rest) = line.strip_prefix("table ")?.split_once(": ")?;
    let (action, columns) = rest.split_once(": ")?;
    let (schema, table) = name.split_once('.')?;
    let trail = schema == "audit" && table != "attempt";
    if trail || MACHINERY.iter().any(|(machinery, _)| *machinery == table) {
        return None;
    }
    // Keys come first: no text stands before an id.
    let id = columns.split(' ').find_map(|column| column.strip_prefix("id[")?.split_once("]:")).map(|(_, id)| id);
    Some((table.to_owned(), action.to_lowercase(), id.unwrap_or_default().trim_matches('\'').to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_read_from_the_log() {
        let read = |line: &str| change(line).map(|(table, action, id)| format!("{table} {action} {id}"));
        let cart = "table app.cart: DELETE: tenant_id[uuid]:'01a1' id[uuid]:'1773-2770'";
        assert_eq!(read(cart).as_deref(), Some("cart delete 1773-2770"));
        let tenant = "table app.tenant: UPDATE: id[uuid]:'01a1' slug[text]:'o id[uuid]:''x'''";
        assert_eq!(read(tenant).as_deref(), Some("tenant update 01a1"));
        let attempt = "table audit.attempt: INSERT: tenant_id[uuid]:'01a1' id[bigint]:7 occurred_at[text]:'x'";
        assert_eq!(read(attempt).as_deref(), Some("attempt insert 7"));
        assert_eq!(read("table app.cart: TRUNCATE: (no-flags)").as_deref(), Some("cart truncate "));
        for left_out in ["table app.outbox: INSERT: id[uuid]:'1'", "table audit.entry: INSERT: id[bigint]:1", "BEGIN"] {
            assert_eq!(read(left_out), None);
        }
    }
}

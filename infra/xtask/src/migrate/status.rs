//! What `migrate status` says.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use anyhow::Result;
use tokio_postgres::Client;

use super::files::{Migration, read_migrations};
use super::functions::{FunctionFile, read_functions};
use super::ledger::Ledger;
use super::plan;

/// State of a database against the files.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// One line for each migration and each function that is not as its file.
    pub lines: Vec<String>,
    /// What is wrong, beyond being pending.
    pub errors: Vec<String>,
}

/// Compares the database with `folder`.
///
/// # Errors
/// When files or database cannot be read.
pub async fn report(client: &Client, folder: &Path) -> Result<Status> {
    let migrations = read_migrations(&folder.join("schema"))?;
    let functions = read_functions(&folder.join("api"))?;
    let ledger = Ledger::read(client).await?;
    let query = "select n.nspname || '.' || p.proname, count(*) from pg_proc p join pg_namespace n on n.oid = p.pronamespace \
         where n.nspname = 'api' group by 1";
    let mut present = BTreeMap::new();
    for row in client.query(query, &[]).await? {
        present.insert(row.try_get(0)?, row.try_get(1)?);
    }
    Ok(compare(&migrations, &functions, &ledger, &present))
}

/// `present`: functions of schema api in the database, with the number of their overloads.
fn compare(
    migrations: &[Migration],
    functions: &[FunctionFile],
    ledger: &Ledger,
    present: &BTreeMap<String, i64>,
) -> Status {
    let mut status = Status::default();
    for file in migrations {
        let state = match ledger.migrations.get(&file.version) {
            None => "pending".to_owned(),
            Some(applied) => format!("applied {}", applied.applied_at),
        };
        let mut line = String::new();
        // Writing to a String cannot fail.
        let _ = write!(line, "{:04}_{:<32} {state}", file.version, file.name);
        status.lines.push(line);
    }
    if let Err(error) = plan::pending(migrations, ledger) {
        status.errors.push(error.to_string());
    }
    for file in plan::changed(functions, ledger) {
        let state = if ledger.functions.contains_key(&file.path) { "changed" } else { "pending" };
        status.lines.push(format!("api/{:<33} {state}", file.path));
    }
    let defined: Vec<String> = functions.iter().flat_map(FunctionFile::defines).collect();
    for (name, overloads) in present {
        if !defined.contains(name) {
            status.errors.push(format!(
                "function {name} is in the database, but no file in migrations/api defines it: drop it in a migration"
            ));
        } else if *overloads > 1 {
            status.errors.push(format!(
                "function {name} has {overloads} overloads, its file defines one: drop the others in a migration"
            ));
        }
    }
    status
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_without_a_file_and_old_overloads_are_errors() {
        let file = FunctionFile {
            path: "cart/add.sql".into(),
            file: "cart/add.sql".into(),
            sql: "create or replace function api.cart_add(a jsonb, b jsonb) returns jsonb as $$ $$".into(),
            checksum: "new".into(),
        };
        let ledger = Ledger { functions: [("cart/add.sql".to_owned(), "old".to_owned())].into(), ..Ledger::default() };
        let present = [("api.cart_add".to_owned(), 2), ("api.gone".to_owned(), 1)].into();
        let status = compare(&[], &[file], &ledger, &present);
        assert_eq!(status.lines.len(), 1);
        assert!(status.lines[0].contains("changed"), "{:?}", status.lines);
        assert!(status.errors.iter().any(|error| error.contains("api.gone")), "{:?}", status.errors);
        assert!(status.errors.iter().any(|error| error.contains("2 overloads")), "{:?}", status.errors);
        assert_eq!(status.errors.len(), 2);
    }
}

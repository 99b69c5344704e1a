//! Rules on `migrations/`.

use std::fs;
use std::path::Path;

use anyhow::Result;

use super::Finding;
use crate::migrate::sql_text::transaction_statement;
use crate::migrate::{FunctionFile, Migration, read_functions, read_migrations};

/// Checks schema and functions; `migrations` is the folder.
pub fn check(migrations: &Path) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for migration in read_migrations(&migrations.join("schema"))? {
        findings.extend(check_migration(&migration));
        for file in std::iter::once(&migration.up).chain(&migration.down) {
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            findings.extend(check_transaction(&format!("migrations/schema/{name}"), &fs::read_to_string(file)?));
        }
    }
    for file in read_functions(&migrations.join("api"))? {
        findings.extend(check_function(&file));
        findings.extend(check_transaction(&format!("migrations/api/{}", file.path), &file.sql));
    }
    Ok(findings)
}

fn check_migration(migration: &Migration) -> Option<Finding> {
    let file = format!("migrations/schema/{}", migration.file_name());
    migration.down.is_none().then(|| Finding::new(file, "reversible", "has no .down.sql beside it"))
}

fn check_transaction(file: &str, sql: &str) -> Option<Finding> {
    let (line, word) = transaction_statement(sql)?;
    Some(Finding::new(
        format!("{file}:{line}"),
        "one-transaction",
        format!("`{word}`: the file runs in a transaction of xtask's"),
    ))
}

fn check_function(file: &FunctionFile) -> Option<Finding> {
    if file.is_grants() {
        return None;
    }
    let path = format!("migrations/api/{}", file.path);
    let rule = "one-function";
    let Some(expected) = file.function() else {
        return Some(Finding::new(path, rule, "stands elsewhere than migrations/api/<group>/<function>.sql"));
    };
    let defined = file.defines();
    match defined.as_slice() {
        [one] if *one == expected => None,
        [one] => Some(Finding::new(path, rule, format!("defines {one}; a file there defines {expected}"))),
        [] => Some(Finding::new(path, rule, format!("defines no function; a file there defines {expected}"))),
        more => Some(Finding::new(path, rule, format!("defines {}: one function a file", more.join(", ")))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(path: &str, sql: &str) -> Option<String> {
        let (path, sql) = (path.to_owned(), sql.to_owned());
        check_function(&FunctionFile { file: path.clone().into(), path, sql, checksum: String::new() })
            .map(|found| found.reason)
    }

    #[test]
    fn a_file_defines_the_function_its_path_names() {
        assert_eq!(
            finding("cart/add.sql", "create or replace function api.cart_add() returns int language sql as ''"),
            None
        );
        assert_eq!(finding("grants.sql", "grant x to y"), None);
        assert!(finding("cart/add.sql", "create function api.add() …").unwrap().contains("api.cart_add"));
        assert!(finding("cart/add.sql", "select 1").unwrap().contains("no function"));
        assert!(finding("add.sql", "create function api.add()").unwrap().contains("<group>"));
        let two = "create function api.cart_add() as ''; create function api.cart_b() as '';";
        assert!(finding("cart/add.sql", two).unwrap().contains("one function"));
    }

    #[test]
    fn migrations_need_a_way_back_and_no_transaction_of_their_own() {
        let up = "0001_x.up.sql".into();
        let migration = Migration { version: 1, name: "x".into(), up, down: None, checksum: String::new() };
        assert_eq!(check_migration(&migration).unwrap().file, "migrations/schema/0001_x.up.sql");
        assert_eq!(check_transaction("f.sql", "select 1;\ncommit;").unwrap().file, "f.sql:2");
    }
}

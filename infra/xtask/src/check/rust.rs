//! Rules on Rust sources.

use std::fs;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result};

use super::{Finding, never_log};

/// Longest Rust file outside tests, in lines.
const LINES_MAX: usize = 500;

/// Words that begin a statement the edge must never send (design §3).
const TRANSACTION_WORDS: [&str; 4] = ["begin", "commit", "start transaction", "savepoint"];

/// What a crate without I/O, async and clock does not say.
const OUTSIDE_WORLD: [&str; 8] =
    ["std::fs", "std::net", "std::process", "std::env", "SystemTime", "Instant::now", "Utc::now", "async fn"];

/// Checks all Rust files among `files`.
pub fn check(root: &Path, files: &[PathBuf]) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for file in files {
        let is_rust = file.extension().is_some_and(|extension| extension == "rs");
        let is_test = file.components().any(|part| part == Component::Normal("tests".as_ref()));
        if !is_rust || is_test || file.file_name().is_some_and(|name| name == "tests.rs") {
            continue;
        }
        let path = root.join(file);
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        findings.extend(check_text(&file.to_string_lossy(), &text));
        if file.starts_with("components") {
            findings.extend(never_log::check_text(&file.to_string_lossy(), &text));
        }
    }
    Ok(findings)
}

fn check_text(file: &str, text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let lines = text.lines().count();
    if lines > LINES_MAX {
        findings.push(Finding::new(file, "file-size", format!("has {lines} lines, at most {LINES_MAX} are read well")));
    }
    let edge = file.starts_with("components/");
    let pure = file.starts_with("components/shared/commerce-domain/");
    for (index, line) in text.lines().enumerate() {
        if line.trim_start() == "#[cfg(test)]" {
            break;
        }
        let place = || format!("{file}:{}", index + 1);
        if edge && let Some(word) = transaction_literal(line) {
            let reason =
                format!("a string begins with `{word}`: the edge opens no transaction, one call is one statement");
            findings.push(Finding::new(place(), "one-statement", reason));
        }
        let code = line.split("//").next().unwrap_or_default();
        if pure && let Some(word) = OUTSIDE_WORLD.iter().find(|word| code.contains(**word)) {
            findings.push(Finding::new(
                place(),
                "pure-domain",
                format!("`{word}`: commerce-domain has no I/O, no async and no clock"),
            ));
        }
    }
    findings
}

/// The transaction word that a string literal of this line begins with.
fn transaction_literal(line: &str) -> Option<&'static str> {
    let lower = line.to_ascii_lowercase();
    let code = lower.split("//").next().unwrap_or_default();
    code.split('"').skip(1).find_map(|piece| {
        let ends_word = |rest: &str| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_');
        TRANSACTION_WORDS.into_iter().find(|word| piece.trim_start().strip_prefix(word).is_some_and(ends_word))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_files_are_found() {
        assert_eq!(check_text("infra/x/src/lib.rs", &"\n".repeat(500)), []);
        assert_eq!(check_text("infra/x/src/lib.rs", &"\n".repeat(501))[0].rule, "file-size");
    }

    #[test]
    fn transactions_from_the_edge_are_found_with_their_line() {
        let text = "fn f() {\n    connection.execute(\"BEGIN\", &[]);\n}\n";
        let found = check_text("components/shared/commerce-db/src/call.rs", text);
        assert_eq!(
            (found[0].file.as_str(), found[0].rule),
            ("components/shared/commerce-db/src/call.rs:2", "one-statement")
        );
        assert_eq!(check_text("infra/xtask/src/x.rs", text), []);
    }

    #[test]
    fn words_that_only_look_like_transactions_are_not() {
        assert_eq!(transaction_literal(r#"let key = "commitment"; // "begin""#), None);
        assert_eq!(
            transaction_literal(r#"x(" start transaction isolation level serializable")"#),
            Some("start transaction")
        );
        assert_eq!(transaction_literal(r#"x("a", "Commit;")"#), Some("commit"));
    }

    #[test]
    fn the_domain_sees_no_outside_world() {
        let file = "components/shared/commerce-domain/src/money.rs";
        assert_eq!(check_text(file, "let now = Utc::now();")[0].rule, "pure-domain");
        assert_eq!(check_text(file, "// no async fn here\n#[cfg(test)]\nuse std::fs;"), []);
    }
}

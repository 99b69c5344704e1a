//! SQL errors with the place in the file they come from.

use std::path::Path;

use anyhow::{Error, anyhow};
use tokio_postgres::error::ErrorPosition;

use super::sql_text::locate;

/// `file:line:column: message`, the line itself, and what the server adds.
pub fn explain(file: &Path, sql: &str, error: tokio_postgres::Error) -> Error {
    let Some(refusal) = error.as_db_error() else {
        return Error::new(error).context(format!("{}: the connection failed", file.display()));
    };
    let mut text = match refusal.position() {
        Some(ErrorPosition::Original(position)) => {
            let (line, column, excerpt) = locate(sql, usize::try_from(*position).unwrap_or(1));
            format!("{}:{line}:{column}: {}\n    {}", file.display(), refusal.message(), excerpt.trim())
        }
        Some(ErrorPosition::Internal { position, query }) => {
            let (_, _, excerpt) = locate(query, usize::try_from(*position).unwrap_or(1));
            format!("{}: {}\n    {}", file.display(), refusal.message(), excerpt.trim())
        }
        None => format!("{}: {}", file.display(), refusal.message()),
    };
    for (label, said) in [("detail", refusal.detail()), ("hint", refusal.hint()), ("where", refusal.where_())] {
        if let Some(said) = said {
            text.push_str(&format!("\n  {label}: {said}"));
        }
    }
    anyhow!("{text} (SQLSTATE {})", refusal.code().code())
}

//! Applies changed functions, all in one transaction.

use anyhow::{Context, Result};
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Transaction};

use super::functions::FunctionFile;
use super::sql_error::explain;

/// Applies `changed`, then the grants whenever anything changed, and forgets files that are gone.
///
/// # Errors
/// When SQL fails; nothing of it stays.
pub async fn apply(client: &mut Client, changed: &[&FunctionFile], all: &[FunctionFile]) -> Result<()> {
    let mut transaction = client.transaction().await?;
    transaction.batch_execute("set local client_min_messages = warning").await?;
    let functions: Vec<&FunctionFile> = changed.iter().copied().filter(|file| !file.is_grants()).collect();
    apply_rounds(&mut transaction, functions).await?;
    if let Some(grants) = all.iter().find(|file| file.is_grants()) {
        transaction.batch_execute(&grants.sql).await.map_err(|error| explain(&grants.file, &grants.sql, error))?;
        transaction.batch_execute("reset role; reset search_path").await?;
    }
    let record = "insert into public.api_function (path, checksum) values ($1, $2) \
         on conflict (path) do update set checksum = excluded.checksum, applied_at = now()";
    for file in changed {
        transaction.execute(record, &[&file.path, &file.checksum]).await?;
    }
    let paths: Vec<&str> = all.iter().map(|file| file.path.as_str()).collect();
    transaction.execute("delete from public.api_function where path <> all ($1)", &[&paths]).await?;
    transaction.commit().await.context("cannot commit the functions")
}

/// Bodies in SQL may call functions that come later in the order: those that miss something wait for the next round, until a
/// round brings nothing.
async fn apply_rounds(transaction: &mut Transaction<'_>, mut waiting: Vec<&FunctionFile>) -> Result<()> {
    while !waiting.is_empty() {
        let before = waiting.len();
        let mut missed = Vec::new();
        let mut first_error = None;
        for file in waiting {
            let savepoint = transaction.savepoint("one_file").await?;
            match savepoint.batch_execute(&file.sql).await {
                Ok(()) => savepoint.commit().await?,
                Err(error) if error.code() == Some(&SqlState::UNDEFINED_FUNCTION) => {
                    savepoint.rollback().await?;
                    first_error.get_or_insert_with(|| explain(&file.file, &file.sql, error));
                    missed.push(file);
                }
                Err(error) => return Err(explain(&file.file, &file.sql, error)),
            }
            transaction.batch_execute("reset role; reset search_path").await?;
        }
        match first_error {
            Some(error) if missed.len() == before => return Err(error),
            _ => waiting = missed,
        }
    }
    Ok(())
}

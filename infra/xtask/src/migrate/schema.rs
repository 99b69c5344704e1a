//! Applies and undoes one schema migration.

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Transaction};

use super::files::Migration;
use super::sql_error::explain;

/// Applies the up file and records it, in one transaction.
///
/// # Errors
/// When the SQL fails; nothing of it stays.
pub async fn apply(client: &mut Client, migration: &Migration) -> Result<()> {
    let record = "insert into public.schema_migration (version, name, checksum) values ($1, $2, $3)";
    let sql = read(&migration.up)?;
    let mut attempts = 1;
    loop {
        let transaction = client.transaction().await?;
        match transaction.batch_execute(&sql).await {
            Ok(()) => {
                // The file may have changed role or search path for the rest of the transaction.
                transaction.batch_execute("reset role; reset search_path").await?;
                transaction.execute(record, &[&migration.version, &migration.name, &migration.checksum]).await?;
                return transaction.commit().await.with_context(|| format!("cannot commit {}", migration.file_name()));
            }
            Err(error) if is_race(&error) && attempts < ATTEMPTS => transaction.rollback().await?,
            Err(error) => return Err(explain(&migration.up, &sql, error)),
        }
        pause(attempts).await;
        attempts += 1;
    }
}

/// Runs the down file and removes the record, in one transaction. The replaceable functions in `defined` are built on the whole schema:
/// they are dropped first, and come back, like the seeds, with the next `up`.
///
/// # Errors
/// When there is no down file or its SQL fails; nothing of it stays.
pub async fn revert(client: &mut Client, migration: &Migration, defined: &[String]) -> Result<()> {
    let path = migration.down.as_ref().with_context(|| format!("{} has no down file", migration.file_name()))?;
    let sql = read(path)?;
    let transaction = client.transaction().await?;
    drop_functions(&transaction, defined).await?;
    transaction.batch_execute(&sql).await.map_err(|error| explain(path, &sql, error))?;
    transaction.batch_execute("reset role; reset search_path").await?;
    transaction.execute("delete from public.schema_migration where version = $1", &[&migration.version]).await?;
    transaction.batch_execute("delete from public.api_function; delete from public.seed_file").await?;
    transaction.commit().await.with_context(|| format!("cannot commit {}", path.display()))
}

/// Drops them with one statement, since they may depend on each other.
async fn drop_functions(transaction: &Transaction<'_>, defined: &[String]) -> Result<()> {
    let query = "select string_agg(p.oid::regprocedure::text, ', ') from pg_proc p join pg_namespace n on n.oid = p.pronamespace \
         where n.nspname || '.' || p.proname = any ($1)";
    let list: Option<String> = transaction.query_one(query, &[&defined]).await?.try_get(0)?;
    match list {
        Some(list) => {
            transaction.batch_execute(&format!("drop routine {list}")).await.context("cannot drop the functions")
        }
        None => Ok(()),
    }
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

const ATTEMPTS: u32 = 10;

/// Roles belong to the whole cluster, the migration lock to one database: two databases that are migrated at once may meet
/// in the role catalogue.
fn is_race(error: &tokio_postgres::Error) -> bool {
    error.as_db_error().is_some_and(|refusal| {
        *refusal.code() == SqlState::INTERNAL_ERROR && refusal.message().contains("concurrently")
    })
}

async fn pause(attempt: u32) {
    tokio::time::sleep(Duration::from_millis(20) * attempt).await;
}

/// Runs a statement on cluster-wide objects, again when it met another database's.
///
/// # Errors
/// The last refusal.
pub async fn execute_shared(client: &Client, sql: &str) -> Result<(), tokio_postgres::Error> {
    let mut attempts = 1;
    loop {
        match client.batch_execute(sql).await {
            Err(error) if is_race(&error) && attempts < ATTEMPTS => pause(attempts).await,
            outcome => return outcome,
        }
        attempts += 1;
    }
}

//! Schema migrations and replaceable functions (`migrations/`).
//!
//! `schema/NNNN_name.up.sql` is applied once, in order, each in a transaction of its own together with its row in
//! `public.schema_migration`; `.down.sql` undoes it. `api/<group>/<function>.sql` is reapplied when its text changes, all changed
//! ones in one transaction that `api/grants.sql` ends.

mod api;
mod command;
mod files;
mod functions;
mod ledger;
mod plan;
mod schema;
mod sql_error;
pub mod sql_text;
mod status;

use std::path::Path;

use anyhow::{Context, Result};
use tokio_postgres::Client;

pub use command::{MigrateArgs, run};
pub use files::{Migration, read_migrations};
pub use functions::{FunctionFile, read_functions};
pub use ledger::Ledger;
pub use status::report;

use crate::secrets::Secrets;

/// Key of the advisory lock that lets one migrator work on a database at a time.
const LOCK: i64 = 0x7761_736c_616d_6967;

/// What `up` did.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Applied {
    /// Schema migrations applied now, by file name.
    pub migrations: Vec<String>,
    /// Function files applied now.
    pub functions: usize,
}

impl Applied {
    /// Nothing was missing.
    pub fn is_empty(&self) -> bool {
        self.migrations.is_empty() && self.functions == 0
    }
}

impl std::fmt::Display for Applied {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.is_empty() {
            return write!(f, "nothing to do");
        }
        write!(f, "{} migrations, {} functions applied", self.migrations.len(), self.functions)
    }
}

/// Applies every migration and function that the database does not have yet.
///
/// # Errors
/// When a file is out of order or was changed after it was applied, or when SQL fails: then with file, line and statement.
pub async fn up(client: &mut Client, folder: &Path) -> Result<Applied> {
    let migrations = read_migrations(&folder.join("schema"))?;
    let functions = read_functions(&folder.join("api"))?;
    let ledger = Ledger::read(client).await?;
    if plan::pending(&migrations, &ledger)?.is_empty() && plan::changed(&functions, &ledger).is_empty() {
        return Ok(Applied::default());
    }
    lock(client).await?;
    let result = up_locked(client, &migrations, &functions).await;
    unlock(client, result).await
}

/// The ledger is read again: another migrator may have worked while this one waited for the lock.
async fn up_locked(client: &mut Client, migrations: &[Migration], functions: &[FunctionFile]) -> Result<Applied> {
    Ledger::create(client).await?;
    let ledger = Ledger::read(client).await?;
    let mut applied = Applied::default();
    for migration in plan::pending(migrations, &ledger)? {
        schema::apply(client, migration).await?;
        applied.migrations.push(migration.file_name());
    }
    let changed = plan::changed(functions, &ledger);
    if !changed.is_empty() {
        api::apply(client, &changed, functions).await?;
        applied.functions = changed.len();
    }
    Ok(applied)
}

/// Undoes the last `count` migrations, newest first; returns their file names.
///
/// # Errors
/// When a down file is missing or its SQL fails.
pub async fn down(client: &mut Client, folder: &Path, count: usize) -> Result<Vec<String>> {
    let migrations = read_migrations(&folder.join("schema"))?;
    let functions = read_functions(&folder.join("api"))?;
    let defined: Vec<String> = functions.iter().flat_map(FunctionFile::defines).collect();
    lock(client).await?;
    let result = down_locked(client, &migrations, &defined, count).await;
    unlock(client, result).await
}

async fn down_locked(
    client: &mut Client,
    migrations: &[Migration],
    defined: &[String],
    count: usize,
) -> Result<Vec<String>> {
    Ledger::create(client).await?;
    let ledger = Ledger::read(client).await?;
    let mut undone = Vec::new();
    for migration in plan::last_applied(migrations, &ledger, count)? {
        schema::revert(client, migration, defined).await?;
        undone.push(migration.file_name());
    }
    Ok(undone)
}

/// Gives the login roles the passwords of this checkout.
///
/// # Errors
/// When the roles do not exist yet or may not be altered.
pub async fn set_passwords(client: &Client, secrets: &Secrets) -> Result<()> {
    for (role, password) in [("app_user", &secrets.app_user_password), ("app_admin", &secrets.app_admin_password)] {
        let literal = password.replace('\'', "''");
        schema::execute_shared(client, &format!("alter role {role} password '{literal}'"))
            .await
            .with_context(|| format!("cannot set the password of {role}"))?;
    }
    Ok(())
}

async fn lock(client: &Client) -> Result<()> {
    let free: bool = client.query_one("select pg_try_advisory_lock($1)", &[&LOCK]).await?.try_get(0)?;
    if !free {
        crate::ui::note("another migration is running on this database; waiting for it");
        client.execute("select pg_advisory_lock($1)", &[&LOCK]).await?;
    }
    Ok(())
}

async fn unlock<T>(client: &Client, result: Result<T>) -> Result<T> {
    let unlocked = client.execute("select pg_advisory_unlock($1)", &[&LOCK]).await;
    let value = result?;
    unlocked.context("cannot give up the migration lock")?;
    Ok(value)
}

//! What a database says has been applied to it.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use tokio_postgres::Client;
use tokio_postgres::error::SqlState;

/// A schema migration that was applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppliedMigration {
    /// Its name.
    pub name: String,
    /// Checksum of the file at that time.
    pub checksum: String,
    /// When, ISO 8601 in UTC.
    pub applied_at: String,
}

/// The bookkeeping tables of a database.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    /// Schema migrations by version.
    pub migrations: BTreeMap<i32, AppliedMigration>,
    /// Checksums of function files by path.
    pub functions: BTreeMap<String, String>,
    /// Checksums of seed files by path.
    pub seeds: BTreeMap<String, String>,
}

impl Ledger {
    /// Reads the tables with one query; a database without them has nothing applied.
    ///
    /// # Errors
    /// When the query fails.
    pub async fn read(client: &Client) -> Result<Self> {
        let query = "select 'migration', version::text, name, checksum, \
                        to_char(applied_at at time zone 'utc', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') from public.schema_migration \
             union all select 'function', path, '', checksum, '' from public.api_function \
             union all select 'seed', path, '', checksum, '' from public.seed_file";
        let rows = match client.query(query, &[]).await {
            Ok(rows) => rows,
            Err(error) if error.code() == Some(&SqlState::UNDEFINED_TABLE) => return Ok(Self::default()),
            Err(error) => return Err(error).context("cannot read which migrations were applied"),
        };
        let mut ledger = Self::default();
        for row in rows {
            let text = |column: usize| row.try_get::<_, String>(column);
            let (key, checksum) = (text(1)?, text(3)?);
            match text(0)?.as_str() {
                "migration" => {
                    let applied = AppliedMigration { name: text(2)?, checksum, applied_at: text(4)? };
                    ledger.migrations.insert(key.parse().context("a version is not a number")?, applied);
                }
                "function" => drop(ledger.functions.insert(key, checksum)),
                _ => drop(ledger.seeds.insert(key, checksum)),
            }
        }
        Ok(ledger)
    }

    /// Creates the tables where they are missing.
    ///
    /// # Errors
    /// When the login may not create tables in schema public.
    pub async fn create(client: &Client) -> Result<()> {
        client
            .batch_execute(
                "set client_min_messages = warning;
                 create table if not exists public.schema_migration
                   (version int primary key, name text not null, checksum text not null, applied_at timestamptz not null default now());
                 create table if not exists public.api_function
                   (path text primary key, checksum text not null, applied_at timestamptz not null default now());
                 create table if not exists public.seed_file
                   (path text primary key, checksum text not null, applied_at timestamptz not null default now());
                 reset client_min_messages",
            )
            .await
            .context("cannot create the bookkeeping tables in schema public")
    }
}

//! A database for each test, cloned from a migrated and seeded template.
//!
//! The template is made once for each content of `migrations/`. Each test process marks its databases and its template as in use by
//! advisory locks of one session, which PostgreSQL gives up when the process is gone, however it went: so the next process knows
//! what it may sweep.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{OnceLock, mpsc};

use anyhow::{Context, Result};
use serde_json::json;
use sha2::{Digest, Sha256};
use tokio::sync::mpsc as events;
use tokio_postgres::Client;
use uuid::Uuid;
use xtask::migrate;
use xtask::postgres::{DatabaseUrl, connect, ensure_database};
use xtask::seed;

use crate::place::root;

const PREFIX: &str = "wasla_test_";
const TEMPLATE_PREFIX: &str = "wasla_template_";

/// First keys of advisory locks: making a template, using one, owning databases.
const MAKING: i32 = 0x7761_0001;
const USING: i32 = 0x7761_0002;
const OWNING: i32 = 0x7761_0003;

/// The server, as this process uses it.
pub struct Server {
    admin: DatabaseUrl,
    app_user_password: String,
    app_admin_password: String,
    template: String,
    run: u32,
    next: AtomicU32,
    discarded: events::UnboundedSender<String>,
}

impl Server {
    /// The server of this process; the first caller prepares the template.
    pub async fn get() -> &'static Self {
        static SERVER: OnceLock<Result<Server>> = OnceLock::new();
        let server = tokio::task::spawn_blocking(|| SERVER.get_or_init(start)).await.unwrap();
        match server {
            Ok(server) => server,
            Err(error) => panic!("no database to test with: {error:#}"),
        }
    }

    /// A new database; the administrator's login at it.
    pub async fn create(&self) -> Result<DatabaseUrl> {
        let name = format!("{PREFIX}{:08x}_{}", self.run, self.next.fetch_add(1, Ordering::Relaxed));
        let client = connect(&self.admin).await?;
        client.batch_execute(&format!("create database {name} template {}", self.template)).await?;
        // What is tested is not the disk, and a hundred tests would wait for it.
        client.batch_execute(&format!("alter database {name} set synchronous_commit = off")).await?;
        Ok(self.admin.with_name(&name))
    }

    /// The login of the components at a database of this server.
    pub fn app_user(&self, database: &DatabaseUrl) -> DatabaseUrl {
        database.with_login("app_user", &self.app_user_password)
    }

    /// The login of the platform's component at a database of this server.
    pub fn app_admin(&self, database: &DatabaseUrl) -> DatabaseUrl {
        database.with_login("app_admin", &self.app_admin_password)
    }

    /// Drops a database, in the background.
    pub fn discard(&self, database: &DatabaseUrl) {
        // When the process is ending, the next one sweeps.
        let _ = self.discarded.send(database.name.clone());
    }

    /// Drops a database.
    pub async fn drop(&self, database: &DatabaseUrl) -> Result<()> {
        drop_database(&connect(&self.admin).await?, &database.name).await
    }
}

/// Starts the thread that keeps the session of this process.
fn start() -> Result<Server> {
    let (ready, prepared) = mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async move {
            let (discarded, mut names) = events::unbounded_channel();
            match prepare(discarded).await {
                Ok((server, client)) => {
                    let _ = ready.send(Ok(server));
                    while let Some(name) = names.recv().await {
                        let _ = drop_database(&client, &name).await;
                    }
                }
                Err(error) => drop(ready.send(Err(error))),
            }
        });
    });
    prepared.recv().context("the database thread ended")?
}

async fn prepare(discarded: events::UnboundedSender<String>) -> Result<(Server, Client)> {
    let missing = "is not set: `cargo xtask test`, or eval \"$(cargo xtask test --env)\"";
    let variable = |name: &str| std::env::var(name).with_context(|| format!("{name} {missing}"));
    let admin = DatabaseUrl::parse(&variable("WASLA_TEST_ADMIN_URL")?)?;
    let app_user_password = variable("WASLA_TEST_APP_USER_PASSWORD")?;
    let app_admin_password = variable("WASLA_TEST_APP_ADMIN_PASSWORD")?;
    let client = connect(&admin).await?;
    let digest = digest(&root().join("migrations"))?;
    let template = format!("{TEMPLATE_PREFIX}{digest:08x}");
    let run = u32::from_be_bytes(Uuid::new_v4().as_bytes()[..4].try_into()?);
    client.execute("select pg_advisory_lock($1, $2)", &[&OWNING, &run.cast_signed()]).await?;
    client.execute("select pg_advisory_lock($1, 0)", &[&MAKING]).await?;
    client.execute("select pg_advisory_lock_shared($1, $2)", &[&USING, &digest.cast_signed()]).await?;
    let known = client.query_opt("select from pg_database where datname = $1", &[&template]).await?;
    if known.is_none() {
        make_template(&client, &admin, &template).await?;
    }
    for (role, password) in [("app_user", &app_user_password), ("app_admin", &app_admin_password)] {
        client.batch_execute(&format!("alter role {role} password '{}'", password.replace('\'', "''"))).await?;
    }
    sweep(&client).await?;
    client.execute("select pg_advisory_unlock($1, 0)", &[&MAKING]).await?;
    Ok((
        Server { admin, app_user_password, app_admin_password, template, run, next: AtomicU32::new(0), discarded },
        client,
    ))
}

/// A draft becomes the template in one step, so that an interrupted run leaves no half-made one.
async fn make_template(client: &Client, admin: &DatabaseUrl, template: &str) -> Result<()> {
    let draft = format!("{template}_draft");
    drop_database(client, &draft).await?;
    let mut inside = ensure_database(&admin.with_name(&draft)).await?;
    migrate::up(&mut inside, &root().join("migrations")).await?;
    let shops = seed::read_shops(&root().join("migrations"))?;
    seed::apply(&mut inside, &shops, false).await?;
    for shop in &shops {
        let digest = Sha256::digest(webhook_secret(&shop.slug));
        let input = json!({"slug": shop.slug, "secret_sha256": hex(&digest)});
        inside.execute("select ops.set_gateway_secret($1)", &[&input]).await?;
    }
    // What the invariants compare with.
    inside
        .batch_execute(
            "create schema test_support; \
             create table test_support.stock_before as select tenant_id, id, on_hand from app.stock",
        )
        .await?;
    inside.batch_execute("vacuum analyze").await?;
    drop(inside);
    // The server notices a moment later that the session has ended.
    for attempt in 1.. {
        match client.batch_execute(&format!("alter database {draft} rename to {template}")).await {
            Err(_) if attempt < 50 => tokio::time::sleep(std::time::Duration::from_millis(50)).await,
            outcome => return outcome.context("cannot finish the template"),
        }
    }
    Ok(())
}

/// The secret that a shop's webhooks carry in tests.
pub fn webhook_secret(slug: &str) -> String {
    format!("webhook-secret-of-{slug}-4f1d9a7c")
}

/// Drops what processes left that are gone: their databases, and templates of other migrations.
async fn sweep(client: &Client) -> Result<()> {
    let rows = client.query("select datname from pg_database where datname ~ '^wasla_(test|template)_'", &[]).await?;
    for row in rows {
        let name: String = row.get(0);
        let (class, digits) = match name.strip_prefix(PREFIX) {
            Some(rest) => (OWNING, rest),
            None => (USING, name.strip_prefix(TEMPLATE_PREFIX).unwrap_or_default()),
        };
        let Ok(key) = u32::from_str_radix(&digits[..8.min(digits.len())], 16) else { continue };
        let key = key.cast_signed();
        // Held by this very session it would be granted again, so ask who else holds it.
        let query = "select exists (select from pg_locks where locktype = 'advisory' and classid::int = $1 and objid = $2::int8::oid)";
        let used: bool = client.query_one(query, &[&class, &i64::from(key.cast_unsigned())]).await?.get(0);
        if !used {
            drop_database(client, &name).await?;
        }
    }
    Ok(())
}

async fn drop_database(client: &Client, name: &str) -> Result<()> {
    client.batch_execute(&format!("drop database if exists {name} with (force)")).await?;
    Ok(())
}

/// 32 bits of SHA-256 over every file below `folder` with its path.
fn digest(folder: &Path) -> Result<u32> {
    let mut files = Vec::new();
    collect(folder, &mut files)?;
    files.sort();
    let mut hash = Sha256::new();
    for file in files {
        hash.update(file.strip_prefix(folder)?.to_string_lossy().as_bytes());
        hash.update([0]);
        hash.update(std::fs::read(&file)?);
        hash.update([0]);
    }
    // The template also depends on what is done here.
    hash.update(include_bytes!("database.rs"));
    Ok(u32::from_be_bytes(hash.finalize()[..4].try_into()?))
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { collect(&path, files)? } else { files.push(path) }
    }
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

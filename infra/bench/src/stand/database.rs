//! A database of the bench's own, migrated and seeded as `cargo xtask up` does it.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use tokio_postgres::{Client, Row};
use xtask::postgres::{DatabaseUrl, drop_database, ensure_database};
use xtask::secrets::Secrets;
use xtask::{migrate, seed};

/// A migrated and seeded database that is deleted at the end.
pub struct Database {
    /// The administrator's login.
    pub url: DatabaseUrl,
    /// The application's login.
    pub app_url: DatabaseUrl,
    /// The login of the platform's component.
    pub admin_url: DatabaseUrl,
    /// A connection of the administrator.
    pub client: Client,
    /// How long migrating and seeding took, with creating the database.
    pub took: Duration,
}

/// A variant on sale.
#[derive(Clone, Debug)]
pub struct Variant {
    /// The shop it belongs to.
    pub slug: String,
    /// Its public id.
    pub public_id: String,
}

/// A cart with one item in it.
#[derive(Clone, Debug)]
pub struct Cart {
    /// The shop it belongs to.
    pub slug: String,
    /// Its public id.
    pub public_id: String,
}

impl Database {
    /// Makes the database `name` anew on the server of `admin`.
    ///
    /// # Errors
    /// When the server refuses, or a migration or a seed file fails.
    pub async fn create(admin: &DatabaseUrl, name: &str, migrations: &Path, secrets: &Secrets) -> Result<Self> {
        let url = admin.with_name(name);
        drop_database(&url).await?;
        let start = Instant::now();
        let mut client = ensure_database(&url).await?;
        migrate::up(&mut client, migrations).await?;
        migrate::set_passwords(&client, secrets).await?;
        seed::apply(&mut client, &seed::read_shops(migrations)?, false).await?;
        let took = start.elapsed();
        let app_url = url.with_login("app_user", &secrets.app_user_password);
        let admin_url = url.with_login("app_admin", &secrets.app_admin_password);
        Ok(Self { url, app_url, admin_url, client, took })
    }

    /// Adds what the bench keeps for itself, and fills the stock.
    ///
    /// # Errors
    /// When the schema is not what the bench knows.
    pub async fn equip(&self) -> Result<()> {
        self.client.batch_execute(include_str!("setup.sql")).await.context("cannot prepare the bench's own tables")?;
        self.client.batch_execute("vacuum analyze").await?;
        Ok(())
    }

    /// Gives each shop the secret of its webhooks, and returns the endpoint that takes them, by shop.
    ///
    /// # Errors
    /// When a shop has no gateway account.
    pub async fn connect_gateway(&self, secret: &str) -> Result<BTreeMap<String, String>> {
        let sql = "select slug, ops.set_gateway_secret(jsonb_build_object('slug', slug, 'secret_sha256', \
            encode(sha256(convert_to($1, 'UTF8')), 'hex'))) ->> 'endpoint_id' from app.tenant where id <> app.platform_id() order by slug";
        let rows = self.client.query(sql, &[&secret]).await.context("cannot set the webhook secrets")?;
        rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
    }

    /// The variants that journeys spread over; the one of the hot sale is not among them.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn variants(&self) -> Result<Vec<Variant>> {
        self.read_variants("place > 0").await
    }

    /// The variant of the hot sale, of which `units` are left.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn hot_variant(&self, units: i32) -> Result<Option<Variant>> {
        for sql in [
            "update bench.stock_start set on_hand = $1 where is_hot",
            "update app.stock s set on_hand = $1 from bench.stock_start b where b.is_hot and s.tenant_id = b.tenant_id and s.id = b.variant_id",
        ] {
            self.client.execute(sql, &[&units]).await?;
        }
        Ok(self.read_variants("place = 0").await?.into_iter().next())
    }

    async fn read_variants(&self, which: &str) -> Result<Vec<Variant>> {
        let sql =
            format!("select slug, app.public_id('var', variant_id) from bench.variant where {which} order by place");
        let rows = self.client.query(&sql, &[]).await?;
        let read = |row: &Row| Ok(Variant { slug: row.try_get(0)?, public_id: row.try_get(1)? });
        rows.iter().map(read).collect()
    }

    /// Makes `count` carts with one unit each, numbered from `first`, without asking the application.
    ///
    /// # Errors
    /// When the schema is not what the bench knows.
    pub async fn prepare_carts(&self, first: i64, count: i32) -> Result<Vec<Cart>> {
        self.client.batch_execute("set session_replication_role = replica").await?;
        let made = self.client.execute("select bench.prepare_carts($1, $2)", &[&first, &count]).await;
        self.client.batch_execute("reset session_replication_role").await?;
        made.context("cannot prepare carts")?;
        self.settle().await?;
        let sql =
            "select slug, app.public_id('crt', cart_id) from bench.call where n between $1 and $1 + $2 - 1 order by n";
        let rows = self.client.query(sql, &[&first, &i64::from(count)]).await?;
        let read = |row: &Row| Ok(Cart { slug: row.try_get(0)?, public_id: row.try_get(1)? });
        rows.iter().map(read).collect()
    }

    /// Lets the server write what is due, so that no phase pays for the one before it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn settle(&self) -> Result<()> {
        self.client.batch_execute("vacuum analyze app.cart, app.cart_item, app.stock").await?;
        self.client.batch_execute("checkpoint").await?;
        Ok(())
    }

    /// One number.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn number(&self, sql: &str) -> Result<i64> {
        Ok(self.client.query_one(sql, &[]).await?.try_get(0)?)
    }

    /// Process id of the server this bench talks to; `None` when it is on another machine.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn server_pid(&self) -> Result<Option<u32>> {
        let backend: i32 = self.client.query_one("select pg_backend_pid()", &[]).await?.try_get(0)?;
        let local = self.url.is_local().then(|| u32::try_from(backend).ok()).flatten();
        Ok(local.and_then(crate::memory::parent))
    }

    /// Deletes the database.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn delete(self) -> Result<()> {
        drop(self.client);
        drop_database(&self.url).await
    }
}

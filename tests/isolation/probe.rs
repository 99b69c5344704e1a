//! Tries, as the roles that the functions run as, to reach another tenant's rows in every table.

use serde_json::Value;
use tests::Database;
use tokio_postgres::Client;
use tokio_postgres::error::SqlState;
use uuid::Uuid;

/// A table with what a role of functions may do with it.
struct Table {
    name: String,
    role: String,
    /// The column that names the tenant or the realm.
    key: &'static str,
    select: bool,
    insert: bool,
    update: bool,
    delete: bool,
}

/// Two shops, one of which tries to reach the other.
pub struct Probe {
    own: Uuid,
    foreign: Uuid,
    tables: Vec<Table>,
}

impl Probe {
    /// Fills every table with rows of both shops, so that there is something to see.
    pub async fn prepare(database: &Database) -> Self {
        let tenant = async |slug: &str| -> Uuid {
            database.sql.query_one("select id from app.tenant where slug = $1", &[&slug]).await.unwrap().get(0)
        };
        let (own, foreign) = (tenant("qahwa").await, tenant("moda").await);
        for tenant in [own, foreign] {
            database.sql.batch_execute(&format!("set app.tenant_id = '{tenant}'; {ROWS}")).await.unwrap();
        }
        database.sql.batch_execute("reset app.tenant_id").await.unwrap();
        let tables = database.sql.query(TABLES, &[]).await.unwrap();
        let tables = tables.iter().map(|row| Table {
            name: row.get(0),
            role: row.get(1),
            key: match row.get::<_, &str>(0) {
                "app.tenant" => "id",
                name if name.starts_with("identity.") => "realm_id",
                _ => "tenant_id",
            },
            select: row.get(2),
            insert: row.get(3),
            update: row.get(4),
            delete: row.get(5),
        });
        let probe = Self { own, foreign, tables: tables.collect() };
        probe.assert_filled(&database.sql).await;
        probe
    }

    /// A probe that meets an empty table proves nothing.
    async fn assert_filled(&self, sql: &Client) {
        for table in &self.tables {
            for tenant in [self.own, self.foreign] {
                let query = format!("select count(*) from {} where {} = $1", table.name, table.key);
                let rows: i64 = sql.query_one(&query, &[&tenant]).await.unwrap().get(0);
                assert!(rows > 0, "{} has no rows of a shop", table.name);
            }
        }
    }

    /// Whatever is not as it must be: foreign rows that can be reached, own rows that cannot. Changes nothing.
    pub async fn findings(&self, sql: &Client) -> Vec<String> {
        let mut findings = Vec::new();
        for table in &self.tables {
            self.reading(sql, table, &mut findings).await;
            self.changing(sql, table, &mut findings).await;
            self.inserting(sql, table, &mut findings).await;
        }
        self.resolving(sql, &mut findings).await;
        self.operating(sql, &mut findings).await;
        findings
    }

    async fn reading(&self, sql: &Client, table: &Table, findings: &mut Vec<String>) {
        if !table.select {
            return;
        }
        let (name, key) = (&table.name, table.key);
        for (tenant, expected) in [(Some(self.own), "own rows only"), (None, "no row without a tenant")] {
            begin(sql, &table.role, tenant).await;
            // Staff share one realm: app_identity sees it from every shop, app_executor sees the members of its own.
            let staff = match (name.as_str(), table.role.as_str()) {
                ("identity.account", "app_executor") => {
                    "id in (select m.account_id from app.membership m where m.tenant_id::text = $1)"
                }
                _ => "$1::text is not null",
            };
            let query = format!(
                "select count(*) filter (where {key}::text = $1), count(*) filter (where {key}::text is distinct from $1 \
                   and not ('{key}' = 'realm_id' and $2 and {key} = '{STAFF}' and {staff})) from {name}"
            );
            let row = sql.query_one(&query, &[&self.own.to_string(), &tenant.is_some()]).await.unwrap();
            let (own, other): (i64, i64) = (row.get(0), row.get(1));
            if other > 0 || (own > 0) != tenant.is_some() {
                findings.push(format!("{name}: expected {expected}, saw {own} own and {other} others"));
            }
            rollback(sql).await;
        }
    }

    async fn changing(&self, sql: &Client, table: &Table, findings: &mut Vec<String>) {
        let (name, key) = (&table.name, table.key);
        let mut attempts = Vec::new();
        if table.update {
            attempts.push((format!("update {name} set {key} = {key} where {key} = $1"), self.foreign, false));
            attempts.push((format!("update {name} set {key} = '{}' where {key} = $1", self.foreign), self.own, true));
        }
        if table.delete {
            attempts.push((format!("delete from {name} where {key} = $1"), self.foreign, false));
        }
        for (statement, tenant, denied) in attempts {
            begin(sql, &table.role, Some(self.own)).await;
            let confined = match sql.execute(&statement, &[&tenant]).await {
                Ok(rows) => !denied && rows == 0,
                // Any other error means that the rows were reached.
                Err(error) => denied && is_denied(&error),
            };
            if !confined {
                findings.push(format!("{statement}: was not refused"));
            }
            rollback(sql).await;
        }
    }

    async fn inserting(&self, sql: &Client, table: &Table, findings: &mut Vec<String>) {
        if !table.insert {
            return;
        }
        let (name, key) = (&table.name, table.key);
        for (tenant, denied) in [(self.foreign, true), (self.own, false)] {
            let row = format!("select to_jsonb(x) from {name} x where {key} = $1 limit 1");
            let row: Value = sql.query_one(&row, &[&tenant]).await.unwrap().get(0);
            let insert = format!(
                "insert into {name} overriding system value select * from jsonb_populate_record(null::{name}, $1)"
            );
            begin(sql, &table.role, Some(self.own)).await;
            // The row exists already, but policies are checked before keys are.
            let error = sql.execute(&insert, &[&row]).await.expect_err("the same row twice");
            if is_denied(&error) != denied {
                findings.push(format!(
                    "{name}: a row of {} was {error}",
                    if denied { "the other shop" } else { "the own shop" }
                ));
            }
            rollback(sql).await;
        }
    }

    /// What must be found before a tenant is known, and by its own role alone.
    async fn resolving(&self, sql: &Client, findings: &mut Vec<String>) {
        begin(sql, "app_resolver", None).await;
        let query = "select (select count(*) from app.tenant where id <> app.platform_id()) = 3 and (select count(*) from app.tenant_domain) >= 3 \
             and (select count(*) from app.gateway_account) = 3";
        if !sql.query_one(query, &[]).await.unwrap().get::<_, bool>(0) {
            findings.push("app_resolver does not find every tenant, domain and endpoint".to_owned());
        }
        rollback(sql).await;
    }

    /// What the platform sees of every shop without being in one, and that it writes in none so.
    async fn operating(&self, sql: &Client, findings: &mut Vec<String>) {
        begin(sql, "app_operator", None).await;
        let query = "select (select count(*) from app.tenant where id <> app.platform_id()) = 3 and (select count(*) from app.tenant_domain) >= 3 \
             and (select count(*) from identity.account) >= 2 and (select count(*) from identity.account where realm_id <> app.staff_realm()) = 0";
        if !sql.query_one(query, &[]).await.unwrap().get::<_, bool>(0) {
            findings.push("app_operator does not find every tenant and domain, and the staff alone".to_owned());
        }
        if sql.execute("update app.tenant set status = status", &[]).await.is_ok_and(|rows| rows > 0) {
            findings.push("app_operator writes in shops that it is not in".to_owned());
        }
        rollback(sql).await;
    }
}

async fn begin(sql: &Client, role: &str, tenant: Option<Uuid>) {
    let tenant = tenant.map(|tenant| tenant.to_string()).unwrap_or_default();
    let statement = format!("begin; select set_config('app.tenant_id', '{tenant}', true); set local role {role}");
    sql.batch_execute(&statement).await.unwrap();
}

async fn rollback(sql: &Client) {
    sql.batch_execute("rollback").await.unwrap();
}

fn is_denied(error: &tokio_postgres::Error) -> bool {
    error.as_db_error().is_some_and(|error| {
        *error.code() == SqlState::INSUFFICIENT_PRIVILEGE && error.message().contains("row-level security")
    })
}

const STAFF: &str = "00000000-0000-0000-0000-000000000000";

const TABLES: &str = "select format('%I.%I', c.relnamespace::regnamespace, c.relname), r, \
      has_table_privilege(r, c.oid, 'select'), has_table_privilege(r, c.oid, 'insert'), \
      has_table_privilege(r, c.oid, 'update'), has_table_privilege(r, c.oid, 'delete') \
    from pg_class c cross join unnest(array['app_executor', 'app_identity', 'app_auditor', 'app_sealer']) r \
    where c.relkind in ('r', 'p') and c.relnamespace in ('app'::regnamespace, 'identity'::regnamespace, 'audit'::regnamespace) order by 1, 2";

/// One row of everything that a shop has after a purchase, with a customer and a member of its staff; the catalogue is there already.
const ROWS: &str = "
with o as (select app.uuid_v7() as id, gen_random_uuid() as cart, app.uuid_v7() as pay, app.tenant_id() as tenant,
  (select v.id from app.variant v where v.tenant_id = app.tenant_id() order by v.id limit 1) as variant,
  (select a.id from app.gateway_account a where a.tenant_id = app.tenant_id()) as account),
cart as (insert into app.cart (tenant_id, id, status, order_id) select tenant, cart, 'closed', id from o),
item as (insert into app.cart_item (tenant_id, id, cart_id, variant_id, quantity) select tenant, app.uuid_v7(), cart, variant, 1 from o),
ord as (insert into app.sales_order (tenant_id, id, number, reservation_expires_at, cart_id, email, phone, customer_name, shipping_address,
    shipping_method, currency, locale, tax_rate_bp, tax_included, subtotal_minor, shipping_minor, tax_minor, total_minor, reservation)
  select tenant, id, 'PROBE-1', now(), cart, 'a@example.com', '+966500000000', 'A', '{}', 'standard', 'SAR', 'ar', 1500, true, 100, 0, 13, 100, 'released' from o),
line as (insert into app.order_line (tenant_id, id, order_id, position, product_id, variant_id, sku, name, options, unit_price_minor, quantity, total_minor, tax_minor)
  select tenant, app.uuid_v7(), id, 1, variant, variant, 'PROBE', '{}', '{}', 100, 1, 100, 13 from o),
pay as (insert into app.payment (tenant_id, id, order_id, gateway_account_id, method, amount_minor, currency)
  select tenant, pay, id, account, 'card', 100, 'SAR' from o),
event as (insert into app.gateway_event (tenant_id, id, gateway_account_id, digest, body, event_type, outcome)
  select tenant, app.uuid_v7(), account, sha256('probe'), 'probe', 'probe', 'ignored' from o),
told as (insert into app.outbox (tenant_id, id, kind, aggregate, aggregate_id, payload) select tenant, app.uuid_v7(), 'order.created', 'order', id, '{}' from o),
feed as (insert into app.event_feed (tenant_id) select tenant from o),
key as (insert into app.idempotency (tenant_id, scope, key, fingerprint, status, lease_until, order_id, payment_id)
  select tenant, 'checkout', 'probe', 'probe', 'in_flight', now(), id, pay from o)
select from o;
with p as (select app.tenant_id() as tenant, app.staff_realm() as staff, app.uuid_v7() as customer, app.uuid_v7() as member, app.uuid_v7() as session),
account as (insert into identity.account (realm_id, id, kind, email)
  select tenant, customer, 'customer', 'customer@example.com' from p union all select staff, member, 'staff', 'member-of-' || tenant || '@example.com' from p),
credential as (insert into identity.credential (realm_id, id) select tenant, customer from p union all select staff, member from p),
device as (insert into identity.device (realm_id, id, account_id, token_sha256) select tenant, session, customer, sha256(tenant::text::bytea) from p),
provider as (insert into identity.provider (realm_id, id, name, title, flow, issuer, jwks_url, authorized_parties)
  select tenant, session, 'probe', 'Probe', 'token', 'https://id.example', 'https://id.example/jwks', '{https://shop.example}' from p),
linked as (insert into identity.external_identity (realm_id, id, provider_id, subject, account_id) select tenant, session, session, 'probe', customer from p),
challenge as (insert into identity.challenge (realm_id, id, tenant_id, purpose, expires_at) select tenant, session, tenant, 'sign_in', now() from p),
throttle as (insert into identity.throttle (realm_id, bucket, key) select tenant, 'tenant', 'probe' from p),
sealed as (insert into audit.link (tenant_id, seq, entry_id, form, hash, settled, horizon) select tenant, 1, 1, 1, sha256('probe'), 0, pg_current_xact_id() from p),
attempt as (insert into audit.attempt (tenant_id, account_kind, kind, outcome) select tenant, 'customer', 'password', 'failed' from p),
role as (insert into app.role (tenant_id, id, key, name) select tenant, session, 'probe', 'P' from p),
program as (insert into app.integration (tenant_id, id, name, scopes, rate_per_minute) select tenant, session, 'P', '{audit.view}', 60 from p),
api_key as (insert into app.api_key (tenant_id, id, integration_id, secret_hash, expires_at) select tenant, session, session, sha256('probe'), now() from p),
called as (insert into app.api_key_use (tenant_id, key_id, month) select tenant, session, '2026-01-01' from p),
invitation as (insert into app.invitation (tenant_id, id, email, role, account_id, secret_hash, expires_at)
  select tenant, session, 'probe@example.com', 'viewer', member, sha256('probe'), now() from p),
membership as (insert into app.membership (tenant_id, id, account_id, role) select tenant, session, member, 'owner' from p),
session as (insert into app.session (tenant_id, id, realm_id, account_id, epoch, methods, expires_at) select tenant, session, tenant, customer, 1, '{otp}', now() from p),
used as (insert into app.session_use (tenant_id, session_id) select tenant, session from p),
refresh as (insert into app.refresh_token (tenant_id, hash, session_id, expires_at) select tenant, sha256('probe'), session, now() from p),
message as (insert into app.message (tenant_id, id, kind, channel, recipient, sealed_body) select tenant, session, 'probe', 'email', 'a@example.com', 'sealed' from p),
address as (insert into app.customer_address (tenant_id, id, customer_id, name, phone, address) select tenant, session, customer, 'A', '+966500000000', '{}' from p)
select from p";

//! Rules of the schema, read from the catalogue.

mod audit;
mod migrations;
mod names;
mod rules;

use std::collections::BTreeSet;

use rules::{FUNCTIONS, ROLES, Rule, TABLES, TENANT_TABLE};
use tests::Database;
use tokio_postgres::{Client, SimpleQueryMessage};

fn rules() -> impl Iterator<Item = &'static Rule> {
    TABLES.iter().chain(FUNCTIONS).chain(ROLES)
}

async fn offenders(sql: &Client, rule: &Rule) -> BTreeSet<String> {
    let rows = sql.query(rule.offenders, &[]).await.unwrap_or_else(|error| panic!("{}: {error:?}", rule.name));
    rows.iter().map(|row| row.get::<_, Option<String>>(0).unwrap_or_default()).collect()
}

#[tokio::test]
async fn the_catalogue_keeps_every_rule() {
    let database = Database::start().await;
    database.sql.batch_execute(TENANT_TABLE).await.unwrap();
    let mut broken = Vec::new();
    for rule in rules() {
        let offenders = offenders(&database.sql, rule).await;
        let allowed: BTreeSet<String> = rule.allowed.iter().map(|(name, _)| (*name).to_owned()).collect();
        broken.extend(offenders.difference(&allowed).map(|name| format!("{}: {name}", rule.name)));
        // An exception that nothing needs any more hides the next offender of that name.
        broken.extend(allowed.difference(&offenders).map(|name| format!("{}: {name} is allowed in vain", rule.name)));
    }
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

#[tokio::test]
async fn every_rule_finds_what_breaks_it() {
    let database = Database::start().await;
    database.sql.batch_execute(TENANT_TABLE).await.unwrap();
    for rule in rules() {
        let before = offenders(&database.sql, rule).await;
        // Roles belong to the cluster: what is changed here is never seen outside of the transaction.
        database.sql.batch_execute("begin").await.unwrap();
        database.sql.batch_execute(rule.broken_by).await.unwrap_or_else(|error| panic!("{}: {error:?}", rule.name));
        let after = offenders(&database.sql, rule).await;
        database.sql.batch_execute("rollback").await.unwrap();
        assert!(after.difference(&before).next().is_some(), "{}: `{}` was not noticed", rule.name, rule.broken_by);
    }
}

#[tokio::test]
async fn app_user_is_refused_everything_but_the_functions() {
    let database = Database::start().await;
    let user = database.app_user_session().await;
    let tables = "select c.oid::regclass::text from pg_class c where c.relkind = 'r' and c.relnamespace in ('app'::regnamespace, 'identity'::regnamespace, 'audit'::regnamespace)";
    for row in database.sql.query(tables, &[]).await.unwrap() {
        let table: String = row.get(0);
        for statement in [
            format!("select * from {table}"),
            format!("delete from {table}"),
            format!("truncate {table}"),
            format!("copy {table} to stdout"),
        ] {
            assert_eq!(refusal(&user, &statement).await, "42501", "{statement}");
        }
    }
    for statement in [
        "set role app_executor",
        "set role app_identity",
        "set role superadmin",
        "set session authorization postgres",
        "select app.tenant_id()",
        "select app.resolve_tenant(null, 'qahwa')",
        "select * from app.live_tenants()",
        "select app.enter_session('{}')",
        "select ops.seed_tenant('{}')",
        "create table api.mine (id int)",
        "create table public.mine (id int)",
        "create schema mine",
        "create role mine",
        "alter role app_user superuser",
        "alter function api.system_ping(jsonb, jsonb) owner to app_user",
        "create or replace function api.system_ping(context jsonb, input jsonb) returns jsonb language sql as 'select null::jsonb'",
        "copy (select 1) to program 'true'",
        "select pg_read_file('/etc/passwd')",
        "select lo_import('/etc/passwd')",
    ] {
        assert_eq!(refusal(&user, statement).await, "42501", "{statement}");
    }
}

/// Whoever can run any SQL as app_user can also forge a context; what it cannot do is reach a table besides the functions.
#[tokio::test]
async fn a_setting_of_the_session_does_not_choose_the_tenant() {
    let database = Database::start().await;
    let user = database.app_user_session().await;
    let query = "select set_config('app.tenant_id', id::text, false) from app.tenant where slug = 'moda'";
    let moda: String = database.sql.query_one(query, &[]).await.unwrap().get(0);
    user.execute("select set_config('app.tenant_id', $1, false)", &[&moda]).await.unwrap();
    let shop = "select api.storefront_shop('{\"slug\": \"qahwa\"}', '{}') #>> '{data,slug}'";
    let slug: String = user.query_one(shop, &[]).await.unwrap().get(0);
    assert_eq!(slug, "qahwa");
    let none = "select api.storefront_shop('{}', '{}')";
    assert_eq!(user.query_one(none, &[]).await.unwrap_err().as_db_error().unwrap().message(), "tenant_not_found");
}

/// SQLSTATE of a statement that must fail; empty when it passed.
async fn refusal(sql: &Client, statement: &str) -> String {
    match sql.simple_query(statement).await {
        Ok(messages) => {
            assert!(
                !messages.iter().any(|message| matches!(message, SimpleQueryMessage::Row(_))),
                "{statement} returned rows"
            );
            String::new()
        }
        Err(error) => error.as_db_error().map(|error| error.code().code().to_owned()).unwrap_or_default(),
    }
}

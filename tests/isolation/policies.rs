//! Row-level security holds on every table, and the probe notices every policy that does not.

use super::probe::Probe;
use tests::Database;
use tokio_postgres::Client;

#[tokio::test]
async fn no_table_lets_another_shop_in() {
    let database = Database::start().await;
    let probe = Probe::prepare(&database).await;
    assert_eq!(probe.findings(&database.sql).await, Vec::<String>::new());
}

/// Ways in which a policy can be wrong. `{policy}` and `{table}` are replaced.
const TENANT_MUTANTS: [&str; 5] = [
    "drop policy {policy} on {table}",
    "alter table {table} disable row level security",
    "alter policy {policy} on {table} using (true) with check (true)",
    "alter policy {policy} on {table} using (true)",
    "alter policy {policy} on {table} with check (true)",
];
const RESOLVER_MUTANTS: [&str; 2] =
    ["drop policy {policy} on {table}", "alter policy {policy} on {table} to app_resolver, app_executor"];

/// For what app_executor may read of accounts.
const EXECUTOR_MUTANTS: [&str; 2] =
    ["drop policy {policy} on {table}", "alter policy {policy} on {table} using (true)"];

/// For what app_operator may read of all shops. Who sees every shop anyway has nothing to widen, but for accounts.
const OPERATOR_MUTANTS: [&str; 1] = ["drop policy {policy} on {table}"];

/// Mutants that change nothing. On a table that functions may only insert into, reading is not decided by its policy; a membership
/// can be changed but not inserted by them, and one that is moved to another shop is refused by the policy of its audit row. Providers
/// are written by operators alone.
const EQUIVALENT: [&str; 3] = [
    "alter policy provider_realm on identity.provider with check (true)",
    "alter policy membership_tenant on app.membership with check (true)",
    "alter policy attempt_tenant on audit.attempt using (true)",
];

#[tokio::test]
async fn every_policy_that_goes_missing_is_noticed() {
    let database = Database::start().await;
    let probe = Probe::prepare(&database).await;
    let policies = "select policyname::text, format('%I.%I', schemaname, tablename) from pg_policies where schemaname <> 'ops' order by 2, 1";
    let policies = database.sql.query(policies, &[]).await.unwrap();
    assert!(policies.len() > 20, "there are {} policies", policies.len());
    let mut survivors = Vec::new();
    let mut killed = 0;
    for row in &policies {
        let (policy, table): (String, String) = (row.get(0), row.get(1));
        let mutants = match policy.rsplit('_').next() {
            Some("resolver") => &RESOLVER_MUTANTS[..],
            Some("operator") if table == "identity.account" => &EXECUTOR_MUTANTS[..],
            Some("operator") => &OPERATOR_MUTANTS[..],
            Some("executor") => &EXECUTOR_MUTANTS[..],
            _ => &TENANT_MUTANTS[..],
        };
        let before = definition(&database.sql, &policy).await;
        for mutant in mutants {
            let statement = mutant.replace("{policy}", &policy).replace("{table}", &table);
            if EQUIVALENT.contains(&statement.as_str()) {
                continue;
            }
            database.sql.batch_execute(&statement).await.unwrap();
            let findings = probe.findings(&database.sql).await;
            let mine = findings.iter().any(|finding| {
                finding.contains(&table) || finding.contains("app_resolver") || finding.contains("app_operator")
            });
            if mine {
                killed += 1
            } else {
                survivors.push(statement)
            }
            database.sql.batch_execute(&restore(&policy, &table, &before)).await.unwrap();
        }
    }
    assert_eq!(survivors, Vec::<String>::new());
    assert!(killed > 100, "{killed} mutants");
    assert_eq!(probe.findings(&database.sql).await, Vec::<String>::new(), "something was not restored");
}

/// What comes after `create policy … on …`.
async fn definition(sql: &Client, policy: &str) -> String {
    let query = "select format('for %s to %s using (%s)', cmd, array_to_string(roles, ', '), qual) \
           || coalesce(' with check (' || with_check || ')', '') from pg_policies where policyname = $1";
    sql.query_one(query, &[&policy]).await.unwrap().get(0)
}

fn restore(policy: &str, table: &str, definition: &str) -> String {
    format!(
        "drop policy if exists {policy} on {table}; create policy {policy} on {table} {definition}; \
         alter table {table} enable row level security"
    )
}

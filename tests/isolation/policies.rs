//! Row-level security holds on every table, and the probe notices every policy that does not.

use super::probe::Probe;
use tests::Database;

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

/// A mutant that changes nothing: on a table that functions may only insert into, reading is not decided by its policy.
const EQUIVALENT: [&str; 1] = ["alter policy entry_tenant on audit.entry using (true)"];

#[tokio::test]
async fn every_policy_that_goes_missing_is_noticed() {
    let database = Database::start().await;
    let probe = Probe::prepare(&database).await;
    let policies = "select policyname::text, format('%I.%I', schemaname, tablename) from pg_policies order by 2, 1";
    let policies = database.sql.query(policies, &[]).await.unwrap();
    assert!(policies.len() > 20, "there are {} policies", policies.len());
    let mut survivors = Vec::new();
    let mut killed = 0;
    for row in &policies {
        let (policy, table): (String, String) = (row.get(0), row.get(1));
        let mutants = if policy.ends_with("_resolver") { &RESOLVER_MUTANTS[..] } else { &TENANT_MUTANTS };
        for mutant in mutants {
            let statement = mutant.replace("{policy}", &policy).replace("{table}", &table);
            if EQUIVALENT.contains(&statement.as_str()) {
                continue;
            }
            database.sql.batch_execute(&statement).await.unwrap();
            let findings = probe.findings(&database.sql).await;
            let mine = findings.iter().any(|finding| finding.contains(&table) || finding.contains("app_resolver"));
            if mine {
                killed += 1
            } else {
                survivors.push(statement)
            }
            database.sql.batch_execute(&restore(&policy, &table)).await.unwrap();
        }
    }
    assert_eq!(survivors, Vec::<String>::new());
    assert!(killed > 100, "{killed} mutants");
    assert_eq!(probe.findings(&database.sql).await, Vec::<String>::new(), "something was not restored");
}

fn restore(policy: &str, table: &str) -> String {
    let condition = match (policy.ends_with("_resolver"), table) {
        (true, _) => "for select to app_resolver using (true)".to_owned(),
        (false, "app.tenant") => {
            "using (id = (select app.tenant_id())) with check (id = (select app.tenant_id()))".to_owned()
        }
        _ => {
            "using (tenant_id = (select app.tenant_id())) with check (tenant_id = (select app.tenant_id()))".to_owned()
        }
    };
    format!(
        "drop policy if exists {policy} on {table}; create policy {policy} on {table} {condition}; \
         alter table {table} enable row level security"
    )
}

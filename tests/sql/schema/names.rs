//! A function is found where its name says.

use std::collections::BTreeSet;
use std::path::Path;

use tests::{Database, root};

/// Helpers that come with the schema itself, since tables and policies need them.
const OF_THE_SCHEMA: [&str; 25] = [
    "app.account_id",
    "app.actor",
    "app.audit_realm_row",
    "app.audit_row",
    "app.audit_tenant",
    "app.catalog_changed",
    "app.confine_to_realm",
    "app.customer_id",
    "app.ip",
    "app.keep_product_limit",
    "app.platform_id",
    "app.product_search",
    "app.protect",
    "app.protect_realm",
    "app.raise_account_epoch",
    "app.raise_membership_epoch",
    "app.realm_of",
    "app.reason",
    "app.refresh_product",
    "app.request_id",
    "app.session_id",
    "app.staff_realm",
    "app.tenant_id",
    "app.touch_row",
    "app.variant_changed",
];

/// `api/app/enter.sql` is app.enter, `api/ops/seed_tenant.sql` ops.seed_tenant, `api/cart/add.sql` api.cart_add.
fn named_by_files(folder: &Path) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for group in std::fs::read_dir(folder).unwrap().map(Result::unwrap).filter(|entry| entry.path().is_dir()) {
        let schema = group.file_name().into_string().unwrap();
        for file in std::fs::read_dir(group.path()).unwrap().map(Result::unwrap) {
            let function = file.file_name().into_string().unwrap();
            let function = function.strip_suffix(".sql").unwrap_or_else(|| panic!("{function} is no SQL file"));
            names.insert(match schema.as_str() {
                "app" | "ops" => format!("{schema}.{function}"),
                group => format!("api.{group}_{function}"),
            });
        }
    }
    names
}

#[tokio::test]
async fn every_function_is_named_as_its_file() {
    let database = Database::start().await;
    let query = "select p.pronamespace::regnamespace || '.' || p.proname from pg_proc p \
         where p.pronamespace in ('app'::regnamespace, 'api'::regnamespace, 'ops'::regnamespace, 'audit'::regnamespace, 'identity'::regnamespace)";
    let rows = database.sql.query(query, &[]).await.unwrap();
    let defined: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    let unique: BTreeSet<String> = defined.iter().cloned().collect();
    assert_eq!(defined.len(), unique.len(), "an overload: {defined:?}");
    let mut named = named_by_files(&root().join("migrations/api"));
    named.extend(OF_THE_SCHEMA.map(str::to_owned));
    assert_eq!(unique.symmetric_difference(&named).collect::<Vec<_>>(), Vec::<&String>::new());
}

//! The audit trail says who changed what, and cannot be changed itself.

use serde_json::{Value, json};
use tests::Database;
use uuid::Uuid;

#[tokio::test]
async fn a_change_is_told_with_its_actor_request_address_and_reason() {
    let database = Database::start().await;
    let user = database.app_user_session().await;
    let (cart, item) = (Uuid::new_v4(), Uuid::now_v7());
    let variant = "select v.id from app.variant v join app.tenant t on t.id = v.tenant_id where t.slug = 'oud' order by v.id limit 1";
    let variant: Uuid = database.sql.query_one(variant, &[]).await.unwrap().get(0);
    let context = json!({"slug": "oud", "actor": "guest", "request_id": "request-of-the-audit", "ip": "192.0.2.7",
        "reason": "she asked for it"});
    let calls = [
        ("api.cart_create", json!({"id": cart})),
        (
            "api.cart_add",
            json!({"cart_id": cart, "item_id": item, "variant_id": variant, "quantity": 2, "max_quantity": 9, "max_items": 9}),
        ),
        ("api.cart_set", json!({"cart_id": cart, "item_id": item, "quantity": 5})),
        ("api.cart_remove", json!({"cart_id": cart, "item_id": item})),
    ];
    for (function, input) in calls {
        user.query_one(&format!("select {function}($1, $2)"), &[&context, &input]).await.unwrap();
    }
    let entries = "select e.action, e.actor, e.request_id, e.ip, e.before, e.after, app.audit_view(e) ->> 'reason' from audit.entry e \
         where e.table_name = 'cart_item' and e.row_id = $1 order by e.id";
    let entries = database.sql.query(entries, &[&item.to_string()]).await.unwrap();
    let quantity = |value: Option<Value>| value.map(|value| value["quantity"].as_i64().unwrap());
    let told: Vec<(String, Option<i64>, Option<i64>)> =
        entries.iter().map(|row| (row.get(0), quantity(row.get(4)), quantity(row.get(5)))).collect();
    assert_eq!(
        told,
        [("insert".into(), None, Some(2)), ("update".into(), Some(2), Some(5)), ("delete".into(), Some(5), None)]
    );
    for row in &entries {
        let who: [String; 4] = [row.get(1), row.get(2), row.get(3), row.get(6)];
        assert_eq!(who, ["guest", "request-of-the-audit", "192.0.2.7", "she asked for it"]);
    }
    // Who gives no reason, in the same session too, leaves none.
    let context = json!({"slug": "oud", "actor": "guest"});
    user.query_one("select api.cart_create($1, $2)", &[&context, &json!({"id": item})]).await.unwrap();
    let without = "select e.reason from audit.entry e where e.table_name = 'cart' and e.row_id = $1";
    let without = database.sql.query_one(without, &[&item.to_string()]).await.unwrap();
    assert_eq!(without.get::<_, Option<String>>(0), None);
}

#[tokio::test]
async fn entries_hold_no_secret_and_no_picture() {
    let database = Database::start().await;
    let query = "select count(*) from audit.entry e where coalesce(e.after, e.before) ?| array['content', 'webhook_secret_sha256', \
         'webhook_secret_previous_sha256', 'body']";
    assert_eq!(database.sql.query_one(query, &[]).await.unwrap().get::<_, i64>(0), 0);
    let seeded = "select count(*) from audit.entry where table_name in ('media', 'gateway_account')";
    assert!(database.sql.query_one(seeded, &[]).await.unwrap().get::<_, i64>(0) > 3, "the seeds were not audited");
}

#[tokio::test]
async fn no_role_of_the_application_can_rewrite_it() {
    let database = Database::start().await;
    for role in [
        "app_executor",
        "app_identity",
        "app_user",
        "app_admin",
        "app_resolver",
        "app_auditor",
        "app_sealer",
        "app_operator",
    ] {
        for statement in [
            "update audit.entry set actor = 'nobody'",
            "delete from audit.entry",
            "truncate audit.entry",
            "select * from audit.entry",
            "alter table audit.entry disable trigger all",
            "drop table audit.entry",
            "update audit.attempt set outcome = 'succeeded'",
            "delete from audit.attempt",
            "truncate audit.attempt",
            "select * from audit.attempt",
            "update audit.link set hash = sha256('')",
            "delete from audit.link",
            "truncate audit.link",
            "select * from audit.link",
        ] {
            // Those that read it do nothing else.
            let reads = ["select * from audit.entry", "select * from audit.link"].contains(&statement);
            if ["app_auditor", "app_sealer"].contains(&role) && reads {
                continue;
            }
            database.sql.batch_execute(&format!("begin; set local role {role}")).await.unwrap();
            let error = database.sql.batch_execute(statement).await.expect_err(statement);
            assert_eq!(error.as_db_error().unwrap().code().code(), "42501", "{role}: {statement}");
            database.sql.batch_execute("rollback").await.unwrap();
        }
    }
}

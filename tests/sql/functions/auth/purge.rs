//! What has had its time is forgotten; what is alive stays.

use serde_json::json;
use tests::Database;

use super::super::call;
use super::{Caller, count};

#[tokio::test]
async fn what_is_over_goes_and_what_is_alive_stays() {
    let database = Database::start().await;
    let mut shopper = Caller::new(&database, "qahwa", "customer").await;
    shopper.account("noura@example.com", "one").await;
    shopper.sign_in("noura@example.com").await;
    let context = json!({"actor": "job", "request_id": "purge"});
    let purge = async |limit: i32| {
        call(&database.sql, "jobs_identity_purge", &context, &json!({"limit": limit})).await.unwrap()
    };
    assert_eq!(purge(100).await, json!({"done": 0, "more": false}));
    shopper.call("auth_me", json!({})).await.unwrap();

    let aged = "begin; select set_config('app.tenant_id', id::text, true) from app.tenant where slug = 'qahwa'; \
         update identity.challenge set expires_at = now() - interval '25 hours'; update identity.throttle set last_at = now() - interval '25 hours'; \
         update app.session set expires_at = now() - interval '91 days'; update identity.device set seen_at = now() - interval '2 years'; \
         update app.message set created_at = now() - interval '31 days'; commit";
    database.sql.batch_execute(aged).await.unwrap();
    let first = purge(1).await;
    assert_eq!(first["more"], true);
    purge(100).await;
    for table in [
        "identity.challenge",
        "identity.throttle",
        "identity.device",
        "app.session",
        "app.session_use",
        "app.refresh_token",
        "app.message",
    ] {
        assert_eq!(count(&database, &format!("select count(*) from {table}")).await, 0, "{table}");
    }
    assert_eq!(count(&database, "select count(*) from identity.account where kind = 'customer'").await, 1);
    assert!(count(&database, "select count(*) from audit.attempt").await > 0);
}

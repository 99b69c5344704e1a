//! Who is signed in is looked at in every statement.

use serde_json::json;
use tests::Database;
use uuid::Uuid;

use super::{Caller, code, count};

#[tokio::test]
async fn a_session_is_ended_by_its_owner_alone() {
    let database = Database::start().await;
    let mut shopper = Caller::new(&database, "qahwa", "customer").await;
    shopper.account("noura@example.com", "one").await;
    let first = shopper.sign_in("noura@example.com").await;
    let there = shopper.again(&database).await;
    let second = shopper.sign_in("noura@example.com").await;
    let mut stranger = Caller::new(&database, "qahwa", "customer").await;
    stranger.account("other@example.com", "one").await;
    stranger.sign_in("other@example.com").await;

    let listed = shopper.call("auth_sessions", json!({})).await.unwrap();
    let listed: Vec<_> =
        listed["sessions"].as_array().unwrap().iter().map(|s| (&s["id"], s["current"] == true)).collect();
    assert_eq!(listed.len(), 2);
    assert!(listed.contains(&(&first["session_id"], false)) && listed.contains(&(&second["session_id"], true)));
    let end = json!({"session_id": first["session_id"]});
    assert_eq!(code(stranger.call("auth_end_session", end.clone()).await), "404 session_not_found");
    there.call("auth_me", json!({})).await.unwrap();
    assert_eq!(shopper.call("auth_end_session", end.clone()).await.unwrap()["ended"], json!([first["session_id"]]));
    assert_eq!(code(shopper.call("auth_end_session", end).await), "404 session_not_found");
    assert_eq!(code(shopper.call("auth_end_session", json!({})).await), "404 session_not_found");
    assert_eq!(code(there.call("auth_me", json!({})).await), "401 session_ended");

    let mut third = shopper.again(&database).await;
    let third_id = third.sign_in("noura@example.com").await["session_id"].clone();
    assert_eq!(shopper.call("auth_end_session", json!({"others": true})).await.unwrap()["ended"], json!([third_id]));
    assert_eq!(shopper.call("auth_logout", json!({})).await.unwrap()["session_id"], second["session_id"]);
    assert_eq!(code(shopper.call("auth_me", json!({})).await), "401 session_ended");
    stranger.call("auth_me", json!({})).await.unwrap();
}

#[tokio::test]
async fn logging_out_needs_no_access_token() {
    let database = Database::start().await;
    let mut shopper = Caller::new(&database, "qahwa", "customer").await;
    shopper.account("noura@example.com", "one").await;
    let id = shopper.sign_in("noura@example.com").await["session_id"].clone();
    let mut without = shopper.again(&database).await;
    without.session = None;
    let token = json!({"refresh_hash": super::hash(&format!("refresh {}", id.as_str().unwrap()))});
    assert_eq!(without.call("auth_logout", token.clone()).await.unwrap()["session_id"], id);
    assert_eq!(code(shopper.call("auth_me", json!({})).await), "401 session_ended");
    assert_eq!(without.call("auth_logout", token).await.unwrap()["session_id"], json!(null));
    assert_eq!(without.call("auth_logout", json!({})).await.unwrap()["session_id"], json!(null));
}

/// Every function refuses a token that is not of this session, account, kind, epoch or shop, and one whose session is over.
#[tokio::test]
async fn what_a_token_says_must_be_so_now() {
    let database = Database::start().await;
    let mut shopper = Caller::new(&database, "qahwa", "customer").await;
    shopper.account("noura@example.com", "one").await;
    shopper.sign_in("noura@example.com").await;
    let good = shopper.session.clone().unwrap();
    for (field, lie) in [
        ("id", json!(Uuid::now_v7())),
        ("account_id", json!(Uuid::now_v7())),
        ("kind", json!("staff")),
        ("epoch", json!(2)),
        ("epoch", json!(0)),
        ("epoch", json!(null)),
    ] {
        let mut session = good.clone();
        session[field] = lie;
        shopper.session = Some(session);
        for (function, input) in
            [("auth_me", json!({})), ("storefront_shop", json!({})), ("cart_create", json!({"id": Uuid::new_v4()}))]
        {
            assert_eq!(code(shopper.call(function, input).await), "401 session_ended", "{field}");
        }
    }
    shopper.session = Some(good.clone());
    shopper.slug = "moda";
    assert_eq!(code(shopper.call("storefront_shop", json!({})).await), "401 session_ended");
    shopper.slug = "qahwa";
    shopper.call("storefront_shop", json!({})).await.unwrap();
    let expired = "begin; select set_config('app.tenant_id', tenant_id::text, true) from app.session; update app.session set expires_at = now(); commit";
    database.sql.batch_execute(expired).await.unwrap();
    assert_eq!(code(shopper.call("storefront_shop", json!({})).await), "401 session_ended");
    assert_eq!(count(&database, "select count(*) from app.cart").await, 0);
}

#[tokio::test]
async fn a_sensitive_action_asks_for_a_recent_sign_in() {
    let database = Database::start().await;
    let mut shopper = Caller::new(&database, "qahwa", "customer").await;
    shopper.account("noura@example.com", "one").await;
    shopper.sign_in("noura@example.com").await;
    shopper.session.as_mut().unwrap()["fresh_s"] = json!(300);
    shopper.call("auth_totp_remove", json!({})).await.unwrap();
    let older = "begin; select set_config('app.tenant_id', tenant_id::text, true) from app.session; \
         update app.session set authenticated_at = now() - interval '301 seconds'; commit";
    database.sql.batch_execute(older).await.unwrap();
    let refusal = shopper.call("auth_totp_remove", json!({})).await.unwrap_err();
    assert_eq!((refusal.code.as_str(), refusal.detail), ("403 step_up_required", json!({"max_age_s": 300})));
}

/// Whoever acts stands in the audit trail, and a session's use is noted once a minute without filling it.
#[tokio::test]
async fn use_is_noted_by_the_minute() {
    let database = Database::start().await;
    let mut shopper = Caller::new(&database, "qahwa", "customer").await;
    let id = shopper.account("noura@example.com", "one").await;
    shopper.sign_in("noura@example.com").await;
    let by_whom = format!(
        "select count(*) from audit.entry where table_name = 'session' and action = 'insert' and actor = 'cus_{}'",
        id.simple()
    );
    assert_eq!(count(&database, &by_whom).await, 1);
    let entries = count(&database, "select count(*) from audit.entry").await;
    shopper.call("auth_me", json!({})).await.unwrap();
    let fresh = "select count(*) from app.session_use u where u.seen_at > now() - interval '30 seconds'";
    database.sql.execute("update app.session_use set seen_at = now() - interval '61 seconds'", &[]).await.unwrap();
    assert_eq!(count(&database, fresh).await, 0);
    // A reading function notes it too.
    shopper.call("storefront_shop", json!({})).await.unwrap();
    assert_eq!(count(&database, fresh).await, 1);
    assert_eq!(count(&database, "select count(*) from audit.entry").await, entries);
}

#[tokio::test]
async fn a_profile_changes_by_what_people_may_change() {
    let database = Database::start().await;
    let mut shopper = Caller::new(&database, "qahwa", "customer").await;
    shopper.account("noura@example.com", "one").await;
    shopper.sign_in("noura@example.com").await;
    let patch = json!({"given_name": "Sara", "birth_date": "1990-05-01", "gender": "female", "currency": "SAR", "notify_sms": true,
        "metadata": {"size": "M"}, "email": "other@example.com", "role": "owner", "status": "suspended", "epoch": 99});
    let answer = shopper.call("auth_update_me", json!({"patch": patch})).await.unwrap();
    assert_eq!((answer["given_name"].clone(), answer["family_name"].clone()), (json!("Sara"), json!("A")));
    assert_eq!((answer["birth_date"].clone(), answer["metadata"].clone()), (json!("1990-05-01"), json!({"size": "M"})));
    assert_eq!((answer["email"].clone(), answer["role"].clone()), (json!("noura@example.com"), json!("customer")));
    let cleared =
        shopper.call("auth_update_me", json!({"patch": {"birth_date": null, "given_name": null}})).await.unwrap();
    assert_eq!((cleared["birth_date"].clone(), cleared["given_name"].clone()), (json!(null), json!("Sara")));
    assert_eq!(shopper.call("auth_me", json!({})).await.unwrap()["gender"], "female");
    shopper.session = None;
    assert_eq!(code(shopper.call("auth_me", json!({})).await), "401 authentication_required");
}

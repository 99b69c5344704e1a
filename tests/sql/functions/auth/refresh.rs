//! Refresh tokens: one child each, a short grace for its parent, the end for anybody who comes later.

use serde_json::json;
use tests::Database;

use super::{Caller, at_once, code, count, successes};

async fn signed_in(database: &Database) -> (Caller, String) {
    let mut shopper = Caller::new(database, "qahwa", "customer").await;
    shopper.account("noura@example.com", "one").await;
    let answer = shopper.sign_in("noura@example.com").await;
    (shopper, format!("refresh {}", answer["session_id"].as_str().unwrap()))
}

#[tokio::test]
async fn a_thousand_at_once_have_one_child() {
    let database = Database::start().await;
    let (shopper, token) = signed_in(&database).await;
    // 1,000 requests over 40 connections, as a pool would have it.
    let outcomes = at_once(&database, &shopper, 40, async |caller, worker| {
        let mut last = None;
        for n in 0..25 {
            let answer = caller.refresh(&token, &format!("child {worker} {n}")).await?;
            let sealed = answer["child_sealed"].clone();
            assert!(last.is_none_or(|last| last == sealed), "another child");
            last = Some(sealed);
        }
        Ok(last.unwrap())
    })
    .await;
    assert_eq!(successes(&outcomes), 40, "{outcomes:?}");
    let first = outcomes[0].as_ref().unwrap();
    assert!(outcomes.iter().all(|outcome| outcome.as_ref().unwrap() == first));
    assert_eq!(count(&database, "select count(*) from app.refresh_token where parent_hash is not null").await, 1);
}

#[tokio::test]
async fn the_penultimate_token_ends_the_session() {
    let database = Database::start().await;
    let (shopper, token) = signed_in(&database).await;
    assert_eq!(shopper.refresh(&token, "b").await.unwrap()["child"], "new");
    assert_eq!(shopper.refresh(&token, "c").await.unwrap()["child_sealed"], "sealed b");
    assert_eq!(shopper.refresh("b", "c").await.unwrap()["child"], "new");
    shopper.call("auth_me", json!({})).await.unwrap();
    // Within the grace of ten seconds, but no longer the parent of the last one.
    let refusal = shopper.refresh(&token, "d").await.unwrap_err();
    assert_eq!(refusal.code, "401 session_ended");
    assert_eq!(refusal.detail["session_id"], shopper.session.as_ref().unwrap()["id"]);
    assert_eq!(code(shopper.refresh("c", "d").await), "401 session_ended");
    assert_eq!(code(shopper.call("auth_me", json!({})).await), "401 session_ended");
    let ended = "select count(*) from audit.entry e where e.table_name = 'session' and e.action = 'update' and e.after ->> 'end_reason' = 'refresh_reuse'";
    assert_eq!(count(&database, ended).await, 1);
    assert_eq!(count(&database, "select count(*) from audit.attempt where outcome = 'reused'").await, 1);
}

#[tokio::test]
async fn the_grace_is_ten_seconds() {
    let database = Database::start().await;
    let (shopper, token) = signed_in(&database).await;
    shopper.refresh(&token, "b").await.unwrap();
    let older = "update app.refresh_token set used_at = used_at - interval '11 seconds' where used_at is not null";
    database.sql.execute(older, &[]).await.unwrap();
    assert_eq!(code(shopper.refresh(&token, "c").await), "401 session_ended");
    assert_eq!(code(shopper.refresh("b", "c").await), "401 session_ended");
}

#[tokio::test]
async fn what_is_over_is_not_refreshed() {
    let database = Database::start().await;
    let (mut shopper, token) = signed_in(&database).await;
    // A refresh comes without an access token: that one has run out.
    shopper.session = None;
    let mut staff = shopper.again(&database).await;
    staff.kind = "staff";
    assert_eq!(code(staff.refresh(&token, "b").await), "401 session_ended");
    let mut elsewhere = shopper.again(&database).await;
    elsewhere.slug = "moda";
    assert_eq!(code(elsewhere.refresh(&token, "b").await), "401 session_ended");
    assert_eq!(code(shopper.refresh("never given", "b").await), "401 session_ended");
    for over in [
        "update app.refresh_token set expires_at = now()",
        "update app.session set expires_at = now()",
        "update app.session set ended_at = now(), end_reason = 'test'",
        "update identity.account set epoch = epoch + 1",
        "update identity.account set status = 'suspended'",
        "update identity.account set deleted_at = now()",
    ] {
        let tenant = "select set_config('app.tenant_id', id::text, true) from app.tenant where slug = 'qahwa'";
        database.sql.batch_execute(&format!("begin; {tenant}; {over}; commit")).await.unwrap();
        assert_eq!(code(shopper.refresh(&token, "b").await), "401 session_ended", "{over}");
        let undo = "update app.refresh_token set expires_at = now() + interval '1 day'; update app.session set expires_at = now() + interval '1 day', \
             ended_at = null, end_reason = null; update identity.account set status = 'active', deleted_at = null; \
             update app.session s set epoch = a.epoch from identity.account a where a.id = s.account_id";
        database.sql.batch_execute(&format!("begin; {tenant}; {undo}; commit")).await.unwrap();
    }
    assert_eq!(shopper.refresh(&token, "b").await.unwrap()["child"], "new");
}

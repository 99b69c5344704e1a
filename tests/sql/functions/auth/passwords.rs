//! Setting passwords: by a link, or by knowing the present one.

use serde_json::json;
use tests::Database;
use uuid::Uuid;

use super::{Caller, Outcome, at_once, code, count, hash, message, seed_staff, successes, traits};

async fn forgot(caller: &Caller, email: &str, secret: &str) {
    let input = json!({"email": email, "identifier_hash": hash(email), "message": message("reset"),
        "challenge": {"id": Uuid::now_v7(), "secret_hash": hash(secret), "ttl_s": 900}});
    caller.call("auth_forgot", input).await.unwrap();
}

async fn reset(caller: &Caller, account: Uuid, secret: &str, password: &str) -> Outcome {
    let input = json!({"account_id": account, "secret_hash": hash(secret), "password_hash": format!("a slow and salted hash of {password}"),
        "fingerprint": hash(&format!("{account} {password}")), "traits": traits()});
    caller.call("auth_reset", input).await
}

async fn change(caller: &Caller, account: Uuid, current: &str, new: &str) -> Outcome {
    let print = |password: &str| hash(&format!("{account} {password}"));
    let input = json!({"current_fingerprint": print(current), "password_hash": format!("a slow and salted hash of {new}"), "fingerprint": print(new),
        "traits": traits(), "identifier_hash": hash("noura@example.com")});
    caller.call("auth_change_password", input).await
}

#[tokio::test]
async fn a_link_works_once_and_ends_every_session() {
    let database = Database::start().await;
    let mut shopper = Caller::new(&database, "qahwa", "customer").await;
    let id = shopper.account("noura@example.com", "one").await;
    let answer = shopper.sign_in("noura@example.com").await;
    forgot(&shopper, "noura@example.com", "old link").await;
    forgot(&shopper, "noura@example.com", "link").await;
    forgot(&shopper, "nobody@example.com", "link of nobody").await;
    assert_eq!(count(&database, "select count(*) from app.message where kind = 'reset'").await, 2);
    assert_eq!(code(reset(&shopper, id, "old link", "two").await), "422 link_invalid");
    assert_eq!(code(reset(&shopper, Uuid::now_v7(), "link", "two").await), "422 link_invalid");
    assert_eq!(code(reset(&shopper, id, "link", "one").await), "422 password_reused");
    let outcomes = at_once(&database, &shopper, 50, async |mut caller, n| {
        caller.session = None;
        reset(&caller, id, "link", &format!("two {n}")).await
    })
    .await;
    assert_eq!(successes(&outcomes), 1);
    let done = outcomes.into_iter().find_map(Result::ok).unwrap();
    assert_eq!(done["ended"], json!([answer["session_id"]]));
    assert_eq!(code(shopper.call("auth_me", json!({})).await), "401 session_ended");
}

#[tokio::test]
async fn a_link_leaves_second_factors_alone() {
    let database = Database::start().await;
    let mut shopper = Caller::new(&database, "qahwa", "customer").await;
    let id = shopper.account("noura@example.com", "one").await;
    shopper.sign_in("noura@example.com").await;
    let enrol = json!({"totp_sealed": "sealed", "step": 1, "recovery_hashes": [hash("recovery")]});
    shopper.call("auth_totp_confirm", enrol).await.unwrap();
    shopper.session = None;
    forgot(&shopper, "noura@example.com", "link").await;
    reset(&shopper, id, "link", "two").await.unwrap();
    let found = shopper.find("noura@example.com", None).await.unwrap();
    assert_eq!(found["account"]["totp_sealed"], "sealed");
    assert_eq!(found["account"]["password_hash"], "a slow and salted hash of two");
}

#[tokio::test]
async fn a_link_that_was_sent_to_another_address_proves_nothing() {
    let database = Database::start().await;
    let shopper = Caller::new(&database, "qahwa", "customer").await;
    let id = shopper.account("noura@example.com", "one").await;
    forgot(&shopper, "noura@example.com", "link").await;
    let tenant = "select set_config('app.tenant_id', id::text, true) from app.tenant where slug = 'qahwa'";
    database
        .sql
        .batch_execute(&format!(
            "begin; {tenant}; update identity.account set email = 'new@example.com' where kind = 'customer'; commit"
        ))
        .await
        .unwrap();
    assert_eq!(code(reset(&shopper, id, "link", "two").await), "422 link_invalid");
}

#[tokio::test]
async fn the_last_five_are_not_taken_again() {
    let database = Database::start().await;
    let mut shopper = Caller::new(&database, "qahwa", "customer").await;
    let id = shopper.account("noura@example.com", "0").await;
    shopper.sign_in("noura@example.com").await;
    for n in 1..=5 {
        let answer = change(&shopper, id, &(n - 1).to_string(), &n.to_string()).await.unwrap();
        shopper.session.as_mut().unwrap()["epoch"] = answer["epoch"].clone();
    }
    for recent in 1..=5 {
        assert_eq!(code(change(&shopper, id, "5", &recent.to_string()).await), "422 password_reused");
    }
    change(&shopper, id, "5", "0").await.unwrap();
}

#[tokio::test]
async fn a_change_ends_the_other_sessions_and_this_one_goes_on() {
    let database = Database::start().await;
    let mut shopper = Caller::new(&database, "qahwa", "customer").await;
    let id = shopper.account("noura@example.com", "one").await;
    let other = shopper.sign_in("noura@example.com").await;
    let elsewhere = shopper.again(&database).await;
    shopper.sign_in("noura@example.com").await;
    for _ in 0..4 {
        assert_eq!(code(change(&shopper, id, "wrong", "two").await), "401 invalid_credentials");
    }
    assert_eq!(code(change(&shopper, id, "one", "two").await), "429 too_many_attempts");
    database.sql.execute("delete from identity.throttle", &[]).await.unwrap();
    let answer = change(&shopper, id, "one", "two").await.unwrap();
    assert_eq!(answer["ended"], json!([other["session_id"]]));
    assert_eq!(code(elsewhere.call("auth_me", json!({})).await), "401 session_ended");
    assert_eq!(code(shopper.call("auth_me", json!({})).await), "401 session_ended", "the token of the old epoch");
    shopper.session.as_mut().unwrap()["epoch"] = answer["epoch"].clone();
    shopper.call("auth_me", json!({})).await.unwrap();
}

/// The password is checked between two statements: what changed meanwhile refuses the second one.
#[tokio::test]
async fn a_login_that_a_reset_overtakes_is_refused() {
    let database = Database::start().await;
    let shopper = Caller::new(&database, "qahwa", "customer").await;
    let id = shopper.account("noura@example.com", "one").await;
    let found = shopper.find("noura@example.com", None).await.unwrap();
    forgot(&shopper, "noura@example.com", "link").await;
    reset(&shopper, id, "link", "two").await.unwrap();
    let input = json!({"account_id": id, "epoch": found["account"]["epoch"], "methods": ["password"],
        "identifier_hash": hash("noura@example.com"), "session": super::session(), "device": super::device(None), "cart": {}});
    assert_eq!(code(shopper.call("auth_sign_in", input).await), "401 invalid_credentials");
    assert_eq!(count(&database, "select count(*) from app.session").await, 0);
}

#[tokio::test]
async fn seeded_staff_set_their_password_by_the_link() {
    let database = Database::start().await;
    let seeded = seed_staff(&database, "qahwa", "Owner@Example.com", "owner").await;
    assert_eq!(seed_staff(&database, "qahwa", "owner@example.com", "owner").await["account_id"], seeded["account_id"]);
    let mut owner = Caller::new(&database, "qahwa", "staff").await;
    assert_eq!(owner.find("owner@example.com", None).await.unwrap()["account"], json!(null));
    forgot(&owner, "owner@example.com", "link").await;
    let id: Uuid = serde_json::from_value(seeded["account_id"].clone()).unwrap();
    reset(&owner, id, "link", "one").await.unwrap();
    let answer = owner.sign_in("owner@example.com").await;
    assert_eq!((answer["role"].clone(), answer["account"]["email_verified"].clone()), (json!("owner"), json!(true)));
}

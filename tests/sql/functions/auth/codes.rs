//! One-time codes: ten minutes, five tries, once.

use serde_json::json;
use tests::Database;

use super::{Caller, at_once, code, count, hash, seed_staff, successes};

const PHONE: &str = "+966512345678";

#[tokio::test]
async fn a_customer_comes_into_being_at_the_first_code() {
    let database = Database::start().await;
    let shopper = Caller::new(&database, "qahwa", "customer").await;
    let challenge = shopper.ask_code("sign_in", "sms", PHONE, "123456").await;
    assert_eq!(count(&database, "select count(*) from identity.account where kind = 'customer'").await, 0);
    let first = shopper.enter_code(challenge, "123456").await.unwrap();
    assert_eq!((first["created"].clone(), first["account"]["phone_verified"].clone()), (json!(true), json!(true)));
    let challenge = shopper.ask_code("sign_in", "sms", PHONE, "654321").await;
    let second = shopper.enter_code(challenge, "654321").await.unwrap();
    assert_eq!(
        (second["created"].clone(), second["account"]["id"].clone()),
        (json!(false), first["account"]["id"].clone())
    );
}

#[tokio::test]
async fn two_first_codes_at_once_make_one_customer() {
    let database = Database::start().await;
    let shopper = Caller::new(&database, "qahwa", "customer").await;
    let mut challenges = Vec::new();
    for _ in 0..8 {
        challenges.push(shopper.ask_code("sign_in", "sms", PHONE, "123456").await);
    }
    let outcomes =
        at_once(&database, &shopper, 8, async |caller, n| caller.enter_code(challenges[n], "123456").await).await;
    assert_eq!(successes(&outcomes), 8, "{outcomes:?}");
    assert_eq!(outcomes.iter().filter(|outcome| outcome.as_ref().unwrap()["created"] == true).count(), 1);
    assert_eq!(count(&database, "select count(*) from identity.account where kind = 'customer'").await, 1);
}

#[tokio::test]
async fn a_code_that_is_used_fifty_times_at_once_works_once() {
    let database = Database::start().await;
    let shopper = Caller::new(&database, "qahwa", "customer").await;
    let challenge = shopper.ask_code("sign_in", "sms", PHONE, "123456").await;
    let outcomes =
        at_once(&database, &shopper, 50, async |caller, _| caller.enter_code(challenge, "123456").await).await;
    assert_eq!(successes(&outcomes), 1);
    assert_eq!(count(&database, "select count(*) from app.session").await, 1);
}

#[tokio::test]
async fn five_tries_and_ten_minutes() {
    let database = Database::start().await;
    let shopper = Caller::new(&database, "qahwa", "customer").await;
    let challenge = shopper.ask_code("sign_in", "sms", PHONE, "123456").await;
    let guesses =
        at_once(&database, &shopper, 20, async |caller, n| caller.enter_code(challenge, &n.to_string()).await).await;
    assert_eq!(successes(&guesses), 0);
    assert_eq!(count(&database, "select tries::bigint from identity.challenge").await, 5);
    assert_eq!(code(shopper.enter_code(challenge, "123456").await), "401 invalid_code");
    let late = shopper.ask_code("sign_in", "sms", PHONE, "123456").await;
    database.sql.execute("update identity.challenge set expires_at = now()", &[]).await.unwrap();
    assert_eq!(code(shopper.enter_code(late, "123456").await), "401 invalid_code");
    let elsewhere = shopper.ask_code("sign_in", "sms", PHONE, "123456").await;
    let moda = Caller::new(&database, "moda", "customer").await;
    assert_eq!(code(moda.enter_code(elsewhere, "123456").await), "401 invalid_code");
    shopper.enter_code(elsewhere, "123456").await.unwrap();
}

#[tokio::test]
async fn staff_that_nobody_knows_get_no_code_and_the_same_answer() {
    let database = Database::start().await;
    seed_staff(&database, "qahwa", "owner@example.com", "owner").await;
    let staff = Caller::new(&database, "qahwa", "staff").await;
    let unknown = staff.ask_code("sign_in", "email", "nobody@example.com", "123456").await;
    let known = staff.ask_code("sign_in", "email", "owner@example.com", "123456").await;
    assert_eq!(count(&database, "select count(*) from app.message").await, 1);
    assert_eq!(code(staff.enter_code(unknown, "123456").await), "401 invalid_code");
    assert_eq!(staff.enter_code(known, "123456").await.unwrap()["role"], "owner");
    // A member of one shop is nobody in another.
    let moda = Caller::new(&database, "moda", "staff").await;
    let other = moda.ask_code("sign_in", "email", "owner@example.com", "123456").await;
    assert_eq!(code(moda.enter_code(other, "123456").await), "401 invalid_code");
}

#[tokio::test]
async fn a_code_alone_is_not_enough_where_two_factors_are_asked_for() {
    let database = Database::start().await;
    seed_staff(&database, "qahwa", "owner@example.com", "owner").await;
    let mut staff = Caller::new(&database, "qahwa", "staff").await;
    let challenge = staff.ask_code("sign_in", "email", "owner@example.com", "123456").await;
    let answer = staff.enter_code(challenge, "123456").await.unwrap();
    for (policy, refused) in [("required", true), ("optional", false), ("off", false)] {
        database.sql.execute("update app.tenant set mfa = $1 where slug = 'qahwa'", &[&policy]).await.unwrap();
        let challenge = staff.ask_code("sign_in", "email", "owner@example.com", "123456").await;
        let outcome = staff.enter_code(challenge, "123456").await;
        assert_eq!(outcome.err().map(|refusal| refusal.code), refused.then(|| "403 second_factor_required".to_owned()));
    }
    staff.signed_in(&answer);
    let enrol = json!({"totp_sealed": "sealed", "step": 1, "recovery_hashes": []});
    staff.call("auth_totp_confirm", enrol).await.unwrap();
    let challenge = staff.ask_code("sign_in", "email", "owner@example.com", "123456").await;
    let answer = staff.enter_code(challenge, "123456").await.unwrap();
    assert_eq!(answer["second_factor"]["methods"], json!(["totp"]));
    let next = json!({"challenge_id": answer["second_factor"]["challenge_id"], "method": "totp", "totp_step": 2, "session": super::session(),
        "device": super::device(None)});
    assert_eq!(staff.call("auth_challenge", next).await.unwrap()["role"], "owner");
}

#[tokio::test]
async fn a_signed_in_customer_takes_an_address_by_its_code() {
    let database = Database::start().await;
    let mut shopper = Caller::new(&database, "qahwa", "customer").await;
    let mut other = Caller::new(&database, "qahwa", "customer").await;
    for (caller, phone) in [(&mut shopper, PHONE), (&mut other, "+966598765432")] {
        let challenge = caller.ask_code("sign_in", "sms", phone, "123456").await;
        let answer = caller.enter_code(challenge, "123456").await.unwrap();
        caller.signed_in(&answer);
    }
    let verify = async |caller: &Caller, challenge: uuid::Uuid| {
        let input = json!({"purpose": "verify_email", "challenge_id": challenge, "code_hash": hash(&format!("{challenge} 123456"))});
        caller.call("auth_verify", input).await
    };
    let mine = shopper.ask_code("verify_email", "email", "noura@example.com", "123456").await;
    let theirs = other.ask_code("verify_email", "email", "noura@example.com", "123456").await;
    // Somebody else who has the code is still somebody else.
    assert_eq!(code(verify(&other, mine).await), "401 invalid_code");
    assert_eq!(verify(&shopper, mine).await.unwrap()["account"]["email"], "noura@example.com");
    assert_eq!(code(verify(&other, theirs).await), "409 address_taken");
    shopper.session = None;
    let challenge = shopper.ask_code("sign_in", "email", "noura@example.com", "123456").await;
    assert_eq!(shopper.enter_code(challenge, "123456").await.unwrap()["account"]["phone"], PHONE);
}

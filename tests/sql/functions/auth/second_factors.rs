//! Second factors: each step, code and recovery code is good for one sign-in.

use serde_json::{Value, json};
use tests::Database;
use uuid::Uuid;

use super::{Caller, Outcome, at_once, code, count, device, hash, message, session, successes};

const EMAIL: &str = "noura@example.com";

/// A customer with TOTP and two recovery codes.
async fn enrolled(database: &Database) -> Caller {
    let mut shopper = Caller::new(database, "qahwa", "customer").await;
    shopper.account(EMAIL, "one").await;
    shopper.sign_in(EMAIL).await;
    let enrol =
        json!({"totp_sealed": "sealed", "step": 100, "recovery_hashes": [hash("recovery 1"), hash("recovery 2")]});
    shopper.call("auth_totp_confirm", enrol.clone()).await.unwrap();
    assert_eq!(code(shopper.call("auth_totp_confirm", enrol).await), "409 totp_already_enrolled");
    shopper.session = None;
    shopper
}

/// A login whose password was right; the challenge of its second factor.
async fn password(caller: &Caller, code: Option<&str>) -> (Uuid, Value) {
    let found = caller.find(EMAIL, None).await.unwrap();
    let id = Uuid::now_v7();
    let mut input = json!({"account_id": found["account"]["id"], "epoch": found["account"]["epoch"], "method": "password",
        "identifier_hash": hash(EMAIL), "challenge": {"id": id, "ttl_s": 300}});
    if let Some(code) = code {
        input["challenge"]["code_hash"] = json!(hash(code));
        input["message"] = message("second_factor");
    }
    (id, caller.call("auth_second_factor", input).await.unwrap()["methods"].clone())
}

async fn answer(caller: &Caller, challenge: Uuid, method: &str, proof: Value) -> Outcome {
    let mut input = json!({"challenge_id": challenge, "method": method, "session": session(), "device": device(None),
        "cart": {"max_quantity": 10, "max_items": 3}});
    input.as_object_mut().unwrap().extend(proof.as_object().unwrap().clone());
    caller.call("auth_challenge", input).await
}

#[tokio::test]
async fn a_step_is_accepted_once_and_only_forwards() {
    let database = Database::start().await;
    let shopper = enrolled(&database).await;
    for (step, accepted) in [(100, false), (99, false), (101, true), (101, false), (105, true), (104, false)] {
        let (challenge, _) = password(&shopper, None).await;
        let outcome = answer(&shopper, challenge, "totp", json!({"totp_step": step})).await;
        assert_eq!(outcome.is_ok(), accepted, "{step}");
        database.sql.execute("delete from identity.throttle", &[]).await.unwrap();
    }
}

/// A stolen code is raced with by its owner: twenty logins, one code.
#[tokio::test]
async fn one_code_for_many_challenges_works_once() {
    let database = Database::start().await;
    let shopper = enrolled(&database).await;
    for (method, proof) in
        [("totp", json!({"totp_step": 101})), ("recovery", json!({"recovery_hash": hash("recovery 1")}))]
    {
        let mut challenges = Vec::new();
        for _ in 0..20 {
            challenges.push(password(&shopper, None).await.0);
            database.sql.execute("delete from identity.throttle", &[]).await.unwrap();
        }
        let outcomes = at_once(&database, &shopper, 20, async |caller, n| {
            answer(&caller, challenges[n], method, proof.clone()).await
        })
        .await;
        assert_eq!(successes(&outcomes), 1, "{method}");
    }
    assert_eq!(recovery_codes(&database).await, 1);
}

async fn recovery_codes(database: &Database) -> i64 {
    count(database, "select sum(cardinality(recovery_hashes))::bigint from identity.credential").await
}

#[tokio::test]
async fn a_challenge_has_five_tries_and_does_not_say_what_was_wrong() {
    let database = Database::start().await;
    let shopper = enrolled(&database).await;
    let (challenge, methods) = password(&shopper, Some("code")).await;
    assert_eq!(methods, json!(["totp", "recovery", "email"]));
    let wrong = [
        ("totp", json!({})),
        ("totp", json!({"totp_step": 100})),
        ("recovery", json!({"recovery_hash": hash("never given")})),
        ("email", json!({"code_hash": hash("another")})),
        // The code was sent by e-mail.
        ("sms", json!({"code_hash": hash("code")})),
    ];
    for (method, proof) in wrong {
        let refusal = answer(&shopper, challenge, method, proof).await.unwrap_err();
        assert_eq!((refusal.code.as_str(), refusal.detail), ("401 invalid_credentials", Value::Null));
    }
    assert_eq!(code(answer(&shopper, challenge, "totp", json!({"totp_step": 101})).await), "401 invalid_credentials");
    assert_eq!(
        code(answer(&shopper, Uuid::now_v7(), "totp", json!({"totp_step": 101})).await),
        "401 invalid_credentials"
    );
    assert_eq!(count(&database, "select count(*) from audit.attempt where outcome = 'failed'").await, 7);
}

#[tokio::test]
async fn an_e_mailed_code_signs_in_once() {
    let database = Database::start().await;
    let shopper = enrolled(&database).await;
    let (challenge, _) = password(&shopper, Some("code")).await;
    let outcomes = at_once(&database, &shopper, 50, async |caller, _| {
        answer(&caller, challenge, "email", json!({"code_hash": hash("code")})).await
    })
    .await;
    assert_eq!(successes(&outcomes), 1);
    let signed_in = outcomes.into_iter().find_map(Result::ok).unwrap();
    let methods = format!(
        "select count(*) from app.session where id = '{}' and methods = '{{password,email}}'",
        signed_in["session_id"].as_str().unwrap()
    );
    assert_eq!(count(&database, &methods).await, 1);
    // What the login charged is given back at its end.
    assert_eq!(count(&database, "select count(*) from identity.throttle where bucket = 'pair'").await, 0);
}

#[tokio::test]
async fn what_changes_meanwhile_voids_the_challenge() {
    let database = Database::start().await;
    let shopper = enrolled(&database).await;
    let tenant = "select set_config('app.tenant_id', id::text, true) from app.tenant where slug = 'qahwa'";
    for change in [
        "update identity.account set epoch = epoch + 1",
        "update identity.account set status = 'suspended'",
        "update identity.credential set totp_set_at = clock_timestamp() where totp_sealed is not null",
        "update identity.challenge set expires_at = now()",
    ] {
        database.sql.execute("delete from identity.throttle", &[]).await.unwrap();
        let (challenge, _) = password(&shopper, None).await;
        database.sql.batch_execute(&format!("begin; {tenant}; {change}; commit")).await.unwrap();
        assert_eq!(
            code(answer(&shopper, challenge, "totp", json!({"totp_step": 500})).await),
            "401 invalid_credentials",
            "{change}"
        );
        let undo = "update identity.account set status = 'active'";
        database.sql.batch_execute(&format!("begin; {tenant}; {undo}; commit")).await.unwrap();
    }
}

#[tokio::test]
async fn totp_goes_with_its_recovery_codes() {
    let database = Database::start().await;
    let mut shopper = enrolled(&database).await;
    let (challenge, _) = password(&shopper, None).await;
    let signed_in = answer(&shopper, challenge, "totp", json!({"totp_step": 101})).await.unwrap();
    assert_eq!(signed_in["account"]["recovery_codes_left"], 2);
    shopper.signed_in(&signed_in);
    let codes = json!({"recovery_hashes": [hash("new 1"), hash("new 2"), hash("new 3")]});
    shopper.call("auth_recovery_codes", codes.clone()).await.unwrap();
    assert_eq!(recovery_codes(&database).await, 3);
    shopper.call("auth_totp_remove", json!({})).await.unwrap();
    assert_eq!(recovery_codes(&database).await, 0);
    assert_eq!(code(shopper.call("auth_recovery_codes", codes).await), "409 totp_not_enrolled");
}

/// A login that sends both factors at once, as far as the database sees it: what it found, and the second statement.
async fn both_at_once(caller: &Caller, found: &Value, used: Value) -> Outcome {
    let account = &found["account"];
    let input = json!({"account_id": account["id"], "epoch": account["epoch"], "methods": ["password"], "second_factor": used,
        "identifier_hash": hash(EMAIL), "session": session(), "device": device(None), "cart": {"max_quantity": 10, "max_items": 3}});
    caller.call("auth_sign_in", input).await
}

fn totp(found: &Value, step: u64) -> Value {
    json!({"method": "totp", "totp_step": step, "totp_set_at": found["account"]["totp_set_at"]})
}

async fn methods(database: &Database, signed_in: &Value) -> Vec<String> {
    let id: Uuid = signed_in["session_id"].as_str().unwrap().parse().unwrap();
    let row = database.sql.query_one("select methods from app.session where id = $1", &[&id]).await.unwrap();
    row.get(0)
}

#[tokio::test]
async fn both_factors_at_once_use_up_the_second_one() {
    let database = Database::start().await;
    let shopper = enrolled(&database).await;
    let found = shopper.find(EMAIL, None).await.unwrap();
    let told = &found["account"];
    assert_eq!(told["totp_step"], 100);
    assert_eq!(told["recovery_hashes"], json!([hash("recovery 1"), hash("recovery 2")]));
    for (step, accepted) in [(100, false), (99, false), (101, true), (101, false), (105, true), (104, false)] {
        let outcome = both_at_once(&shopper, &found, totp(&found, step)).await;
        assert_eq!(outcome.is_ok(), accepted, "{step}");
        match outcome {
            Ok(signed_in) => assert_eq!(methods(&database, &signed_in).await, ["password", "totp"]),
            Err(refusal) => assert_eq!((&*refusal.code, refusal.detail), ("401 invalid_credentials", Value::Null)),
        }
    }
    let recovery = |code: &str| json!({"method": "recovery", "recovery_hash": hash(code)});
    for (code, accepted) in [("recovery 1", true), ("recovery 1", false), ("never given", false), ("recovery 2", true)]
    {
        let outcome = both_at_once(&shopper, &found, recovery(code)).await;
        assert_eq!(outcome.is_ok(), accepted, "{code}");
        if let Ok(signed_in) = outcome {
            assert_eq!(methods(&database, &signed_in).await, ["password", "recovery"]);
        }
    }
    assert_eq!(recovery_codes(&database).await, 0);
    let found = shopper.find(EMAIL, None).await.unwrap();
    assert_eq!((&found["account"]["totp_step"], &found["account"]["recovery_hashes"]), (&json!(105), &json!([])));
    // An unknown method proves nothing, and no second factor adds no method.
    let unknown = json!({"method": "sms", "totp_step": 900, "totp_set_at": found["account"]["totp_set_at"]});
    assert_eq!(code(both_at_once(&shopper, &found, unknown).await), "401 invalid_credentials");
    let plain = both_at_once(&shopper, &found, Value::Null).await.unwrap();
    assert_eq!(methods(&database, &plain).await, ["password"]);
}

/// What a stolen code is raced for with: twenty logins that send it with the password.
#[tokio::test]
async fn one_code_sent_with_many_passwords_works_once() {
    let database = Database::start().await;
    let shopper = enrolled(&database).await;
    let found = shopper.find(EMAIL, None).await.unwrap();
    let sessions = "select count(*) from app.session where cardinality(methods) = 2";
    for (used, all) in [(totp(&found, 101), 1), (json!({"method": "recovery", "recovery_hash": hash("recovery 1")}), 2)]
    {
        let outcomes =
            at_once(&database, &shopper, 20, async |caller, _| both_at_once(&caller, &found, used.clone()).await).await;
        assert_eq!(successes(&outcomes), 1, "{used}");
        assert_eq!(count(&database, sessions).await, all);
    }
    assert_eq!(recovery_codes(&database).await, 1);
}

/// Two steps and one are the same doors to the same codes.
#[tokio::test]
async fn a_code_is_good_for_one_of_both_flows() {
    let database = Database::start().await;
    let shopper = enrolled(&database).await;
    let (challenge, _) = password(&shopper, None).await;
    let found = shopper.find(EMAIL, None).await.unwrap();
    both_at_once(&shopper, &found, totp(&found, 101)).await.unwrap();
    assert_eq!(code(answer(&shopper, challenge, "totp", json!({"totp_step": 101})).await), "401 invalid_credentials");
    answer(&shopper, challenge, "totp", json!({"totp_step": 102})).await.unwrap();
    assert_eq!(code(both_at_once(&shopper, &found, totp(&found, 102)).await), "401 invalid_credentials");
}

#[tokio::test]
async fn what_changes_between_the_statements_uses_nothing_up() {
    let database = Database::start().await;
    let shopper = enrolled(&database).await;
    let tenant = "select set_config('app.tenant_id', id::text, true) from app.tenant where slug = 'qahwa'";
    let step = "select max(totp_step) from identity.credential";
    for change in [
        "update identity.account set epoch = epoch + 1",
        "update identity.account set status = 'suspended'",
        "update identity.credential set totp_set_at = clock_timestamp() where totp_sealed is not null",
    ] {
        database.sql.execute("delete from identity.throttle", &[]).await.unwrap();
        let found = shopper.find(EMAIL, None).await.unwrap();
        database.sql.batch_execute(&format!("begin; {tenant}; {change}; commit")).await.unwrap();
        let outcome = both_at_once(&shopper, &found, totp(&found, 500)).await;
        assert_eq!(code(outcome), "401 invalid_credentials", "{change}");
        assert_eq!(count(&database, step).await, 100, "{change}");
        // The failure stays charged.
        assert_eq!(
            count(&database, "select count::bigint from identity.throttle where bucket = 'pair'").await,
            1,
            "{change}"
        );
        let undo = "update identity.account set status = 'active'";
        database.sql.batch_execute(&format!("begin; {tenant}; {undo}; commit")).await.unwrap();
    }
    let found = shopper.find(EMAIL, None).await.unwrap();
    both_at_once(&shopper, &found, totp(&found, 500)).await.unwrap();
    assert_eq!(count(&database, "select count(*) from identity.throttle where bucket = 'pair'").await, 0);
}

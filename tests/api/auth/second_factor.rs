//! `/mfa/challenge`, and `/login` with both factors at once.

use std::time::{SystemTime, UNIX_EPOCH};

use commerce_identity::totp::TotpSecret;
use futures::future::join_all;
use serde_json::{Value, json};
use tests::{Call, CountingSeam, World, fresh_key};

use super::steps::{allow_failures, forget_failures, with_status};
use super::{Door, PASSWORD, Person, text};

/// The secret behind what an authenticator is shown (RFC 4648 §6).
pub fn secret(base32: &str) -> TotpSecret {
    let mut bits = String::new();
    for letter in base32.bytes() {
        let value = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".iter().position(|known| *known == letter).unwrap();
        bits.push_str(&format!("{value:05b}"));
    }
    let bytes: Vec<u8> =
        bits.as_bytes().chunks_exact(8).map(|byte| byte.iter().fold(0, |sum, bit| sum * 2 + (bit - b'0'))).collect();
    TotpSecret::from_bytes(&bytes).unwrap()
}

/// The step of now.
pub fn step() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() / 30
}

/// Enrols an authenticator: its secret, and the recovery codes.
pub async fn enrol(door: &Door<'_>, person: &Person) -> (TotpSecret, Vec<String>) {
    let offer = person.sign(door.request(http::Method::POST, "/mfa/totp")).await.expect(200).data();
    let secret = secret(&text(&offer, "/secret"));
    let code = secret.code_at(step()).as_str().to_owned();
    let confirm = door.post("/mfa/totp/confirm", &json!({"ticket": offer["ticket"], "code": code}));
    let codes = person.sign(confirm).await.expect(200).data();
    let codes =
        codes["recovery_codes"].as_array().unwrap().iter().map(|code| code.as_str().unwrap().to_owned()).collect();
    (secret, codes)
}

fn answer(ticket: &str, method: &str, code: &str) -> Value {
    json!({"ticket": ticket, "method": method, "code": code})
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_an_authenticator_is_asked_for_it() {
    let world = World::start().await;
    let door = Door::staff(&world, "qahwa");
    let noura = door.employee("noura@example.com", "owner").await;
    let (secret, recovery) = enrol(&door, &noura).await;
    let asked = door.login("noura@example.com", PASSWORD).await.expect(200).data();
    assert_eq!(asked["status"], "second_factor_required");
    assert_eq!(asked["methods"], json!(["totp", "recovery"]));
    assert!(asked.get("access_token").is_none());
    let ticket = text(&asked, "/ticket");
    // The step of the enrolment is used up; nobody else's ticket, shop or method helps.
    for body in [
        answer(&ticket, "totp", secret.code_at(step() + 40).as_str()),
        answer(&ticket, "email", secret.code_at(step() + 1).as_str()),
        answer(&format!("{ticket}A"), "totp", secret.code_at(step() + 1).as_str()),
    ] {
        door.post("/mfa/challenge", &body).await.expect_problem(401, "invalid_credentials");
    }
    let right = answer(&ticket, "totp", secret.code_at(step() + 1).as_str());
    Door::staff(&world, "moda").post("/mfa/challenge", &right).await.expect_problem(401, "invalid_credentials");
    Door::customers(&world, "qahwa").post("/mfa/challenge", &right).await.expect_problem(401, "invalid_credentials");
    let answers = join_all((0..10).map(|_| async { door.post("/mfa/challenge", &right).await })).await;
    let mut good: Vec<_> = answers.into_iter().filter(|answer| answer.status == 200).collect();
    assert_eq!(good.len(), 1, "a code is good once, even at once");
    door.get("/me", &Person::read(good.remove(0))).await.expect(200);

    let asked = door.login("noura@example.com", PASSWORD).await.expect(200).data();
    let body = answer(&text(&asked, "/ticket"), "recovery", &recovery[3].to_lowercase());
    let person = Person::read(door.post("/mfa/challenge", &body).await);
    assert_eq!(person.data["account"]["recovery_codes_left"], 9);
    let asked = door.login("noura@example.com", PASSWORD).await.expect(200).data();
    let body = answer(&text(&asked, "/ticket"), "recovery", &recovery[3]);
    door.post("/mfa/challenge", &body).await.expect_problem(401, "invalid_credentials");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_may_ask_roles_for_a_second_factor() {
    let world = World::start().await;
    let door = Door::staff(&world, "qahwa");
    door.employ("noura@example.com", "owner").await;
    door.employ("lina@example.com", "viewer").await;
    let rule = "update app.tenant set mfa = 'required', mfa_roles = '{owner}' where slug = 'qahwa'";
    world.sql.execute(rule, &[]).await.unwrap();
    Person::read(door.login("lina@example.com", PASSWORD).await);
    world.mailbox().clear();
    let asked = door.login("noura@example.com", PASSWORD).await.expect(200).data();
    assert_eq!((asked["status"].as_str(), &asked["methods"]), (Some("second_factor_required"), &json!(["email"])));
    let ticket = text(&asked, "/ticket");
    let letter = world.mailbox().latest("noura@example.com").await;
    let wrong = if letter.code() == "000000" { "000001" } else { "000000" };
    door.post("/mfa/challenge", &answer(&ticket, "email", wrong)).await.expect_problem(401, "invalid_credentials");
    let person = Person::read(door.post("/mfa/challenge", &answer(&ticket, "email", letter.code())).await);
    let sessions = door.get("/sessions", &person).await.expect(200).data();
    let current = sessions.as_array().unwrap().iter().find(|session| session["current"] == true).unwrap();
    assert_eq!(current["methods"], json!(["password", "email"]));
    world.finish().await;
}

const NOURA: &str = "noura@example.com";

/// A login that sends both factors at once.
fn both(door: &Door<'_>, email: &str, password: &str, code: &str) -> Call {
    door.post("/login", &json!({"email": email, "password": password, "code": code}))
}

/// How the newest session of somebody was proved.
async fn methods(door: &Door<'_>, person: &Person) -> Value {
    let sessions = door.get("/sessions", person).await.expect(200).data();
    let current = sessions.as_array().unwrap().iter().find(|session| session["current"] == true).unwrap();
    current["methods"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn both_factors_at_once_sign_in() {
    let world = World::start().await;
    let door = Door::staff(&world, "qahwa");
    let noura = door.employee(NOURA, "owner").await;
    let (secret, recovery) = enrol(&door, &noura).await;
    let code = secret.code_at(step() + 1).as_str().to_owned();
    let person = Person::read(both(&door, NOURA, PASSWORD, &code).await);
    assert_eq!(methods(&door, &person).await, json!(["password", "totp"]));
    // Used up, for the other flow too.
    both(&door, NOURA, PASSWORD, &code).await.expect_problem(401, "invalid_credentials");
    let asked = door.login(NOURA, PASSWORD).await.expect(200).data();
    assert_eq!(asked["status"], "second_factor_required");
    let again = answer(&text(&asked, "/ticket"), "totp", &code);
    door.post("/mfa/challenge", &again).await.expect_problem(401, "invalid_credentials");

    forget_failures(&world).await;
    let person = Person::read(both(&door, NOURA, PASSWORD, &recovery[0].to_lowercase()).await);
    assert_eq!(person.data["account"]["recovery_codes_left"], 9);
    assert_eq!(methods(&door, &person).await, json!(["password", "recovery"]));
    both(&door, NOURA, PASSWORD, &recovery[0]).await.expect_problem(401, "invalid_credentials");
    let long = both(&door, NOURA, PASSWORD, &"1".repeat(65)).await.expect_problem(422, "invalid_request").json();
    assert_eq!((&long["errors"][0]["field"], &long["errors"][0]["code"]), (&json!("code"), &json!("too_long")));
    // Another shop knows nobody of that name.
    let there = Door::staff(&world, "moda");
    both(&there, NOURA, PASSWORD, &recovery[1]).await.expect_problem(401, "invalid_credentials");
    forget_failures(&world).await;
    Person::read(both(&door, NOURA, PASSWORD, &recovery[1]).await);
    world.finish().await;
}

/// What a guess leaves behind: the answer without its id, the names of its headers, and the statements that it took.
type Trace = (Value, Vec<String>, Vec<String>);

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_second_factor_does_not_tell_whether_the_password_was_right() {
    let probe = CountingSeam::new();
    let world = World::builder().seam(probe.clone()).start().await;
    let door = Door::staff(&world, "qahwa");
    let noura = door.employee(NOURA, "owner").await;
    door.employ("lina@example.com", "viewer").await;
    let (secret, recovery) = enrol(&door, &noura).await;
    Person::read(both(&door, NOURA, PASSWORD, &recovery[0]).await);
    let used = secret.code_at(step() - 1).as_str().to_owned();
    let late = secret.code_at(step() + 40).as_str().to_owned();
    let (right, spent) = (secret.code_at(step() + 1).as_str().to_owned(), &recovery[0]);
    let other = "another password 9";
    let trail = "select count(*) from audit.attempt where kind = 'password' and outcome = 'failed'";
    let mut traces: Vec<(&str, Trace)> = Vec::new();
    for (what, email, password, code) in [
        ("a wrong code", NOURA, PASSWORD, &*late),
        ("a used step", NOURA, PASSWORD, &used),
        ("a used recovery code", NOURA, PASSWORD, spent),
        ("an unknown recovery code", NOURA, PASSWORD, "7K2MQ-X04ZD"),
        ("no code at all", NOURA, PASSWORD, ""),
        ("a wrong password and a right code", NOURA, other, &right),
        ("a wrong password and a right recovery code", NOURA, other, &recovery[1]),
        ("both wrong", NOURA, other, &late),
        ("nobody", "nobody@example.com", PASSWORD, &right),
        ("no authenticator", "lina@example.com", PASSWORD, &right),
        ("no authenticator and a wrong password", "lina@example.com", other, &right),
    ] {
        forget_failures(&world).await;
        let before = world.count(trail).await;
        let id = fresh_key();
        let refused = both(&door, email, password, code).request_id(&id).await;
        let refused = refused.expect_problem(401, "invalid_credentials");
        let mut body = refused.json();
        body["request_id"].take();
        let headers = refused.headers.keys().map(ToString::to_string).collect();
        traces.push((what, (body, headers, probe.statements_of(&id))));
        assert_eq!(world.count(trail).await, before + 1, "{what}");
        // It is charged, however much of it was right.
        let charged = "select coalesce(sum(count), 0)::bigint from identity.throttle where bucket = 'pair'";
        assert_eq!(world.count(charged).await, 1, "{what}");
    }
    for (what, trace) in &traces {
        assert_eq!(trace, &traces[0].1, "{what}");
        assert_eq!(trace.2.len(), 2, "{what}");
    }
    // Nor does the trail tell more of one than of another.
    let kinds = "select count(distinct (a.reason, a.account_id is null, a.session_id is null)) from audit.attempt a \
                 where a.kind = 'password' and a.outcome = 'failed'";
    assert_eq!(world.count(kinds).await, 1);
    // None of the wrong ones has used anything up.
    forget_failures(&world).await;
    Person::read(both(&door, NOURA, PASSWORD, &right).await);
    forget_failures(&world).await;
    Person::read(both(&door, NOURA, PASSWORD, &recovery[1]).await);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_code_sent_twenty_times_at_once_signs_in_once() {
    let world = World::start().await;
    let door = Door::staff(&world, "qahwa");
    let noura = door.employee(NOURA, "owner").await;
    let (secret, recovery) = enrol(&door, &noura).await;
    let sessions = "select count(*) from app.session where cardinality(methods) = 2";
    for (code, all) in [(secret.code_at(step() + 1).as_str(), 1), (&recovery[0], 2)] {
        forget_failures(&world).await;
        door.login(NOURA, "another password 9").await.expect_problem(401, "invalid_credentials");
        allow_failures(&world, 1_000).await;
        let answers = join_all((0..20).map(|_| async { both(&door, NOURA, PASSWORD, code).await })).await;
        assert_eq!(with_status(&answers, 200), 1, "{code}");
        // Who finds the queue of hashes full, or comes after the one who has signed in, by which the failures count anew, may be told
        // to wait.
        let failed = with_status(&answers, 401);
        assert_eq!(failed + with_status(&answers, 429), 19, "{code}");
        assert!(failed > 0, "{code}");
        assert_eq!(world.count(sessions).await, all);
    }
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_passed_over_where_one_is_sent() {
    let world = World::start().await;
    let door = Door::staff(&world, "qahwa");
    door.employ(NOURA, "owner").await;
    world.sql.execute("update app.tenant set mfa = 'required' where slug = 'qahwa'", &[]).await.unwrap();
    // What tells of the new password must not come after the code.
    world.mailbox().deliver().await;
    let asked = both(&door, NOURA, PASSWORD, "123456").await.expect(200).data();
    assert_eq!((asked["status"].as_str(), &asked["methods"]), (Some("second_factor_required"), &json!(["email"])));
    let letter = world.mailbox().latest(NOURA).await;
    let right = answer(&text(&asked, "/ticket"), "email", letter.code());
    Person::read(door.post("/mfa/challenge", &right).await);
    both(&door, NOURA, "another password 9", "123456").await.expect_problem(401, "invalid_credentials");
    world.finish().await;
}

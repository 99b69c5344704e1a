//! `/mfa/challenge`

use std::time::{SystemTime, UNIX_EPOCH};

use commerce_identity::totp::TotpSecret;
use futures::future::join_all;
use serde_json::{Value, json};
use tests::World;

use super::{Door, PASSWORD, Person, text};

/// The secret behind what an authenticator is shown (RFC 4648 §6).
fn secret(base32: &str) -> TotpSecret {
    let mut bits = String::new();
    for letter in base32.bytes() {
        let value = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".iter().position(|known| *known == letter).unwrap();
        bits.push_str(&format!("{value:05b}"));
    }
    let bytes: Vec<u8> =
        bits.as_bytes().chunks_exact(8).map(|byte| byte.iter().fold(0, |sum, bit| sum * 2 + (bit - b'0'))).collect();
    TotpSecret::from_bytes(&bytes).unwrap()
}

fn step() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() / 30
}

/// Enrols an authenticator: its secret, and the recovery codes.
async fn enrol(door: &Door<'_>, person: &Person) -> (TotpSecret, Vec<String>) {
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

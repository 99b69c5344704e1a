//! Authenticators and recovery codes.

use commerce_identity::totp::TotpSecret;
use futures::future::join_all;
use http::Method;
use serde_json::{Value, json};
use tests::{Call, Shop, World};

use super::steps::{
    OTHER_PASSWORD, PASSWORD, Realm, access, age_sessions, bearer, customer, forget_failures, let_send_gap_pass, login,
    post, reset_link, with_status,
};

const SARA: &str = "sara@example.com";

/// What an authenticator app shows, `steps` of 30 seconds from now.
fn code(secret: &str, steps: i64) -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let step = (now / 30).checked_add_signed(steps).unwrap();
    base32(secret).code_at(step).as_str().to_owned()
}

fn base32(text: &str) -> TotpSecret {
    let mut bits = 0_u64;
    let mut count = 0;
    let mut bytes = Vec::new();
    for letter in text.chars() {
        let digit = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".find(letter).unwrap();
        bits = (bits << 5) | digit as u64;
        count += 5;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
            bits &= (1 << count) - 1;
        }
    }
    TotpSecret::from_bytes(&bytes).unwrap()
}

fn as_customer(shop: &Shop<'_>, session: &Value, method: Method, path: &str) -> Call {
    bearer(Realm::Customer.request(shop, method, path), access(session))
}

/// Enrols an authenticator: its secret, and the recovery codes. Uses up the code of the step before this one.
async fn enrol(shop: &Shop<'_>, session: &Value) -> (String, Vec<String>) {
    let offer = as_customer(shop, session, Method::POST, "/mfa/totp").await.expect(200).data();
    let secret = offer["secret"].as_str().unwrap().to_owned();
    let body = json!({"ticket": offer["ticket"], "code": code(&secret, -1)});
    let confirmed = as_customer(shop, session, Method::POST, "/mfa/totp/confirm").json(&body).await.expect(200).data();
    let codes = confirmed["recovery_codes"].as_array().unwrap();
    (secret, codes.iter().map(|code| code.as_str().unwrap().to_owned()).collect())
}

/// The ticket of a sign-in that asks for a second factor.
async fn ticket(shop: &Shop<'_>, password: &str) -> Value {
    let asked = login(shop, SARA, password).await.expect(200).data();
    assert_eq!(asked["status"], "second_factor_required", "{asked}");
    assert_eq!(asked.get("access_token"), None);
    asked["ticket"].clone()
}

fn challenge(shop: &Shop<'_>, ticket: &Value, method: &str, code: &str) -> Call {
    post(shop, "/mfa/challenge", &json!({"ticket": ticket, "method": method, "code": code}))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_authenticator_is_enrolled_asked_for_and_removed() {
    let world = World::start().await;
    let shop = world.shop("qahwa");
    let session = customer(&shop, SARA).await;
    let offer = as_customer(&shop, &session, Method::POST, "/mfa/totp").await.expect(200).data();
    let uri = offer["otpauth_uri"].as_str().unwrap();
    assert!(uri.starts_with("otpauth://totp/") && uri.contains(offer["secret"].as_str().unwrap()), "{uri}");
    assert!(offer["qr_svg"].as_str().unwrap().contains("<svg"));
    // Nothing is asked for before it is confirmed.
    login(&shop, SARA, PASSWORD).await.expect(200);
    let wrong = json!({"ticket": offer["ticket"], "code": code(offer["secret"].as_str().unwrap(), 40)});
    let confirm = |body: &Value| as_customer(&shop, &session, Method::POST, "/mfa/totp/confirm").json(body);
    confirm(&wrong).await.expect_problem(401, "invalid_code");
    confirm(&json!({"ticket": "s1.k1.x", "code": "123456"})).await.expect_problem(401, "invalid_code");

    let (secret, recovery_codes) = enrol(&shop, &session).await;
    assert_eq!(recovery_codes.len(), 10);
    as_customer(&shop, &session, Method::POST, "/mfa/totp").await.expect_problem(409, "totp_already_enrolled");
    let asked = ticket(&shop, PASSWORD).await;
    challenge(&shop, &asked, "totp", &code(&secret, 40)).await.expect_problem(401, "invalid_credentials");
    challenge(&shop, &asked, "totp", &code(&secret, 0)).await.expect(200);

    as_customer(&shop, &session, Method::DELETE, "/mfa/totp").await.expect(200);
    as_customer(&shop, &session, Method::DELETE, "/mfa/totp").await.expect(200);
    let plain = login(&shop, SARA, PASSWORD).await.expect(200).data();
    assert_eq!(plain["status"], "signed_in");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_used_at_once_signs_in_once() {
    let world = World::start().await;
    let shop = world.shop("qahwa");
    let session = customer(&shop, SARA).await;
    let (secret, recovery_codes) = enrol(&shop, &session).await;
    let mut tickets = Vec::new();
    for _ in 0..6 {
        forget_failures(&world).await;
        tickets.push(ticket(&shop, PASSWORD).await);
    }
    let now = code(&secret, 0);
    let answers = join_all(tickets.iter().map(|ticket| async { challenge(&shop, ticket, "totp", &now).await })).await;
    assert_eq!((with_status(&answers, 200), with_status(&answers, 401)), (1, 5), "one step, one sign-in");

    let mut tickets = Vec::new();
    for _ in 0..6 {
        forget_failures(&world).await;
        tickets.push(ticket(&shop, PASSWORD).await);
    }
    let spare = &recovery_codes[3];
    let answers = join_all(tickets.iter().map(|ticket| async { challenge(&shop, ticket, "recovery", spare).await }));
    let answers = answers.await;
    assert_eq!((with_status(&answers, 200), with_status(&answers, 401)), (1, 5), "one recovery code, one sign-in");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_does_not_pass_by_the_authenticator() {
    let world = World::start().await;
    let shop = world.shop("qahwa");
    let session = customer(&shop, SARA).await;
    let (secret, _) = enrol(&shop, &session).await;
    let_send_gap_pass(&world).await;
    let letter = reset_link(&shop, SARA).await;
    let body = json!({"token": letter.token(), "password": OTHER_PASSWORD});
    post(&shop, "/password/reset", &body).await.expect(200);
    let asked = ticket(&shop, OTHER_PASSWORD).await;
    challenge(&shop, &asked, "totp", &code(&secret, 0)).await.expect(200);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_proves_people_changes_only_soon_after_they_proved_themselves() {
    let world = World::start().await;
    let shop = world.shop("qahwa");
    let session = customer(&shop, SARA).await;
    let offer = as_customer(&shop, &session, Method::POST, "/mfa/totp").await.expect(200).data();
    let body = json!({"ticket": offer["ticket"], "code": code(offer["secret"].as_str().unwrap(), -1)});
    let confirm = || as_customer(&shop, &session, Method::POST, "/mfa/totp/confirm").json(&body);
    let renew = || as_customer(&shop, &session, Method::POST, "/mfa/recovery-codes");
    renew().await.expect_problem(409, "totp_not_enrolled");
    age_sessions(&world, 601.0).await;
    confirm().await.expect_problem(403, "step_up_required");
    renew().await.expect_problem(403, "step_up_required");
    as_customer(&shop, &session, Method::DELETE, "/mfa/totp").await.expect_problem(403, "step_up_required");
    age_sessions(&world, 10.0).await;
    let old = confirm().await.expect(200).data();
    let new = renew().await.expect(200).data();
    let asked = ticket(&shop, PASSWORD).await;
    let of = |codes: &Value| codes["recovery_codes"][0].as_str().unwrap().to_owned();
    challenge(&shop, &asked, "recovery", &of(&old)).await.expect_problem(401, "invalid_credentials");
    challenge(&shop, &asked, "recovery", &of(&new)).await.expect(200);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_enrols_nobody_else() {
    let world = World::start().await;
    let shop = world.shop("qahwa");
    let sara = customer(&shop, SARA).await;
    let noura = customer(&shop, "noura@example.com").await;
    let offer = as_customer(&shop, &sara, Method::POST, "/mfa/totp").await.expect(200).data();
    let body = json!({"ticket": offer["ticket"], "code": code(offer["secret"].as_str().unwrap(), 0)});
    let confirm =
        |session: &Value, body: &Value| as_customer(&shop, session, Method::POST, "/mfa/totp/confirm").json(body);
    confirm(&noura, &body).await.expect_problem(401, "invalid_code");
    let long = json!({"ticket": "x".repeat(10_000), "code": "123456"});
    confirm(&sara, &long).await.expect_problem(422, "invalid_request");
    confirm(&sara, &body).await.expect(200);
    for (method, path) in
        [(Method::POST, "/mfa/totp"), (Method::DELETE, "/mfa/totp"), (Method::POST, "/mfa/recovery-codes")]
    {
        for realm in Realm::BOTH {
            realm.request(&shop, method.clone(), path).await.expect_problem(401, "authentication_required");
        }
        // A customer is no staff.
        let call = bearer(Realm::Staff.request(&shop, method, path), access(&sara));
        call.await.expect_problem(401, "invalid_token");
    }
    world.finish().await;
}

//! Bad input.

use http::Method;
use serde_json::json;
use tests::World;

use super::Door;

#[tokio::test(flavor = "multi_thread")]
async fn bodies_are_checked_field_by_field() {
    let world = World::start().await;
    let door = Door::customers(&world, "qahwa");
    let long = "x".repeat(1_025);
    let cart = "crt_00000000000000000000000000000000";
    for (path, body, field, code) in [
        ("/login", json!({"email": "a@b.sa"}), "password", "required"),
        ("/login", json!({"password": "x"}), "email", "required"),
        ("/login", json!({"email": "nobody", "password": "x"}), "email", "invalid"),
        ("/login", json!({"phone": "12", "password": "x"}), "phone", "invalid"),
        ("/login", json!({"email": "a@b.sa", "phone": "+966500000000", "password": "x"}), "phone", "unsupported"),
        ("/login", json!({"email": "a@b.sa", "password": long}), "password", "too_long"),
        ("/login", json!({"email": "a@b.sa", "password": "x", "admin": true}), "admin", "unknown_field"),
        ("/otp/request", json!({"channel": "sms", "email": "a@b.sa"}), "channel", "unsupported"),
        ("/otp/request", json!({"channel": "sms"}), "email", "required"),
        ("/otp/verify", json!({"challenge_id": "1", "code": "000000"}), "challenge_id", ""),
        ("/otp/verify", json!({"code": "000000"}), "challenge_id", "required"),
        ("/mfa/challenge", json!({"ticket": "x".repeat(5_000), "method": "totp", "code": "1"}), "ticket", "too_long"),
        ("/mfa/challenge", json!({"ticket": "x", "method": "sniffing", "code": "1"}), "method", ""),
        ("/refresh", json!({"refresh_token": 7}), "refresh_token", "invalid_type"),
    ] {
        let problem = door.post(path, &body).await.expect_problem(422, "invalid_request").json();
        assert_eq!(problem["errors"][0]["field"], field, "{path} {body}: {problem}");
        assert!(code.is_empty() || problem["errors"][0]["code"] == code, "{path} {body}: {problem}");
    }
    let staff = Door::staff(&world, "qahwa");
    let body = json!({"email": "a@b.sa", "password": "x", "cart_id": cart});
    staff.post("/login", &body).await.expect_problem(422, "invalid_request");
    let transport = staff.login("a@b.sa", "x").header("x-session-transport", "pigeon");
    transport.await.expect_problem(422, "invalid_request");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn methods_and_missing_tokens_are_refused() {
    let world = World::start().await;
    let door = Door::staff(&world, "qahwa");
    for path in ["/login", "/refresh", "/logout", "/otp/request", "/otp/verify", "/mfa/challenge"] {
        door.request(Method::GET, path).await.expect_problem(405, "method_not_allowed");
    }
    let any = "00000000000000000000000000000001";
    for (method, path) in [
        (Method::GET, "/me".to_owned()),
        (Method::PATCH, "/me".to_owned()),
        (Method::GET, "/sessions".to_owned()),
        (Method::DELETE, "/sessions".to_owned()),
        (Method::DELETE, format!("/sessions/ses_{any}")),
        (Method::PATCH, format!("/members/usr_{any}")),
        (Method::PATCH, format!("/customers/cus_{any}")),
        (Method::GET, format!("/members/usr_{any}/sessions")),
        (Method::DELETE, format!("/members/usr_{any}/sessions")),
        (Method::DELETE, format!("/members/usr_{any}/sessions/ses_{any}")),
        (Method::GET, format!("/customers/cus_{any}/sessions")),
        (Method::DELETE, format!("/customers/cus_{any}/sessions")),
        (Method::DELETE, format!("/customers/cus_{any}/sessions/ses_{any}")),
    ] {
        let answer = door.request(method.clone(), &path).await.expect_problem(401, "authentication_required");
        assert_eq!(answer.header("www-authenticate"), Some("Bearer"), "{path}");
        let forged = door.request(method, &path).header("authorization", "Bearer a.b.c").await;
        forged.expect_problem(401, "invalid_token");
    }
    let nowhere = Door::staff(&world, "nowhere");
    nowhere.login("a@b.sa", "x").await.expect_problem(404, "tenant_not_found");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_without_country_code_is_one_of_the_shops_country() {
    let world = World::start().await;
    let door = Door::customers(&world, "qahwa");
    let asked = door.post("/otp/request", &json!({"channel": "sms", "phone": "0500000041"})).await.expect(202);
    assert!(asked.header("ratelimit").is_some());
    world.mailbox().latest("+966500000041").await.code();
    world.finish().await;
}

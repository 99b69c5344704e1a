//! What is refused where people sign in, and where what is theirs is kept.

use http::Method;
use serde_json::{Value, json};
use tests::{World, fresh_key};

use super::routes::{Route, Stage};
use super::{Case, refuse};
use crate::api::auth::Door;

const NOBODY: &str = "00000000000000000000000000000001";

#[tokio::test(flavor = "multi_thread")]
async fn fields_have_their_types() {
    let world = World::start().await;
    let stage = Stage::with_people(world.shop("qahwa")).await;
    let mut cases = Vec::new();
    for route in stage.people_with_bodies() {
        for (name, valid) in route.valid.as_object().unwrap() {
            let optional = !route.required.contains(&name.as_str());
            for other in [json!(null), json!(true), json!(7), json!(-1.5), json!("x"), json!([]), json!({})] {
                let may_be =
                    std::mem::discriminant(&other) == std::mem::discriminant(valid) || (optional && other.is_null());
                if !may_be {
                    let mut body = route.valid.clone();
                    body[name] = other.clone();
                    let case = Case::new(
                        format!("{}: {name} {other}", route.name),
                        route.call().json(&body),
                        422,
                        "invalid_request",
                    );
                    cases.push(case.field(name));
                }
            }
        }
    }
    refuse(&world, cases, 300).await;
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn values_are_bounded() {
    let world = World::start().await;
    let stage = Stage::with_people(world.shop("qahwa")).await;
    let (long, ticket) = ("x".repeat(1_025), "x".repeat(5_000));
    let cart = format!("crt_{NOBODY}");
    let nobody = "00000000-0000-0000-0000-000000000001";
    let mut cases = Vec::new();
    for door in stage.doors() {
        for (path, body, field, reason) in [
            ("/login", json!({"email": "nobody", "password": "x"}), "email", "invalid"),
            ("/login", json!({"email": "", "password": "x"}), "email", "required"),
            ("/login", json!({"email": "a\u{0}@b.sa", "password": "x"}), "", "nul_character"),
            ("/login", json!({"phone": "12", "password": "x"}), "phone", "invalid"),
            ("/login", json!({"email": "a@b.sa", "phone": "+966500000000", "password": "x"}), "phone", "unsupported"),
            ("/login", json!({"email": "a@b.sa", "password": long}), "password", "too_long"),
            ("/login", json!({"email": "a@b.sa", "password": "x", "cart_id": "crt_1"}), "cart_id", ""),
            ("/password/forgot", json!({"email": "nobody"}), "email", "invalid"),
            ("/password/reset", json!({"token": "x", "password": "short"}), "password", "password_too_short"),
            ("/otp/request", json!({"channel": "sms", "email": "a@b.sa"}), "channel", "unsupported"),
            ("/otp/request", json!({"channel": "sms"}), "email", "required"),
            ("/otp/request", json!({"channel": "pigeon", "email": "a@b.sa"}), "channel", ""),
            ("/otp/request", json!({"channel": "email", "email": "a@b.sa", "purpose": "fun"}), "purpose", ""),
            ("/otp/verify", json!({"challenge_id": "1", "code": "000000"}), "challenge_id", ""),
            ("/otp/verify", json!({"challenge_id": nobody, "code": "0".repeat(300)}), "code", "too_long"),
            ("/verify-email", json!({"token": "x".repeat(10_000)}), "token", "too_long"),
            ("/verify-phone", json!({"challenge_id": "1", "code": "000000"}), "challenge_id", ""),
            ("/mfa/challenge", json!({"ticket": ticket, "method": "totp", "code": "1"}), "ticket", "too_long"),
            ("/mfa/challenge", json!({"ticket": "x", "method": "sniffing", "code": "1"}), "method", ""),
            ("/mfa/challenge", json!({"ticket": "x", "method": "totp", "code": "1".repeat(300)}), "code", "too_long"),
            ("/oauth/nobody/token", json!({"token": "x".repeat(8_193)}), "token", "too_long"),
        ] {
            let status = if reason == "nul_character" { reason } else { "invalid_request" };
            let case = Case::new(format!("{path} {body:.80}"), door.post(path, &body), 422, status);
            cases.push(if field.is_empty() { case } else { case.field(field).reason(reason) });
        }
        let transport = door.login("a@b.sa", "x").header("x-session-transport", "pigeon");
        let case = Case::new("a session that comes by pigeon", transport, 422, "invalid_request");
        cases.push(case.field("X-Session-Transport").reason("unsupported"));
    }
    // Staff have no cart.
    for (path, mut body) in [
        ("/login", json!({"email": "a@b.sa", "password": "x"})),
        ("/otp/verify", json!({"challenge_id": nobody, "code": "000000"})),
        ("/mfa/challenge", json!({"ticket": "x", "method": "totp", "code": "1"})),
        ("/oauth/nobody/token", json!({"token": "x"})),
    ] {
        body["cart_id"] = json!(cart);
        let [staff, _] = stage.doors();
        let case = Case::new(format!("{path} of staff with a cart"), staff.post(path, &body), 422, "invalid_request");
        cases.push(case.field("cart_id").reason("unknown_field"));
    }
    refuse(&world, cases, 45).await;
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_somebodys_opens_to_nobody_without_a_token() {
    let world = World::start().await;
    let stage = Stage::with_people(world.shop("moda")).await;
    let mut cases = Vec::new();
    let all = stage.people_with_bodies().into_iter().chain(stage.people_without_bodies());
    for route in all.filter(Route::is_somebodys) {
        let mut push = |name: &str, token: Option<&str>, code| {
            let mut call = route.anonymous();
            if let Some(token) = token {
                call = call.header("authorization", token);
            }
            cases.push(Case::new(format!("{}: {name}", route.name), call.json(&route.valid), 401, code));
        };
        push("no token", None, "authentication_required");
        for token in ["Bearer a.b.c", "Bearer x", "Bearer", "Basic dTpw", "a.b.c", ""] {
            push(token, Some(token), "invalid_token");
        }
        // Each kind of people has its own routes.
        let other = if route.is_staffs() { &stage.people().customer } else { &stage.people().staff };
        push("a token of the other kind", Some(&format!("Bearer {}", other.access)), "invalid_token");
        push("a refresh token", Some(&format!("Bearer {}", other.refresh)), "invalid_token");
    }
    refuse(&world, cases, 200).await;
    for route in stage.people_without_bodies().iter().filter(|route| route.is_somebodys()) {
        let answer = route.anonymous().await.expect_problem(401, "authentication_required");
        assert_eq!(answer.header("www-authenticate"), Some("Bearer"), "{}", route.name);
    }
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ids_in_paths_are_somebodys_or_nobodys() {
    let world = World::start().await;
    let shop = world.shop("oud");
    let stage = Stage::with_people(shop).await;
    let people = stage.people();
    let [staff, customers] = stage.doors();
    let tenant = Door::tenant(&world, "oud");
    let own = &people.staff.session;
    let mut cases = Vec::new();
    let ids = |prefix: &str| {
        let hex = &NOBODY[1..];
        let wrong = ["x".to_owned(), NOBODY.to_owned(), format!("{prefix}_{hex}"), format!("{prefix}_{NOBODY}0")];
        let more = [
            "%27%20or%201=1--".to_owned(),
            format!("{prefix}_{}", "G".repeat(32)),
            format!("ord_{NOBODY}"),
            "x".repeat(2_000),
        ];
        wrong.into_iter().chain(more).chain([format!("{prefix}_{NOBODY}")]).collect::<Vec<_>>()
    };
    let status = json!({"status": "active"});
    for id in ids("ses") {
        for (door, person) in [(staff, &people.staff), (customers, &people.customer)] {
            let call = door.delete(&format!("/sessions/{id}"), person);
            cases.push(Case::new(format!("session {id:.40}"), call, 404, "session_not_found"));
        }
        let call = staff.delete(&format!("/customers/{}/sessions/{id}", people.customer.id), &people.staff);
        cases.push(Case::new(format!("session of a customer {id:.40}"), call, 404, "session_not_found"));
    }
    for id in ids("usr") {
        for call in [
            tenant.get(&format!("/members/{id}"), &people.staff),
            tenant.patch(&format!("/members/{id}"), &people.staff, &status),
            tenant.delete(&format!("/members/{id}"), &people.staff),
            people.staff.sign(tenant.post("/ownership", &json!({"account_id": id}))),
            staff.get(&format!("/members/{id}/sessions"), &people.staff),
            staff.delete(&format!("/members/{id}/sessions"), &people.staff),
            staff.delete(&format!("/members/{id}/sessions/{own}"), &people.staff),
        ] {
            cases.push(Case::new(format!("member {id:.40}"), call, 404, "member_not_found"));
        }
    }
    for id in ids("inv") {
        let again = tenant.request(Method::POST, &format!("/invitations/{id}/resend"));
        for call in [people.staff.sign(again), tenant.delete(&format!("/invitations/{id}"), &people.staff)] {
            cases.push(Case::new(format!("invitation {id:.40}"), call, 404, "invitation_not_found"));
        }
    }
    for id in ids("dom") {
        let path = format!("/domains/{id}");
        for call in [
            tenant.get(&path, &people.staff),
            tenant.patch(&path, &people.staff, &json!({"is_primary": true})),
            tenant.delete(&path, &people.staff),
            people.staff.sign(tenant.request(Method::POST, &format!("{path}/verify"))),
        ] {
            cases.push(Case::new(format!("domain {id:.40}"), call, 404, "domain_not_found"));
        }
    }
    for id in ids("cus") {
        let call = staff.patch(&format!("/customers/{id}"), &people.staff, &status);
        cases.push(Case::new(format!("customer {id:.40}"), call, 404, "customer_not_found"));
    }
    for id in ids("adr") {
        for call in
            [shop.patch(&format!("/me/addresses/{id}"), &json!({})), shop.delete(&format!("/me/addresses/{id}"))]
        {
            cases.push(Case::new(format!("address {id:.40}"), people.customer.sign(call), 404, "address_not_found"));
        }
        let call = people.customer.sign(shop.get(&format!("/me/orders/{id}")));
        cases.push(Case::new(format!("order {id:.40}"), call, 404, "order_not_found"));
    }
    for name in ["nobody", "No%20body", "a.b", "%27", &"x".repeat(41)] {
        for (method, path) in
            [(Method::GET, "start"), (Method::GET, "callback?state=x&code=y"), (Method::POST, "webhook")]
        {
            let call =
                customers.request(method, &format!("/oauth/{name}/{path}")).header("idempotency-key", fresh_key());
            cases.push(Case::new(format!("provider {name:.20}/{path}"), call, 404, "provider_not_found"));
        }
    }
    refuse(&world, cases, 80).await;
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_that_is_not_there_has_no_people() {
    let world = World::start().await;
    let nowhere = world.shop("nowhere");
    let mut cases = Vec::new();
    for door in [Door::staff(&world, nowhere.slug), Door::customers(&world, nowhere.slug)] {
        for (path, body) in [
            ("/login", json!({"email": "a@b.sa", "password": "x"})),
            ("/otp/request", json!({"channel": "email", "email": "a@b.sa"})),
            ("/password/forgot", json!({"email": "a@b.sa"})),
            ("/register", json!({"email": "a@b.sa", "password": "correct horse battery staple"})),
            ("/refresh", json!({"refresh_token": format!("wr_{}", "A".repeat(43))})),
        ] {
            cases.push(Case::new(path, door.post(path, &body), 404, "tenant_not_found"));
        }
        cases.push(Case::new("/oauth", door.request(Method::GET, "/oauth"), 404, "tenant_not_found"));
    }
    refuse(&world, cases, 12).await;
    world.finish().await;
}

/// Where a browser may be sent back to, and what it may take along.
#[tokio::test(flavor = "multi_thread")]
async fn a_run_at_a_provider_begins_and_ends_here() {
    let world = World::start().await;
    let stage = Stage::with_people(world.shop("qahwa")).await;
    let mut cases = Vec::new();
    let pages =
        ["//evil.example", "https://evil.example", "account", "/%5Cevil.example", "/a%23b", "/a%20b", "/%D9%82", ""];
    for door in stage.doors() {
        let start = |query: &str| door.request(Method::GET, &format!("/oauth/nobody/start?{query}"));
        for page in pages.iter().map(|page| (*page).to_owned()).chain([format!("/{}", "x".repeat(500))]) {
            let case = Case::new(format!("{page:.30}"), start(&format!("return_to={page}")), 422, "invalid_request");
            cases.push(case.field("return_to"));
        }
        for cart in ["", "x", "crt_1", "ord_00000000000000000000000000000001"] {
            let case = Case::new(format!("cart {cart}"), start(&format!("cart_id={cart}")), 422, "invalid_request");
            cases.push(case.field("cart_id"));
        }
        let form = |media_type: &str, body: &'static str| {
            let call = door.request(Method::POST, "/oauth/nobody/callback");
            call.header("content-type", media_type).body(body)
        };
        let right = "application/x-www-form-urlencoded";
        for (media_type, body, status, code) in [
            ("application/json", "{}", 415, "unsupported_media_type"),
            ("text/plain", "state=x", 415, "unsupported_media_type"),
            (right, "state=%", 400, "malformed_query"),
            (right, "state=%ff", 400, "malformed_query"),
            (right, "state=a%00", 400, "malformed_query"),
            (right, "state=x&state=y", 400, "duplicate_parameter"),
        ] {
            cases.push(Case::new(format!("form {body}"), form(media_type, body), status, code));
        }
        let large = door.request(Method::POST, "/oauth/nobody/callback").header("content-type", right);
        cases.push(Case::new("large form", large.body(format!("state={}", "x".repeat(65_536))), 413, "body_too_large"));
        let large = door.request(Method::POST, "/oauth/nobody/webhook").body(" ".repeat(65_537));
        cases.push(Case::new("large webhook", large, 413, "body_too_large"));
    }
    refuse(&world, cases, 40).await;
    world.finish().await;
}

/// Bodies that could do something, for [`Stage`].
pub(super) fn bodies() -> Vec<(&'static str, Value, &'static [&'static str])> {
    let nobody = "00000000-0000-0000-0000-000000000001";
    vec![
        ("/login", json!({"email": "nobody@example.com", "password": "correct horse battery"}), &["email", "password"]),
        ("/refresh", json!({"refresh_token": "wr_x"}), &[]),
        ("/logout", json!({"refresh_token": "wr_x"}), &[]),
        (
            "/register",
            json!({"email": "nobody@example.com", "password": "correct horse battery"}),
            &["email", "password"],
        ),
        ("/verify-email", json!({"token": "x"}), &["token"]),
        ("/verify-phone", json!({"challenge_id": nobody, "code": "000000"}), &["challenge_id", "code"]),
        ("/password/forgot", json!({"email": "nobody@example.com"}), &["email"]),
        ("/password/reset", json!({"token": "x", "password": "correct horse battery"}), &["token", "password"]),
        ("/otp/request", json!({"channel": "email", "email": "nobody@example.com"}), &["channel", "email"]),
        ("/otp/verify", json!({"challenge_id": nobody, "code": "000000"}), &["challenge_id", "code"]),
        ("/oauth/nobody/token", json!({"token": "x"}), &["token"]),
        ("/mfa/challenge", json!({"ticket": "x", "method": "totp", "code": "000000"}), &["ticket", "method", "code"]),
    ]
}

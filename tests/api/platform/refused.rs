//! Who does not get in: shops' people at the platform, the platform's in shops, and whoever says no reason.

use http::Method;
use serde_json::json;
use tests::{Call, World};

use super::{Desk, REASON, new_shop};
use crate::api::auth::steps::bearer;
use crate::api::auth::{Door, Person};

const ANY: &str = "00000000000000000000000000000007";

/// Every route of the platform at some host.
fn routes(world: &World, host: &str) -> Vec<Call> {
    let mut calls = Vec::new();
    for name in ["tenants", "organizations", "stores"] {
        for (method, path) in [
            (Method::GET, format!("/{name}")),
            (Method::POST, format!("/{name}")),
            (Method::GET, format!("/{name}/ten_{ANY}")),
            (Method::PATCH, format!("/{name}/ten_{ANY}")),
            (Method::DELETE, format!("/{name}/ten_{ANY}")),
            (Method::POST, format!("/{name}/ten_{ANY}/subscribe")),
            (Method::POST, format!("/{name}/ten_{ANY}/suspend")),
            (Method::POST, format!("/{name}/ten_{ANY}/restore")),
        ] {
            calls.push((method, path));
        }
    }
    for (method, path) in [
        (Method::GET, "/platform/grants".to_owned()),
        (Method::POST, "/platform/grants".to_owned()),
        (Method::DELETE, format!("/platform/grants/grn_{ANY}")),
        (Method::GET, "/platform/access".to_owned()),
        (Method::GET, "/platform/plans".to_owned()),
        (Method::POST, "/platform/plans".to_owned()),
    ] {
        calls.push((method, path));
    }
    let call = |(method, path): (Method, String)| {
        let body = method == Method::POST || method == Method::PATCH;
        let call = world.request(method, &format!("/api/v1{path}")).host(host).header("x-reason", REASON);
        if body && (!path.contains("ten_") || path.ends_with(ANY)) { call.json(&new_shop("dukkan")) } else { call }
    };
    calls.into_iter().map(call).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shops_people_do_not_get_to_the_platform() {
    let world = World::start().await;
    let desk = Desk::of(&world);
    let owner = Door::staff(&world, "qahwa").employee("noura@example.com", "owner").await;
    let sara = Door::customers(&world, "qahwa").customer("+966500000951").await;
    let (platform, shop) = (desk.door().shop.host(), world.shop("qahwa").host());
    for call in routes(&world, &platform) {
        call.clone().await.expect_problem(401, "authentication_required");
        bearer(call.clone(), &owner.access).await.expect_problem(404, "tenant_not_found");
        bearer(call.clone(), &sara.access).await.expect_problem(401, "invalid_token");
        bearer(call, "a.b.c").await.expect_problem(401, "invalid_token");
    }
    // At a shop's host there is nothing of it, whoever asks.
    let admin = desk.person("amal@wasla.example", "platform_admin").await;
    for person in [&owner, &admin] {
        for call in routes(&world, &shop) {
            bearer(call, &person.access).await.expect_problem(404, "not_found");
        }
    }
    // A password at a shop opens nothing at the platform.
    desk.door().login("noura@example.com", crate::api::auth::PASSWORD).await.expect_problem(401, "invalid_credentials");
    assert_eq!(world.count("select count(*) from ops.access").await, 0);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_platforms_people_get_into_no_shop_by_their_token() {
    let world = World::start().await;
    let desk = Desk::of(&world);
    let admin = desk.person("amal@wasla.example", "platform_admin").await;
    let (auth, me) = (Door::staff(&world, "qahwa"), Door::tenant(&world, "qahwa"));
    for call in [
        auth.request(Method::GET, "/me"),
        auth.request(Method::GET, "/sessions"),
        me.request(Method::GET, ""),
        me.request(Method::PATCH, "").json(&json!({"show_available": true})),
        me.request(Method::GET, "/members"),
        me.request(Method::GET, "/audit"),
        me.request(Method::GET, "/invitations"),
    ] {
        bearer(call, &admin.access).await.expect_problem(404, "tenant_not_found");
    }
    // And the platform is no shop: nothing of one is there, whoever asks.
    let host = desk.door().shop.host();
    for path in [
        "/api/v1/storefront/shop",
        "/api/v1/storefront/products",
        "/api/v1/storefront/me",
        "/api/v1/storefront/auth/sessions",
        "/api/v1/tenants/me",
        "/api/v1/tenants/me/members",
        "/api/v1/tenants/me/invitations",
        "/account/login",
    ] {
        let call = world.request(Method::GET, path).host(&host);
        let answer = bearer(call.clone(), &admin.access).await;
        assert_eq!((answer.status, call.await.status), (404, 404), "{path}");
    }
    let customer = Door::customers(&world, "platform");
    let asked = customer.post("/otp/request", &json!({"channel": "sms", "phone": "+966500000952"})).await;
    asked.expect_problem(404, "tenant_not_found");
    // What the platform's people do for themselves, they do as everybody.
    desk.door().get("/me", &admin).await.expect(200);
    world.request(Method::GET, "/accounts/login").host(&host).await.expect(200);
    world.finish().await;
}

/// The database would not let them either, if the edge forgot to ask.
#[tokio::test(flavor = "multi_thread")]
async fn the_database_keeps_shops_and_platform_apart_by_itself() {
    let world = World::start().await;
    let user = world.app_user_session().await;
    let admin = world.app_admin_session().await;
    let refused = async |client: &tokio_postgres::Client, sql: &str, context: serde_json::Value| {
        let error = client.query_one(sql, &[&context, &json!({"limit": 1, "status": "active"})]).await.expect_err(sql);
        error.as_db_error().unwrap().message().to_owned()
    };
    let shop = "select api.storefront_shop($1, $2)";
    assert_eq!(refused(&user, shop, json!({"slug": "platform"})).await, "tenant_not_found");
    assert_eq!(refused(&user, shop, json!({"slug": "qahwa", "platform": true})).await, "tenant_not_found");
    let list = "select ops.tenant_list($1, $2)";
    for context in [
        json!({"slug": "platform", "reason": "x"}),
        json!({"slug": "qahwa", "reason": "x"}),
        json!({"slug": "platform", "platform": true, "reason": "x", "actor": "job"}),
        json!({"slug": "qahwa", "reason": "x", "actor": "job"}),
    ] {
        let code = refused(&admin, list, context).await;
        assert!(["authentication_required", "tenant_not_found"].contains(&&*code), "{code}");
    }
    for sql in [
        "select ops.seed_grant('{}')",
        "select ops.seed_staff('{}')",
        "select * from app.tenant",
        "select api.system_ping('{}', '{}')",
    ] {
        let error = admin.batch_execute(sql).await.expect_err(sql);
        assert_eq!(error.as_db_error().unwrap().code().code(), "42501", "{sql}");
    }
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_says_why() {
    let world = World::start().await;
    let desk = Desk::of(&world);
    let admin: Person = desk.person("amal@wasla.example", "platform_admin").await;
    let call = || admin.sign(desk.request(Method::GET, "/tenants"));
    for reason in [None, Some(String::new()), Some("  ".to_owned()), Some("x".repeat(501)), Some("%00".to_owned())] {
        let call = match reason {
            Some(reason) => call().header("x-reason", reason),
            None => call(),
        };
        call.await.expect_problem(400, "reason_missing");
    }
    call().header("x-reason", "one").header("x-reason", "two").await.expect_problem(400, "reason_missing");
    call().header("x-reason", "%D8%B7%D9%84%D8%A8").await.expect(200);
    let reason: String = world.sql.query_one("select reason from ops.access", &[]).await.unwrap().get(0);
    assert_eq!(reason, "طلب");
    world.finish().await;
}

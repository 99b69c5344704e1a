//! The order of the stages (API-07): a request with every fault is refused for the first, and when that is mended for the next.

use http::Method;
use serde_json::json;
use tests::{Answer, Call, World};

use crate::api::auth::Door;

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_refused_for_the_first_stage_that_it_fails() {
    let world = World::start().await;
    let shop = world.shop("qahwa");
    let staff = Door::staff(&world, "qahwa");
    let manager = staff.employee("salem@example.com", "manager").await;
    let owner = staff.employee("noura@example.com", "owner").await;
    let oversized = vec![b' '; 70_000];
    let patch = |path: &str, host: &str| world.request(Method::PATCH, path).host(host).request_id("req-of-the-order");
    let me = "/api/v1/tenants/me";
    let wrong = |call: Call| call.header("if-match", "7").json(&json!({"mfa": 1}));
    let steps: [(&str, Call, u16, &str); 9] = [
        ("address", patch("/api/v1/tenants/%zz?x", "127.0.0.1").body(oversized.clone()), 400, "malformed_uri"),
        ("size", patch("/api/v1/tenants/nowhere?x", "127.0.0.1").body(oversized), 413, "body_too_large"),
        ("route", wrong(patch("/api/v1/tenants/nowhere?x", "127.0.0.1")), 404, "not_found"),
        (
            "tenant",
            wrong(patch(&format!("{me}?x"), "127.0.0.1")).header("authorization", "Bearer x"),
            404,
            "tenant_not_found",
        ),
        ("caller", wrong(patch(&format!("{me}?x"), &shop.host())), 401, "authentication_required"),
        ("permission", manager.sign(wrong(patch(&format!("{me}?x"), &shop.host()))), 403, "forbidden"),
        ("condition", owner.sign(wrong(patch(&format!("{me}?x"), &shop.host()))), 400, "invalid_if_match"),
        (
            "query",
            owner.sign(patch(&format!("{me}?x=1"), &shop.host()).json(&json!({"mfa": 1}))),
            422,
            "invalid_request",
        ),
        (
            "body",
            owner.sign(patch(me, &shop.host()).body("{")).header("content-type", "application/json"),
            400,
            "malformed_json",
        ),
    ];
    for (stage, call, status, code) in steps {
        // The first and the last stage are there for all of them: the id, and the headers.
        let answer: Answer = call.await;
        assert_eq!((answer.status, answer.code().as_str()), (status, code), "{stage}: {}", answer.text());
        assert_eq!(answer.header("x-request-id"), Some("req-of-the-order"), "{stage}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{stage}");
    }
    world.finish().await;
}

/// A page of another origin reads why it is refused, from the tenant's stage on; a preflight goes no further than the route.
#[tokio::test(flavor = "multi_thread")]
async fn other_origins_are_admitted_after_the_answer_and_before_its_headers() {
    let world = World::start().await;
    let shop = world.shop("qahwa");
    let own = format!("https://{}", shop.slug.to_owned() + ".localhost");
    let by_header =
        |method: Method, path: &str| world.request(method, path).header("x-tenant", "qahwa").header("origin", &own);
    for (call, status) in [
        (by_header(Method::PATCH, "/api/v1/tenants/me"), 401),
        (by_header(Method::GET, "/api/v1/tenants/nowhere"), 404),
        (by_header(Method::POST, "/api/v1/storefront/carts").body(vec![b' '; 70_000]), 413),
    ] {
        let answer = call.await.expect(status);
        assert_eq!(answer.header("access-control-allow-origin"), Some(&*own));
    }
    // Neither a token nor a body is looked at: browsers send none.
    let ask = by_header(Method::OPTIONS, "/api/v1/tenants/me").header("access-control-request-method", "PATCH");
    let answer = ask.header("authorization", "Bearer nonsense").body("{").await.expect(204);
    assert_eq!(answer.header("access-control-allow-methods"), Some("GET,HEAD,PATCH"));
    let broken =
        by_header(Method::OPTIONS, "/api/v1/storefront/%zz").header("access-control-request-method", "GET").await;
    broken.expect_problem(400, "malformed_uri");
    world.finish().await;
}

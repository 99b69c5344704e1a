//! Pages of other origins (SEC-02).

use http::Method;
use serde_json::json;
use tests::{Answer, Call, CountingSeam, Shop, World, fresh_key};

use crate::api::auth::Door;

const FRIEND: &str = "https://www.example.com";
const STRANGER: &str = "https://evil.example";

/// Asks as a browser does before it sends a request of a page of `origin`.
fn ask(shop: Shop<'_>, path: &str, origin: &str) -> Call {
    shop.world
        .request(Method::OPTIONS, path)
        .host(&shop.host())
        .header("origin", origin)
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "content-type,idempotency-key")
}

#[track_caller]
fn assert_says_nothing(answer: &Answer) {
    let told = answer.headers.keys().find(|name| name.as_str().starts_with("access-control-") || *name == "allow");
    assert_eq!(told, None, "{answer:?}");
}

/// A shop that trusts [`FRIEND`].
async fn befriend(world: &World) -> Shop<'_> {
    let owner = Door::staff(world, "qahwa").employee("noura@example.com", "owner").await;
    let shop = Door::tenant(world, "qahwa");
    let set = shop.patch("", &owner, &json!({"cors_origins": [FRIEND.to_uppercase().replace("HTTPS", "https")]})).await;
    assert_eq!(set.expect(200).data()["cors_origins"], json!([FRIEND]));
    tests::eventually(async || {
        ask(world.shop("qahwa"), "/api/v1/storefront/carts", FRIEND)
            .await
            .header("access-control-allow-origin")
            .is_some()
    })
    .await;
    world.shop("qahwa")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preflight_tells_a_trusted_origin_what_it_may_send_and_a_stranger_nothing() {
    let world = World::start().await;
    let shop = befriend(&world).await;
    let own = format!("http://{}", shop.host());
    for origin in [FRIEND, "https://qahwa.localhost", &own] {
        let answer = ask(shop, "/api/v1/storefront/carts", origin).await.expect(204);
        assert_eq!(answer.header("access-control-allow-origin"), Some(origin));
        assert_eq!(answer.header("access-control-allow-methods"), Some("POST"));
        let headers = answer.header("access-control-allow-headers").unwrap().to_ascii_lowercase();
        for name in ["authorization", "content-type", "idempotency-key", "if-match", "x-tenant", "traceparent"] {
            assert!(headers.contains(name), "{headers}");
        }
        assert_eq!(answer.header("access-control-max-age"), Some("7200"));
        assert_eq!(answer.header("access-control-allow-credentials"), None);
        assert_eq!((answer.header("vary"), answer.header("allow")), (Some("Origin"), None));
        assert!(answer.body.is_empty() && answer.header("x-request-id").is_some());
    }
    let nowhere = ask(shop, "/api/v1/storefront/nowhere", FRIEND).await.expect_problem(404, "not_found");
    assert_eq!(nowhere.header("access-control-allow-methods"), None);

    for origin in [
        STRANGER,
        "https://moda.localhost",
        "https://www.example.com.evil.example",
        "http://www.example.com",
        "https://www.example.com:8443",
        "https://WWW.example.com",
        "https://qahwa.localhost:1",
        "https://evilqahwa.localhost",
        "null",
        "*",
        "",
    ] {
        for path in ["/api/v1/storefront/carts", "/api/v1/storefront/nowhere", "/api/v1/tenants/me"] {
            let answer = ask(shop, path, origin).await.expect(204);
            assert_says_nothing(&answer);
            assert_eq!(answer.header("vary"), Some("Origin"), "{origin}");
        }
    }
    // Another shop has other friends, and several origins are none.
    assert_says_nothing(&ask(world.shop("moda"), "/api/v1/storefront/carts", FRIEND).await.expect(204));
    let two = ask(shop, "/api/v1/storefront/nowhere", STRANGER).header("origin", FRIEND);
    assert_says_nothing(&two.await.expect(204));
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_that_is_paused_or_none_has_no_friends() {
    let world = World::start().await;
    let shop = befriend(&world).await;
    let nobody = ask(shop, "/api/v1/storefront/carts", FRIEND).host("nobody.localhost");
    assert_says_nothing(&nobody.await.expect_problem(404, "tenant_not_found"));
    world.sql.execute("update app.tenant set status = 'paused' where slug = 'qahwa'", &[]).await.unwrap();
    tests::eventually(async || ask(shop, "/api/v1/storefront/carts", FRIEND).await.status == 404).await;
    assert_says_nothing(&ask(shop, "/api/v1/storefront/carts", FRIEND).await.expect_problem(404, "shop_paused"));
    assert_says_nothing(&shop.get("/carts/crt_1").header("origin", FRIEND).await.expect(404));
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_webhooks_pages_and_the_system_are_for_no_other_origin() {
    let world = World::start().await;
    let shop = befriend(&world).await;
    for path in [
        "/internal/jobs/events/publish",
        "/internal/jobs/messages/deliver",
        "/api/v1/webhooks/payments/moyasar/x",
        "/api/v1/auth/oauth/clerk/webhook",
        "/api/v1/storefront/auth/oauth/clerk/webhook",
        "/api/v1/system/info",
        "/health",
        "/account/login",
        "/.well-known/jwks.json",
    ] {
        let answer = ask(shop, path, FRIEND).await.expect(405);
        let told = answer.headers.keys().any(|name| name.as_str().starts_with("access-control-"));
        assert!(!told, "{path}: {answer:?}");
        for method in [Method::GET, Method::POST] {
            let answer = world.request(method, path).host(&shop.host()).header("origin", FRIEND).await;
            assert_eq!(answer.header("access-control-allow-origin"), None, "{path}");
        }
    }
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trusted_page_reads_answers_and_refusals_and_a_stranger_neither() {
    let world = World::start().await;
    let shop = befriend(&world).await;
    for (path, status) in [("/products", 200), ("/products/nothing", 404), ("/products?limit=x", 422), ("/me", 401)] {
        for _warm in 0..2 {
            let friend = shop.get(path).header("origin", FRIEND).await.expect(status);
            assert_eq!(friend.header("access-control-allow-origin"), Some(FRIEND), "{path}");
            let exposed = friend.header("access-control-expose-headers").unwrap();
            assert!(exposed.contains("X-Request-Id") && exposed.contains("ETag"), "{exposed}");
            let stranger = shop.get(path).header("origin", STRANGER).await.expect(status);
            let nobody = shop.get(path).await.expect(status);
            assert_says_nothing(&stranger);
            assert_says_nothing(&nobody);
            assert!(stranger.header("vary").unwrap().contains("Origin"));
        }
    }
    // What a shared cache may keep says that it depends on the origin, whoever asked.
    let kept = shop.get("/products").await.expect(200);
    assert_eq!(kept.header("vary"), Some("Accept-Encoding, Accept-Language, Origin, X-Tenant"));
    let fresh = shop.get("/products").header("if-none-match", kept.header("etag").unwrap()).header("origin", FRIEND);
    let fresh = fresh.await.expect(304);
    assert_eq!(fresh.header("access-control-allow-origin"), Some(FRIEND));
    assert!(fresh.header("vary").unwrap().contains("Origin"));
    // A page of the very host asks for nothing, and one of another host of the same shop may read.
    let own = format!("http://{}", shop.host());
    assert_says_nothing(&shop.request(Method::POST, "/carts").header("origin", &own).await.expect(201));
    let by_header = world.request(Method::GET, "/api/v1/storefront/products").header("x-tenant", "qahwa");
    let by_header = by_header.header("origin", &own).await.expect(200);
    assert_eq!(by_header.header("access-control-allow-origin"), Some(&*own));
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preflight_costs_a_statement_cold_and_nobody_else_pays() {
    let probe = CountingSeam::new();
    let world = World::builder().seam(probe.clone()).start().await;
    let shop = world.shop("qahwa");
    let own = format!("http://{}", shop.host());
    let cost = async |call: Call, status: u16| {
        let id = fresh_key();
        call.request_id(&id).await.expect(status);
        probe.statements_of(&id).len()
    };
    assert_eq!(cost(ask(shop, "/api/v1/storefront/carts", &own), 204).await, 1, "cold");
    assert_eq!(cost(ask(shop, "/api/v1/storefront/carts", &own), 204).await, 0, "warm");
    assert_eq!(cost(ask(shop, "/api/v1/storefront/carts", STRANGER), 204).await, 0);
    let moda = world.shop("moda");
    assert_eq!(cost(moda.get("/products").header("origin", FRIEND), 200).await, 1, "the read itself tells the tenant");
    assert_eq!(cost(moda.get("/products").header("origin", FRIEND), 200).await, 0);
    let oud = world.shop("oud");
    assert_eq!(cost(oud.get("/me"), 401).await, 0, "without an origin");
    assert_eq!(cost(oud.get("/me").header("origin", FRIEND), 401).await, 1, "whether the page may read the refusal");
    world.finish().await;
}

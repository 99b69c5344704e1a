//! The headers of every answer (SEC-01), and methods that nothing here knows.

use http::Method;
use tests::{Answer, World};

#[track_caller]
fn assert_guarded(what: &str, answer: &Answer) {
    let has = |name: &str, part: &str| {
        let value = answer.header(name).unwrap_or_else(|| panic!("{what}: no {name}: {answer:?}"));
        assert!(value.contains(part), "{what}: {name}: {value}");
    };
    has("x-content-type-options", "nosniff");
    has("x-frame-options", "DENY");
    has("referrer-policy", "");
    has("content-security-policy", "default-src 'none'");
    has("cache-control", "");
    has("x-request-id", "");
    assert_eq!(answer.header("strict-transport-security"), None, "over HTTP it says nothing");
    for name in ["server", "x-powered-by", "access-control-allow-credentials"] {
        assert_eq!(answer.header(name), None, "{what}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_answer_is_guarded() {
    let world = World::start().await;
    let shop = world.shop("qahwa");
    let tag = shop.get("/products").await.header("etag").unwrap().to_owned();
    let on = |method: Method, path: &str| world.request(method, path).host(&shop.host());
    let preflight = on(Method::OPTIONS, "/api/v1/storefront/carts").header("access-control-request-method", "POST");
    let preflight = preflight.header("origin", format!("http://{}", shop.host()));
    for (what, call, status) in [
        ("a read", shop.get("/products"), 200),
        ("a read that is known", shop.get("/products").header("if-none-match", &tag), 304),
        ("a change", shop.request(Method::POST, "/carts"), 201),
        ("a refusal", shop.get("/products/nothing"), 404),
        ("no route of the component", shop.get("/nowhere"), 404),
        ("another method", shop.request(Method::PUT, "/carts"), 405),
        ("a preflight", preflight, 204),
        ("a broken address", shop.get("/products/%zz"), 400),
        ("too large by its own account", shop.request(Method::POST, "/carts").body(vec![b' '; 70_000]), 413),
        ("nobody's token", shop.get("/me"), 401),
        ("a page", on(Method::GET, "/account/login"), 200),
        ("a style", on(Method::GET, "/account/assets/page.css"), 200),
        ("the system", on(Method::GET, "/health"), 200),
        ("keys", on(Method::GET, "/.well-known/jwks.json"), 200),
        ("a job without its token", on(Method::POST, "/internal/jobs/events/publish"), 401),
        ("no component", on(Method::GET, "/nowhere"), 404),
        ("too much for the host", on(Method::POST, "/api/v1/storefront/carts").body(vec![b' '; 11 << 20]), 413),
    ] {
        let answer = call.await.expect(status);
        assert_guarded(what, &answer);
        if what != "no component" && what != "too much for the host" {
            assert!(answer.header("permissions-policy").unwrap().contains("camera=()"), "{what}");
            assert_eq!(answer.header("cross-origin-resource-policy"), Some("same-origin"), "{what}");
        }
    }
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_never_sent_back_to_who_traces_it() {
    let world = World::start().await;
    let shop = world.shop("qahwa");
    for path in ["/api/v1/storefront/products", "/api/v1/auth/login", "/account/login", "/health"] {
        for method in ["TRACE", "TRACK", "DEBUG"] {
            let call = world.request(Method::from_bytes(method.as_bytes()).unwrap(), path).host(&shop.host());
            let answer = call.header("x-canary", "canary-7").header("cookie", "a=canary-7").await;
            assert_eq!(answer.status, 405, "{method} {path}");
            assert!(
                !answer.text().contains("canary-7") && answer.header("allow").is_some_and(|it| !it.contains(method))
            );
        }
    }
    world.finish().await;
}

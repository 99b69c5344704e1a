//! Paths and methods.

use http::Method;
use tests::{World, fresh_key};

use super::{Case, Stage, refuse};

#[tokio::test(flavor = "multi_thread")]
async fn addresses_that_mean_nothing_are_refused() {
    let world = World::start().await;
    let shop = world.shop("qahwa");
    let stage = Stage::set(shop).await;
    let mut cases = Vec::new();
    for path in [
        "/products/%",
        "/products/%2",
        "/products/%zz",
        "/products/%ff",
        "/products/%c0%af",
        "/products/%00",
        "/products/a%00b",
        "/products/%0d%0aset-cookie:%20a=b",
        "/products/%1b",
        "/products/%7f",
        "/carts/%ed%a0%80",
        "/%ff",
        "/media/%",
        "/orders/%00?token=a",
    ] {
        cases.push(Case::new(path, shop.get(path), 400, "malformed_uri"));
    }
    for path in [
        "/products/A",
        "/products/a_b",
        "/products/%D9%82",
        "/products/a%20b",
        "/products/a%2Fb",
        "/products/..%2Fshop",
        "/products/%27%20or%201=1--",
        "/products/%2E%2E",
    ] {
        cases.push(Case::new(path, shop.get(path), 404, "product_not_found"));
    }
    for path in [
        "",
        "/",
        "/nowhere",
        "/shop/",
        "//shop",
        "/products/",
        "/products/a/b",
        "/Shop",
        "/SHOP",
        "/shop;a=b",
        "/%73hop/x",
        "/carts/",
        "/.env",
        "/wp-admin",
        "/checkout/x",
        "/me/",
        "/me/addresses/",
        "/auth",
        "/auth/",
        "/auth/login/",
        "/auth/Login",
        "/auth/me",
        "/auth/members/x",
        "/tenants/me",
        "/auth/mfa",
        "/auth/oauth/x",
        "/auth/password",
        "/auth/sessions/",
    ] {
        cases.push(Case::new(format!("{path:?}"), shop.get(path), 404, "not_found"));
    }
    for path in [
        "/api/v1/auth",
        "/api/v1/auth/",
        "/api/v1/auth/login/",
        "/api/auth/token",
        "/api/auth/token/verify",
        "/internal/jobs/messages",
    ] {
        cases.push(Case::new(path, world.request(Method::GET, path).host(&shop.host()), 404, "not_found"));
    }
    for path in ["/auth/sessions/%ff", "/auth/oauth/%00/start", "/me/orders/%zz"] {
        cases.push(Case::new(path, shop.get(path), 400, "malformed_uri"));
    }
    for (path, code) in
        [("/media/x", "media_not_found"), ("/carts/x", "cart_not_found"), ("/orders/x", "order_not_found")]
    {
        cases.push(Case::new(path, shop.get(path), 404, code));
    }
    for (method, path, code) in [
        (Method::PATCH, format!("/carts/{}/items/x", stage.cart), "cart_item_not_found"),
        (Method::DELETE, format!("/carts/{}/items/x", stage.cart), "cart_item_not_found"),
        (Method::PATCH, format!("/carts/x/items/{}", stage.item), "cart_not_found"),
        (Method::DELETE, format!("/carts/x/items/{}", stage.item), "cart_not_found"),
    ] {
        let call =
            shop.request(method.clone(), &path).header("content-type", "application/json").body("{\"quantity\":1}");
        cases.push(Case::new(format!("{method} {path}"), call, 404, code));
    }
    cases.push(Case::new("a long path", shop.get(&format!("/products/{}", "x".repeat(8_200))), 414, "uri_too_long"));
    refuse(&world, cases, 60).await;
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn methods_that_a_resource_does_not_have_are_refused_with_those_it_has() {
    let world = World::start().await;
    let shop = world.shop("moda");
    let stage = Stage::set(shop).await;
    let api = |path: &str| format!("/api/v1/storefront{path}");
    let resources = [
        ("/health".to_owned(), "GET,HEAD"),
        ("/ready".to_owned(), "GET,HEAD"),
        ("/api/v1/system/info".to_owned(), "GET,HEAD"),
        (api("/shop"), "GET,HEAD"),
        (api("/categories"), "GET,HEAD"),
        (api("/products"), "GET,HEAD"),
        (api("/products/a"), "GET,HEAD"),
        (api("/media/a"), "GET,HEAD"),
        (api("/carts"), "POST"),
        (api(&format!("/carts/{}", stage.cart)), "GET,HEAD"),
        (api(&format!("/carts/{}/items", stage.cart)), "POST"),
        (api(&format!("/carts/{}/items/{}", stage.cart, stage.item)), "PATCH,DELETE"),
        (api("/checkout"), "POST"),
        (api("/orders/a"), "GET,HEAD"),
        ("/api/v1/webhooks/payments/moyasar/0".to_owned(), "POST"),
        ("/internal/jobs/storefront/release-reservations".to_owned(), "POST"),
        ("/internal/jobs/storefront/purge".to_owned(), "POST"),
        ("/internal/jobs/payments/reconcile".to_owned(), "POST"),
        ("/internal/jobs/events/publish".to_owned(), "POST"),
        ("/internal/jobs/audit/seal".to_owned(), "POST"),
        ("/internal/jobs/messages/deliver".to_owned(), "POST"),
        ("/internal/jobs/messages/purge".to_owned(), "POST"),
        ("/internal/jobs/platform/purge".to_owned(), "POST"),
        ("/.well-known/jwks.json".to_owned(), "GET,HEAD"),
        ("/api/auth/token/".to_owned(), "POST"),
        ("/api/auth/token/refresh/".to_owned(), "POST"),
        ("/api/auth/token/verify/".to_owned(), "POST"),
        (api("/me"), "GET,HEAD,PATCH"),
        (api("/me/addresses"), "GET,HEAD,POST"),
        (api("/me/addresses/a"), "PATCH,DELETE"),
        (api("/me/orders"), "GET,HEAD"),
        (api("/me/orders/a"), "GET,HEAD"),
    ];
    let staff = |path: &str| format!("/api/v1/auth{path}");
    let tenants = ["tenants", "organizations", "stores"].into_iter().flat_map(|name| {
        [
            ("", "GET,HEAD,PATCH"),
            ("/usage", "GET,HEAD"),
            ("/domains", "GET,HEAD,POST"),
            ("/domains/a", "GET,HEAD,PATCH,DELETE"),
            ("/domains/a/verify", "POST"),
            ("/members", "GET,HEAD,PATCH"),
            ("/members/a", "GET,HEAD,PATCH,DELETE"),
            ("/leave", "POST"),
            ("/ownership", "POST"),
            ("/roles", "GET,HEAD,POST"),
            ("/roles/a", "GET,HEAD,PATCH,DELETE"),
            ("/invitations", "GET,HEAD,POST"),
            ("/audit", "GET,HEAD"),
            ("/integrations", "GET,HEAD,POST"),
            ("/integrations/a", "GET,HEAD,PATCH,DELETE"),
            ("/integrations/a/keys", "POST"),
            ("/integrations/a/keys/a", "DELETE"),
            ("/integrations/a/keys/a/rotate", "POST"),
            ("/audit/export", "GET,HEAD"),
            ("/invitations/a", "DELETE"),
            ("/invitations/a/resend", "POST"),
        ]
        .map(|(path, allow)| (format!("/api/v1/{name}/me{path}"), allow))
    });
    let pages = ["/account", "/accounts"].into_iter().flat_map(|prefix| {
        [
            ("", "GET,HEAD"),
            ("/login", "GET,HEAD,POST"),
            ("/login/", "GET,HEAD,POST"),
            ("/register", "GET,HEAD,POST"),
            ("/verify-email", "GET,HEAD,POST"),
            ("/forgot-password", "GET,HEAD,POST"),
            ("/reset-password", "GET,HEAD,POST"),
            ("/invitation", "GET,HEAD,POST"),
            ("/assets/page.css", "GET,HEAD"),
            ("/assets/page.js", "GET,HEAD"),
        ]
        .map(|(path, allow)| (format!("{prefix}{path}"), allow))
    });
    let staffs = [
        (staff("/me"), "GET,HEAD,PATCH"),
        (staff("/customers/a"), "PATCH"),
        (staff("/invitations/accept"), "POST"),
        (staff("/members/a/sessions"), "GET,HEAD,DELETE"),
        (staff("/members/a/sessions/b"), "DELETE"),
        (staff("/customers/a/sessions"), "GET,HEAD,DELETE"),
        (staff("/customers/a/sessions/b"), "DELETE"),
    ];
    let of_both = [
        ("/login", "POST"),
        ("/refresh", "POST"),
        ("/logout", "POST"),
        ("/register", "POST"),
        ("/verify-email", "POST"),
        ("/verify-phone", "POST"),
        ("/password/forgot", "POST"),
        ("/password/reset", "POST"),
        ("/password/change", "POST"),
        ("/otp/request", "POST"),
        ("/otp/verify", "POST"),
        ("/oauth", "GET,HEAD"),
        ("/oauth/a/start", "GET,HEAD"),
        ("/oauth/a/callback", "GET,HEAD,POST"),
        ("/oauth/a/token", "POST"),
        ("/oauth/a/webhook", "POST"),
        ("/mfa/totp", "POST,DELETE"),
        ("/mfa/totp/confirm", "POST"),
        ("/mfa/recovery-codes", "POST"),
        ("/mfa/challenge", "POST"),
        ("/sessions", "GET,HEAD,DELETE"),
        ("/sessions/a", "DELETE"),
    ];
    let of_both =
        of_both.into_iter().flat_map(|(path, allow)| [(staff(path), allow), (api(&format!("/auth{path}")), allow)]);
    let resources = resources.into_iter().chain(tenants).chain(pages).chain(staffs).chain(of_both);
    let mut cases = Vec::new();
    let mut allowed = Vec::new();
    for (path, allow) in resources {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "get", "POSTX"] {
            let has = allow.split(',').any(|allowed| allowed == method);
            if !has {
                let call = world
                    .request(method.parse().unwrap(), &path)
                    .host(&shop.host())
                    .header("idempotency-key", fresh_key());
                allowed.push((call.clone(), allow, format!("{method} {path}")));
                cases.push(Case::new(format!("{method} {path}"), call, 405, "method_not_allowed"));
            }
        }
    }
    refuse(&world, cases, 600).await;
    for (call, allow, name) in allowed {
        let answer = call.await;
        let mut names: Vec<&str> =
            answer.header("allow").unwrap_or_else(|| panic!("{name}: no Allow")).split(',').map(str::trim).collect();
        let mut expected: Vec<&str> = allow.split(',').collect();
        names.sort_unstable();
        expected.sort_unstable();
        assert_eq!(names, expected, "{name}");
    }
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_and_webhooks_open_to_nobody_without_their_secret() {
    let world = World::start().await;
    let shop = world.shop("oud");
    let endpoint = shop.endpoint().await;
    let secret = world.webhook_secret("oud");
    let mut cases = Vec::new();
    for job in [
        "storefront/release-reservations",
        "storefront/purge",
        "payments/reconcile",
        "events/publish",
        "audit/seal",
        "messages/deliver",
        "messages/purge",
        "platform/purge",
    ] {
        let call = || world.request(Method::POST, &format!("/internal/jobs/{job}"));
        cases.push(Case::new(format!("{job}: no token"), call(), 401, "unauthorized"));
        for token in [
            "",
            "Bearer",
            "Bearer ",
            "Bearer x",
            "Basic am9iOnRva2Vu",
            "Bearer job-token-of-the-tests-012345678",
            "Bearer JOB-TOKEN-OF-THE-TESTS-0123456789",
            "job-token-of-the-tests-0123456789",
        ] {
            cases.push(Case::new(
                format!("{job}: {token}"),
                call().header("authorization", token),
                401,
                "unauthorized",
            ));
        }
        let twice = world.job(job).header("authorization", "Bearer job-token-of-the-tests-0123456789");
        cases.push(Case::new(format!("{job}: token twice"), twice, 401, "unauthorized"));
        let by_query =
            world.request(Method::POST, &format!("/internal/jobs/{job}?token=job-token-of-the-tests-0123456789"));
        cases.push(Case::new(format!("{job}: token in the query"), by_query, 401, "unauthorized"));
    }
    for (name, body) in [
        ("nothing", String::new()),
        ("no JSON", "{".into()),
        ("no object", "[]".into()),
        ("no secret", "{\"id\": \"e\", \"type\": \"payment_paid\"}".into()),
        ("empty secret", "{\"secret_token\": \"\"}".into()),
        ("null secret", "{\"secret_token\": null}".into()),
        ("number for a secret", "{\"secret_token\": 1}".into()),
        ("another shop's secret", format!("{{\"secret_token\": \"{}\"}}", world.webhook_secret("moda"))),
        ("half the secret", format!("{{\"secret_token\": \"{}\"}}", &secret[..10])),
        ("secret and more", format!("{{\"secret_token\": \"{secret}x\"}}")),
        ("secret in capitals", format!("{{\"secret_token\": \"{}\"}}", secret.to_uppercase())),
        ("secret deeper", format!("{{\"data\": {{\"secret_token\": \"{secret}\"}}}}")),
        ("secret in a header's name", format!("secret_token={secret}")),
        ("deep", "[".repeat(60_000)),
    ] {
        cases.push(Case::new(format!("webhook: {name}"), world.webhook(&endpoint, body), 401, "invalid_signature"));
    }
    let large = format!("{{\"secret_token\": \"{secret}\"}}{}", " ".repeat(65_536));
    cases.push(Case::new("webhook: large", world.webhook(&endpoint, large), 413, "body_too_large"));
    refuse(&world, cases, 75).await;
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn head_answers_as_get_without_its_body() {
    let world = World::start().await;
    let shop = world.shop("moda");
    let stage = Stage::set(shop).await;
    for path in [
        "/shop",
        "/categories",
        "/products",
        "/products?limit=0",
        "/products/none",
        &format!("/carts/{}", stage.cart),
        "/nowhere",
    ] {
        let (get, head) = (shop.get(path).await, shop.request(Method::HEAD, path).await);
        assert_eq!(get.status, head.status, "{path}");
        assert!(head.body.is_empty(), "{path}");
        for name in ["content-type", "cache-control", "etag", "vary", "allow"] {
            assert_eq!(get.header(name), head.header(name), "{path}: {name}");
        }
    }
    world.finish().await;
}

//! A request names exactly one shop or none (TEN-03 to TEN-05, TEN-09 to TEN-11, rulings C-05, C-07, C-10).

use std::time::{Duration, Instant};

use serde_json::json;
use tests::{RawAnswer, Shop, World};

/// `GET /shop` with these headers and nothing else.
async fn ask(world: &World, headers: &[(&str, &str)]) -> RawAnswer {
    let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    world.raw(format!("GET /api/v1/storefront/shop HTTP/1.1\r\n{headers}connection: close\r\n\r\n")).await
}

/// The slug of the shop that answered, or what was refused.
fn answered(answer: &RawAnswer) -> String {
    let body: serde_json::Value = serde_json::from_str(answer.body()).unwrap_or_default();
    match body["data"]["slug"].as_str() {
        Some(slug) if answer.status() == Some(200) => slug.to_owned(),
        _ => format!("{} {}", answer.status().unwrap_or_default(), answer.code()),
    }
}

/// What is special, the headers, and the shop that must answer or the refusal.
type Case<'c> = (&'c str, Vec<(&'c str, &'c str)>, &'c str);

const NONE: &str = "404 tenant_not_found";

async fn custom_domain(world: &World, slug: &str) -> String {
    let query = "select d.domain from app.tenant_domain d join app.tenant t on t.id = d.tenant_id where t.slug = $1 and d.domain like '%.example' order by 1 limit 1";
    world.sql.query_one(query, &[&slug]).await.unwrap().get(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_names_one_shop_or_none() {
    let world = World::start().await;
    let (oud, moda) = (custom_domain(&world, "oud").await, custom_domain(&world, "moda").await);
    let (oud_upper, oud_port, oud_dot) = (oud.to_uppercase(), format!("{oud}:8443"), format!("{oud}."));
    let long = format!("{}.localhost", "a".repeat(64));
    let cases: Vec<Case<'_>> = vec![
        ("slug under the base domain", vec![("host", "qahwa.localhost")], "qahwa"),
        ("with a port", vec![("host", "qahwa.localhost:3000")], "qahwa"),
        ("in capitals", vec![("Host", "QAHWA.LocalHost")], "qahwa"),
        ("with the root's dot", vec![("host", "qahwa.localhost.")], "qahwa"),
        ("with dot and port", vec![("host", "qahwa.localhost.:3000")], "qahwa"),
        ("custom domain", vec![("host", &moda)], "moda"),
        ("custom domain in punycode", vec![("host", &oud)], "oud"),
        ("custom domain in capitals", vec![("host", &oud_upper)], "oud"),
        ("custom domain with a port", vec![("host", &oud_port)], "oud"),
        ("custom domain with the root's dot", vec![("host", &oud_dot)], "oud"),
        ("header at an address", vec![("host", "127.0.0.1:3000"), ("x-tenant", "moda")], "moda"),
        ("header at an IPv6 address", vec![("host", "[::1]:3000"), ("x-tenant", "moda")], "moda"),
        ("header at the bare base domain", vec![("host", "localhost"), ("x-tenant", "moda")], "moda"),
        ("header in capitals", vec![("host", "localhost"), ("X-Tenant", "MODA")], "moda"),
        ("header that agrees with the host", vec![("host", "moda.localhost"), ("x-tenant", "moda")], "moda"),
        ("header that agrees with the domain", vec![("host", &oud), ("x-tenant", "oud")], "oud"),
        ("header of another shop", vec![("host", "qahwa.localhost"), ("x-tenant", "moda")], NONE),
        ("header of another shop than the domain's", vec![("host", &oud), ("x-tenant", "moda")], NONE),
        ("header of no shop", vec![("host", "localhost"), ("x-tenant", "nobody")], NONE),
        ("header of no shop at a shop's host", vec![("host", "qahwa.localhost"), ("x-tenant", "nobody")], NONE),
        ("empty header", vec![("host", "qahwa.localhost"), ("x-tenant", "")], NONE),
        ("two headers", vec![("host", "localhost"), ("x-tenant", "moda"), ("x-tenant", "moda")], NONE),
        ("two names in one header", vec![("host", "localhost"), ("x-tenant", "moda, qahwa")], NONE),
        ("a tenant id is no slug", vec![("host", "localhost"), ("x-tenant", "ten_0199")], NONE),
        ("unknown slug", vec![("host", "nobody.localhost")], NONE),
        ("unknown domain", vec![("host", "nobody.example")], NONE),
        ("bare base domain", vec![("host", "localhost")], NONE),
        ("address", vec![("host", "127.0.0.1:3000")], NONE),
        ("IPv6 address", vec![("host", "[::1]")], NONE),
        ("address in another notation", vec![("host", "2130706433")], NONE),
        ("below a shop's host", vec![("host", "www.qahwa.localhost")], NONE),
        ("a shop's host as a prefix", vec![("host", "qahwa.localhost.evil.example")], NONE),
        ("base domain as a suffix of a word", vec![("host", "qahwalocalhost")], NONE),
        ("underscore", vec![("host", "qah_wa.localhost")], NONE),
        ("long label", vec![("host", &long)], NONE),
        ("an address that a proxy tells", vec![("host", "localhost"), ("x-forwarded-host", "qahwa.localhost")], NONE),
        (
            "a proxy that tells another",
            vec![("host", "moda.localhost"), ("x-forwarded-host", "qahwa.localhost")],
            "moda",
        ),
        ("Forwarded tells another", vec![("host", "moda.localhost"), ("forwarded", "host=qahwa.localhost")], "moda"),
        (
            "forged full url",
            vec![("host", "moda.localhost"), ("spin-full-url", "http://qahwa.localhost/api/v1/storefront/shop")],
            "moda",
        ),
        (
            "forged full url alone",
            vec![("host", "localhost"), ("spin-full-url", "http://qahwa.localhost/api/v1/storefront/shop")],
            NONE,
        ),
        (
            "forged path",
            vec![
                ("host", "moda.localhost"),
                ("spin-path-info", "/api/v1/storefront/categories"),
                ("spin-matched-route", "/..."),
            ],
            "moda",
        ),
        (
            "forged tenant headers",
            vec![("host", "moda.localhost"), ("tenant", "qahwa"), ("x-tenant-id", "qahwa"), ("x-shop", "qahwa")],
            "moda",
        ),
    ];
    // Twice: before any cache knows the shop, and after.
    for round in ["cold", "warm"] {
        for (name, headers, expected) in &cases {
            let answer = ask(&world, headers).await;
            assert_eq!(answered(&answer), *expected, "{round}: {name}: {}", answer.text);
        }
    }
    world.finish().await;
}

/// What HTTP itself forbids may be refused by the server before a component sees it, but never served.
#[tokio::test(flavor = "multi_thread")]
async fn a_doubtful_host_is_never_served() {
    let world = World::start().await;
    for (name, headers) in [
        ("no host", &[][..]),
        ("empty host", &[("host", "")]),
        ("two hosts", &[("host", "qahwa.localhost"), ("host", "moda.localhost")]),
        ("the same host twice", &[("host", "qahwa.localhost"), ("host", "qahwa.localhost")]),
        ("two hosts in one header", &[("host", "qahwa.localhost, moda.localhost")]),
        ("user information", &[("host", "moda.localhost@qahwa.localhost")]),
        ("a path", &[("host", "qahwa.localhost/moda.localhost")]),
        ("no port's form", &[("host", "qahwa.localhost:http")]),
        ("a port too high", &[("host", "qahwa.localhost:65536")]),
        ("two ports", &[("host", "qahwa.localhost:1:2")]),
        ("a space", &[("host", "qahwa .localhost")]),
        ("two dots", &[("host", "qahwa..localhost")]),
        ("a percent escape", &[("host", "%71ahwa.localhost")]),
        ("a wildcard", &[("host", "*.localhost")]),
        ("no host but a header", &[("x-tenant", "moda")]),
    ] {
        let answer = ask(&world, headers).await;
        assert!(matches!(answer.status(), Some(400 | 404)), "{name}: {}", answer.text);
        assert!(!answer.text.contains("\"data\""), "{name}: {}", answer.text);
    }
    // An absolute target must not contradict the header.
    let target = "GET http://moda.localhost/api/v1/storefront/shop HTTP/1.1\r\nhost: qahwa.localhost\r\nconnection: close\r\n\r\n";
    let answer = world.raw(target).await;
    assert!(!answer.text.contains("\"slug\":\"qahwa\""), "{}", answer.text);
    world.finish().await;
}

/// Browsers send an international domain in punycode; what sends its letters is refused.
#[tokio::test(flavor = "multi_thread")]
async fn an_international_domain_is_known_by_its_punycode() {
    let world = World::start().await;
    let query = "with t as (select id, set_config('app.tenant_id', id::text, true) from app.tenant where slug = 'qahwa') \
         insert into app.tenant_domain (tenant_id, id, domain, status, verified_at) select id, app.uuid_v7(), 'xn--ogb3cpe.example', 'verified', now() from t";
    world.sql.execute(query, &[]).await.unwrap();
    assert_eq!(answered(&ask(&world, &[("host", "xn--ogb3cpe.example")]).await), "qahwa");
    assert_eq!(answered(&ask(&world, &[("host", "XN--OGB3CPE.example:3000")]).await), "qahwa");
    // RFC 9110 §7.2 has no letters outside ASCII in a host.
    let answer = answered(&ask(&world, &[("host", "قهوة.example")]).await);
    assert_eq!(answer, "400 host_invalid");
    world.finish().await;
}

async fn set_status(world: &World, slug: &str, status: &str) {
    let query = "with t as (select id, set_config('app.tenant_id', id::text, true) from app.tenant where slug = $1) \
         update app.tenant set status = $2 from t where app.tenant.id = t.id";
    world.sql.execute(query, &[&slug, &status]).await.unwrap();
}

/// Waits until a kept answer has had its time.
async fn ends_within(shop: Shop<'_>, path: &str, code: &str, limit: Duration) {
    let start = Instant::now();
    loop {
        let answer = shop.get(path).await;
        if answer.status == 404 {
            assert_eq!(answer.code(), code);
            return;
        }
        assert!(start.elapsed() < limit, "{path} is still answered after {:?}", start.elapsed());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_shop_is_closed_and_a_deleted_one_never_was() {
    let world = World::start().await;
    let (shop, other) = (world.shop("moda"), world.shop("qahwa"));
    let variant = shop.any_variant().await;
    let placed = shop.place(&[(&variant, 1)]).await;
    let cart = shop.cart_with(&[(&variant, 1)]).await;
    for path in ["/shop", "/categories", "/products"] {
        shop.get(path).await.expect(200);
    }

    set_status(&world, "moda", "paused").await;
    let item = json!({"variant_id": variant.id, "quantity": 1});
    shop.request(http::Method::POST, "/carts").await.expect_problem(404, "shop_paused");
    shop.get(&format!("/carts/{cart}")).await.expect_problem(404, "shop_paused");
    shop.post(&format!("/carts/{cart}/items"), &item).await.expect_problem(404, "shop_paused");
    shop.checkout(&cart, "paused").await.expect_problem(404, "shop_paused");
    shop.get(&format!("/orders/{}?token={}", placed.order_id, placed.token)).await.expect_problem(404, "shop_paused");
    for path in ["/shop", "/categories", "/products"] {
        ends_within(shop, path, "shop_paused", Duration::from_millis(5_500)).await;
    }
    other.get("/shop").await.expect(200);
    // What was sold is still settled.
    world.pay(placed.invoice).await;
    let paid = "select count(*) from app.sales_order where status = 'paid'";
    assert_eq!(world.count(paid).await, 1);

    set_status(&world, "moda", "active").await;
    shop.get("/shop").await.expect(200);
    assert_eq!(shop.status(&placed).await, "paid");

    let delete = "with t as (select id, set_config('app.tenant_id', id::text, true) from app.tenant where slug = 'moda') \
         update app.tenant set deleted_at = now() from t where app.tenant.id = t.id";
    world.sql.execute(delete, &[]).await.unwrap();
    shop.get(&format!("/carts/{cart}")).await.expect_problem(404, "tenant_not_found");
    for path in ["/shop", "/categories", "/products"] {
        ends_within(shop, path, "tenant_not_found", Duration::from_millis(5_500)).await;
    }
    let unknown = world.request(http::Method::GET, "/api/v1/storefront/shop").host("nobody.localhost").await;
    let deleted = shop.get("/shop").await;
    assert_eq!(deleted.code(), unknown.code());
    world.allow_unpublished_events();
    world.finish().await;
}

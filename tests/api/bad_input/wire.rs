//! What no HTTP client sends: contradictory lengths, doubled headers, broken lines. Whatever the server makes of it, it serves nothing,
//! takes no second request out of a first one's body, and goes on working.

use std::time::Instant;

use tests::World;

use super::{AT_ONCE, Stage, contents};

const HOST: &str = "host: qahwa.localhost\r\n";

fn requests(cart: &str, variant: &str) -> Vec<(&'static str, Vec<u8>)> {
    let smuggled = format!("POST /api/v1/storefront/carts HTTP/1.1\r\n{HOST}content-length: 0\r\n\r\n");
    let item = format!("{{\"variant_id\":\"{variant}\",\"quantity\":1}}");
    let post = |headers: &str, body: &str| {
        format!("POST /api/v1/storefront/carts/{cart}/items HTTP/1.1\r\n{HOST}content-type: application/json\r\n{headers}connection: close\r\n\r\n{body}").into_bytes()
    };
    let get = |headers: &str| {
        format!("GET /api/v1/storefront/shop HTTP/1.1\r\n{HOST}{headers}connection: close\r\n\r\n").into_bytes()
    };
    let chunks = format!("0\r\n\r\n{smuggled}");
    vec![
        ("length and chunks", post("content-length: 5\r\ntransfer-encoding: chunked\r\n", &chunks)),
        ("chunks and length", post("transfer-encoding: chunked\r\ncontent-length: 400\r\n", &chunks)),
        ("two lengths", post(&format!("content-length: 5\r\ncontent-length: {}\r\n", item.len()), &item)),
        ("two lengths in one", post("content-length: 5, 6\r\n", &item)),
        ("a negative length", post("content-length: -1\r\n", &item)),
        ("a signed length", post("content-length: +5\r\n", &item)),
        ("a length of letters", post("content-length: abc\r\n", &item)),
        ("a length in hexadecimal", post("content-length: 0x10\r\n", &item)),
        ("a length beyond 64 bits", post("content-length: 99999999999999999999\r\n", &item)),
        ("an empty length", post("content-length:\r\n", &item)),
        ("a length of gigabytes", post("content-length: 9999999999\r\n", "{")),
        ("an unknown coding", post("transfer-encoding: xchunked\r\n", &chunks)),
        ("chunked and identity", post("transfer-encoding: chunked, identity\r\n", &chunks)),
        ("compressed", post("transfer-encoding: gzip\r\n", &chunks)),
        ("a chunk of no size", post("transfer-encoding: chunked\r\n", "zz\r\nabc\r\n0\r\n\r\n")),
        ("a negative chunk", post("transfer-encoding: chunked\r\n", "-1\r\nabc\r\n0\r\n\r\n")),
        ("a chunk beyond 64 bits", post("transfer-encoding: chunked\r\n", "fffffffffffffffff\r\nabc\r\n0\r\n\r\n")),
        (
            "large chunks",
            post(
                "transfer-encoding: chunked\r\n",
                &format!("{}0\r\n\r\n", format!("4000\r\n{}\r\n", " ".repeat(0x4000)).repeat(5)),
            ),
        ),
        ("a space before the colon", get("x-a : b\r\n")),
        ("a space before the name", get(" x-a: b\r\n")),
        ("a header without a colon", get("nonsense\r\n")),
        ("a NUL in a value", get("x-a: a\0b\r\n")),
        ("a NUL in a name", get("x\0a: b\r\n")),
        ("a bare carriage return", get("x-a: a\rb\r\n")),
        ("no name", get(": b\r\n")),
        ("a header of 200 kB", get(&format!("x-a: {}\r\n", "a".repeat(200_000)))),
        ("2,000 headers", get(&"x-a: b\r\n".repeat(2_000))),
        ("no version", b"GET /api/v1/storefront/shop\r\n\r\n".to_vec()),
        ("an unknown version", format!("GET /api/v1/storefront/shop HTTP/9.9\r\n{HOST}\r\n").into_bytes()),
        ("two spaces", format!("GET  /api/v1/storefront/shop HTTP/1.1\r\n{HOST}\r\n").into_bytes()),
        ("a space in the path", format!("GET /api/v1/storefront/shop x HTTP/1.1\r\n{HOST}\r\n").into_bytes()),
        ("a NUL in the path", format!("GET /api/v1/storefront/sh\0p HTTP/1.1\r\n{HOST}\r\n").into_bytes()),
        (
            "a path of 100 kB",
            format!("GET /{} HTTP/1.1\r\n{HOST}connection: close\r\n\r\n", "a".repeat(100_000)).into_bytes(),
        ),
        ("no path", format!("GET HTTP/1.1\r\n{HOST}\r\n").into_bytes()),
        ("an asterisk", format!("GET * HTTP/1.1\r\n{HOST}connection: close\r\n\r\n").into_bytes()),
        ("a tunnel", format!("CONNECT qahwa.localhost:443 HTTP/1.1\r\n{HOST}connection: close\r\n\r\n").into_bytes()),
        ("an HTTP/2 preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec()),
        ("TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".repeat(20)),
        ("line noise", b"\xff\xfe\xfd\r\n\r\n".to_vec()),
        ("SSH", b"SSH-2.0-OpenSSH_9.0\r\n\r\n".to_vec()),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn broken_requests_are_refused_and_hide_no_other() {
    let world = World::start().await;
    let shop = world.shop("qahwa");
    let stage = Stage::set(shop).await;
    let before = contents(&world).await;
    let mut wrong = Vec::new();
    for (name, request) in requests(&stage.cart, &stage.variant) {
        let start = Instant::now();
        let answer = world.raw(&request).await;
        // Closing without a word is an answer to what is no HTTP.
        let refused = answer.status().map_or(answer.text.is_empty(), |status| (400..500).contains(&status));
        if !refused || answer.count() > 1 || !answer.closed || start.elapsed() > AT_ONCE {
            wrong.push(format!(
                "{name}: {} answers in {:?}, closed {}: {:.300}",
                answer.count(),
                start.elapsed(),
                answer.closed,
                answer.text
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    assert_eq!(contents(&world).await, before, "something changed");
    shop.get("/shop").await.expect(200);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_doubled_header_of_ours_is_refused() {
    let world = World::start().await;
    let shop = world.shop("qahwa");
    let stage = Stage::set(shop).await;
    let before = contents(&world).await;
    let body = shop.checkout_body(&stage.cart).to_string();
    for (headers, code) in [
        ("idempotency-key: a\r\nidempotency-key: a\r\n", "idempotency_key_invalid"),
        ("idempotency-key: a\r\ncontent-type: application/json\r\n", "duplicate_header"),
        ("idempotency-key: a\r\nx-tenant: qahwa\r\nx-tenant: qahwa\r\n", "tenant_not_found"),
    ] {
        let request = format!(
            "POST /api/v1/storefront/checkout HTTP/1.1\r\n{HOST}content-type: application/json\r\ncontent-length: {}\r\n{headers}connection: close\r\n\r\n{body}",
            body.len()
        );
        let answer = world.raw(request).await;
        assert_eq!(answer.code(), code, "{}", answer.text);
    }
    assert_eq!(contents(&world).await, before, "something changed");
    world.finish().await;
}

/// A client that asks before it sends, as curl does with a large body, is told at once; one that sends regardless is cut off.
#[tokio::test(flavor = "multi_thread")]
async fn a_body_above_every_limit_is_not_awaited() {
    let world = World::start().await;
    let before = contents(&world).await;
    let length = (10 << 20) + 1;
    for (method, path) in [("POST", "carts"), ("POST", "checkout"), ("PATCH", "carts/x/items/y"), ("GET", "shop")] {
        let head = format!(
            "{method} /api/v1/storefront/{path} HTTP/1.1\r\n{HOST}content-type: application/json\r\nidempotency-key: a\r\nconnection: close\r\n"
        );
        let start = Instant::now();
        let asked = world.raw(format!("{head}content-length: {length}\r\nexpect: 100-continue\r\n\r\n")).await;
        assert_eq!(
            (asked.status(), asked.code().as_str()),
            (Some(413), "body_too_large"),
            "{method} {path}: {}",
            asked.text
        );
        let declared = world.raw(format!("{head}content-length: {length}\r\n\r\n{}", " ".repeat(length))).await;
        let chunk = format!("100000\r\n{}\r\n", " ".repeat(0x10_0000));
        let chunked = world.raw(format!("{head}transfer-encoding: chunked\r\n\r\n{}0\r\n\r\n", chunk.repeat(11))).await;
        for answer in [declared, chunked] {
            // What was still on its way when the server closed can cost the client the answer; it never costs us more than that.
            let served = answer.status().is_some_and(|status| status < 400 && method != "GET")
                || answer.status().is_some_and(|status| status >= 500);
            assert!(!served && answer.closed, "{method} {path}: {:.300}", answer.text);
        }
        assert!(start.elapsed() < 3 * AT_ONCE, "{method} {path} took {:?}", start.elapsed());
    }
    assert_eq!(contents(&world).await, before, "something changed");
    world.finish().await;
}

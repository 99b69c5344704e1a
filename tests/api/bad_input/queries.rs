//! Query strings.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use tests::{Shop, World};

use super::{Case, Stage, refuse};

/// Routes that read, each with the code of its own refusals behind the query's.
fn reads(stage: &Stage) -> Vec<String> {
    vec!["/shop".into(), "/categories".into(), "/products".into(), format!("/carts/{}", stage.cart)]
}

const LONG: usize = 10_000;

#[tokio::test(flavor = "multi_thread")]
async fn every_route_refuses_parameters_that_it_does_not_have() {
    let world = World::start().await;
    let shop = world.shop("qahwa");
    let stage = Stage::set(shop).await;
    let mut cases = Vec::new();
    for path in reads(&stage) {
        let mut push = |query: &str, status, code, field: Option<&str>| {
            let case = Case::new(format!("{path}?{query:.60}"), shop.get(&format!("{path}?{query}")), status, code);
            cases.push(match field {
                Some(field) => case.field(field),
                None => case,
            });
        };
        for name in ["x", "tenant_id", "Lang", "limit%20", "%D9%8A", "__proto__", "a%5B%5D"] {
            let decoded = percent_encoding(name);
            push(&format!("{name}=1"), 422, "invalid_request", Some(&decoded));
        }
        push("lang=ar&lang=en", 400, "duplicate_parameter", Some("lang"));
        push("lang=ar&l%61ng=ar", 400, "duplicate_parameter", Some("lang"));
        for query in [
            "lang=%",
            "lang=%2",
            "lang=%zz",
            "lang=%ff",
            "lang=%c0%af",
            "lang=%ed%a0%80",
            "lang=%00",
            "lang=a%00",
            "lang=ar&%=1",
            "lang=ar&%ff=1",
        ] {
            push(query, 400, "malformed_query", None);
        }
        for lang in ["", "1", "a_b", "en-", "-en", "a", "abcdefghi", "%D8%B9", "'", "en%3Bq%3D1", "*"] {
            push(&format!("lang={lang}"), 422, "invalid_request", Some("lang"));
        }
        let long = format!("lang={}", "a".repeat(LONG));
        push(&long, 414, "uri_too_long", None);
    }
    refuse(&world, cases, 120).await;
    world.finish().await;
}

fn percent_encoding(name: &str) -> String {
    name.replace("%20", " ").replace("%D9%8A", "ي").replace("%5B%5D", "[]")
}

#[tokio::test(flavor = "multi_thread")]
async fn parameters_of_the_list_are_bounded() {
    let world = World::start().await;
    let shop = world.shop("moda");
    let mut cases = Vec::new();
    let mut push = |query: String, field: &str| {
        let call = shop.get(&format!("/products?{query}"));
        cases.push(Case::new(format!("{query:.80}"), call, 422, "invalid_request").field(field));
    };
    for limit in [
        "0",
        "101",
        "-1",
        "65535",
        "65536",
        "99999999999999999999",
        "1.5",
        "1e1",
        "abc",
        "",
        "%20",
        "0x10",
        "%D9%A1",
        "null",
        "1%20",
        "NaN",
    ] {
        push(format!("limit={limit}"), "limit");
    }
    for field in ["min_price", "max_price"] {
        for price in [
            "-1",
            "100000000001",
            "9223372036854775807",
            "9223372036854775808",
            "-9223372036854775809",
            "1.5",
            "1e3",
            "abc",
            "",
            "NaN",
            "1,000",
            "%D9%A1",
            "'1'",
        ] {
            push(format!("{field}={price}"), field);
        }
    }
    push("min_price=2&max_price=1".into(), "max_price");
    for value in ["1", "0", "yes", "TRUE", "True", "", "null", "true%20", "' or true --".replace(' ', "%20").as_str()] {
        push(format!("in_stock={value}"), "in_stock");
    }
    for sort in
        ["", "cheap", "Price", "--price", "price,name", "-name", "newest%20", "price;drop%20table%20app.product"]
    {
        push(format!("sort={sort}"), "sort");
    }
    for field in ["q", "category"] {
        push(format!("{field}={}", "x".repeat(101)), field);
        push(format!("{field}={}", "%D9%82".repeat(101)), field);
        push(format!("{field}={}", "x".repeat(7_000)), field);
    }
    for name in ["page", "offset", "order", "Q", "price", "select"] {
        push(format!("{name}=1"), name);
    }
    for name in ["q", "category", "min_price", "max_price", "in_stock", "sort", "limit", "cursor"] {
        let call = shop.get(&format!("/products?{name}=1&{name}=1"));
        cases.push(Case::new(format!("{name} twice"), call, 400, "duplicate_parameter").field(name));
    }
    for category in [
        "nothing",
        "%27",
        "..",
        "a%2Fb",
        "%D9%82%D9%87%D9%88%D8%A9",
        "cat_",
        "cat_zz",
        "%27%20or%201=1--",
        "%25",
        "_",
        "A",
    ] {
        let call = shop.get(&format!("/products?category={category}"));
        cases.push(Case::new(format!("category {category}"), call, 404, "category_not_found"));
    }
    refuse(&world, cases, 90).await;
    world.finish().await;
}

/// A real cursor, and what can be made of it.
async fn mutated(shop: Shop<'_>) -> Vec<(String, String)> {
    let page = shop.get("/products?limit=3").await.expect(200).json();
    let cursor = page["meta"]["page"]["next_cursor"].as_str().unwrap().to_owned();
    let bytes = URL_SAFE_NO_PAD.decode(&cursor).unwrap();
    let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let mut mutants = Vec::new();
    for at in 0..bytes.len() {
        for bit in [1_u8, 128] {
            let mut changed = bytes.clone();
            changed[at] ^= bit;
            mutants.push((format!("byte {at} bit {bit}"), encode(&changed)));
        }
    }
    for end in (0..bytes.len()).step_by(5) {
        mutants.push((format!("cut at {end}"), encode(&bytes[..end])));
    }
    for (name, position) in [
        ("forged position", &br#"{"n":0,"t":"","id":"00000000-0000-0000-0000-000000000000"}"#[..]),
        ("SQL", b"' or 1=1 --"),
        ("null", b"null"),
        ("deep", b"[[[[[[[[[[[[[[[[[[[["),
    ] {
        mutants.push((name.to_owned(), encode(position)));
        mutants.push((format!("{name} with the checksum"), encode(&[&bytes[..8], position].concat())));
    }
    for (name, text) in [
        ("empty", String::new()),
        ("not base64", "@@@@".into()),
        ("a space in front", format!("%20{cursor}")),
        ("padded", format!("{cursor}%3D")),
        ("twice", format!("{cursor}{cursor}")),
        ("other case", cursor.to_uppercase()),
        ("letters", "%D9%82%D9%87%D9%88%D8%A9".into()),
        ("2,049 characters", "A".repeat(2_049)),
        ("6,000 characters", "A".repeat(6_000)),
    ] {
        mutants.push((name.to_owned(), text));
    }
    mutants
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_that_was_touched_is_refused() {
    let world = World::start().await;
    let shop = world.shop("oud");
    let mut cases = Vec::new();
    for (name, cursor) in mutated(shop).await {
        let call = shop.get(&format!("/products?limit=3&cursor={cursor}"));
        cases.push(Case::new(name, call, 400, "invalid_cursor").field("cursor"));
    }
    refuse(&world, cases, 100).await;
    world.finish().await;
}

//! Query strings.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use commerce_db::storefront::{ProductSort, ProductsInput};
use commerce_http::CursorScope;
use serde_json::{Value, json};
use tests::{Answer, Placed, World, fresh_key, uuid};

use super::{Case, Stage, refuse};

const LONG: usize = 10_000;

#[tokio::test(flavor = "multi_thread")]
async fn every_route_refuses_parameters_that_it_does_not_have() {
    let world = World::start().await;
    let shop = world.shop("qahwa");
    let stage = Stage::with_people(shop).await;
    let mut cases = Vec::new();
    for route in stage.all() {
        let mut push = |query: &str, status, code, field: Option<&str>| {
            let call = route.asking(query).json(&route.valid);
            let case = Case::new(format!("{}?{query:.60}", route.name), call, status, code);
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
        let langs = ["", "1", "a_b", "en-", "-en", "a", "abcdefghi", "%D8%B9", "'", "en%3Bq%3D1", "*"];
        for lang in langs.into_iter().filter(|_| route.has_languages()) {
            push(&format!("lang={lang}"), 422, "invalid_request", Some("lang"));
        }
        let long = format!("lang={}", "a".repeat(LONG));
        push(&long, 414, "uri_too_long", None);
    }
    refuse(&world, cases, 2_000).await;
    world.finish().await;
}

fn percent_encoding(name: &str) -> String {
    name.replace("%20", " ").replace("%D9%8A", "ي").replace("%5B%5D", "[]")
}

/// What no list takes as its limit.
const LIMITS: [&str; 16] = [
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
];

#[tokio::test(flavor = "multi_thread")]
async fn parameters_of_the_list_are_bounded() {
    let world = World::start().await;
    let shop = world.shop("moda");
    let mut cases = Vec::new();
    let mut push = |query: String, field: &str| {
        let call = shop.get(&format!("/products?{query}"));
        cases.push(Case::new(format!("{query:.80}"), call, 422, "invalid_request").field(field));
    };
    for limit in LIMITS {
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

/// The cursor of a page, and what can be made of it.
fn mutated(page: &Answer) -> Vec<(String, String)> {
    let page = page.clone().expect(200).json();
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
    for (name, cursor) in mutated(&shop.get("/products?limit=3").await) {
        let call = shop.get(&format!("/products?limit=3&cursor={cursor}"));
        cases.push(Case::new(name, call, 400, "invalid_cursor").field("cursor"));
    }
    // Whoever knows the rule can make a cursor of their own; what it holds is looked at all the same.
    let first_page = ProductsInput {
        langs: Vec::new(),
        category: None,
        category_id: None,
        q: None,
        min_price: None,
        max_price: None,
        in_stock: None,
        sort: ProductSort::default(),
        limit: 0,
        after: None,
    };
    let made = |position: &Value| CursorScope::new("products", &first_page).unwrap().cursor(position).unwrap();
    let nobody = "00000000-0000-0000-0000-000000000001";
    let good = json!({"n": 0, "t": "", "id": nobody});
    shop.get(&format!("/products?cursor={}", made(&good))).await.expect(200);
    for (field, value) in
        [("t", json!("\0")), ("n", json!("0")), ("n", json!(1.5)), ("id", json!("x")), ("more", json!(1))]
    {
        let mut position = good.clone();
        position[field] = value;
        let call = shop.get(&format!("/products?cursor={}", made(&position)));
        cases.push(Case::new(position.to_string(), call, 400, "invalid_cursor").field("cursor"));
    }
    refuse(&world, cases, 100).await;
    world.finish().await;
}

/// The list of a customer's own orders.
#[tokio::test(flavor = "multi_thread")]
async fn a_customers_list_is_bounded_and_its_cursor_too() {
    let world = World::start().await;
    let shop = world.shop("qahwa");
    let stage = Stage::with_people(shop).await;
    let (customer, variant) = (&stage.people().customer, shop.any_variant().await);
    for _ in 0..2 {
        let cart = shop.cart_with(&[(&variant, 1)]).await;
        Placed::read(customer.sign(shop.checkout(&cart, &fresh_key())).await);
    }
    let orders = |query: &str| customer.sign(shop.get(&format!("/me/orders?{query}")));
    let mut cases = Vec::new();
    for limit in LIMITS {
        let case = Case::new(format!("limit={limit}"), orders(&format!("limit={limit}")), 422, "invalid_request");
        cases.push(case.field("limit"));
    }
    for name in ["page", "offset", "status", "customer_id", "sort"] {
        let case = Case::new(name, orders(&format!("{name}=1")), 422, "invalid_request");
        cases.push(case.field(name).reason("unknown_parameter"));
    }
    for (name, cursor) in mutated(&orders("limit=1").await) {
        let case = Case::new(name, orders(&format!("limit=1&cursor={cursor}")), 400, "invalid_cursor");
        cases.push(case.field("cursor"));
    }
    // Whoever knows the rule can make a cursor of their own; what it holds is looked at all the same.
    let own = uuid(&customer.id);
    let made = |account, position: &Value| CursorScope::new("my_orders", account).unwrap().cursor(position).unwrap();
    let at = |at: &str| json!({"at": at, "id": "ord_ffffffffffffffffffffffffffffffff"});
    let good = at("2100-01-01T00:00:00Z");
    assert_eq!(orders(&format!("cursor={}", made(&own, &good))).await.expect(200).data().as_array().unwrap().len(), 2);
    let times = [
        "",
        "infinity",
        "now()",
        "2100-01-01",
        "2100-13-01T00:00:00Z",
        "2100-01-01T00:00:00Z\0",
        "0000-01-01T00:00:00Z",
        "2100-01-01T00:00:00+23:59",
        "-0001-01-01T00:00:00Z",
        "+262142-12-31T23:59:59Z",
    ];
    let others = [
        json!({"at": 0, "id": good["id"]}),
        json!({"at": good["at"]}),
        json!({"at": good["at"], "id": "x"}),
        json!([]),
    ];
    for position in times.map(at).into_iter().chain(others) {
        let cursor = made(&own, &position);
        cases.push(Case::new(position.to_string(), orders(&format!("cursor={cursor}")), 400, "invalid_cursor"));
    }
    let foreign = made(&uuid(&stage.people().staff.id), &good);
    cases.push(Case::new("of somebody else's list", orders(&format!("cursor={foreign}")), 400, "invalid_cursor"));
    refuse(&world, cases, 100).await;
    world.finish().await;
}

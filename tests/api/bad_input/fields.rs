//! Values of fields and headers that are out of bounds.

use serde_json::{Value, json};
use tests::{World, fresh_key};

use super::{Case, Stage, refuse};

/// JSON that is no whole number between 1 and 1000.
const QUANTITIES: [&str; 24] = [
    "0",
    "-0",
    "-1",
    "1001",
    "1000000000",
    "2147483648",
    "-2147483649",
    "4294967297",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775809",
    "18446744073709551616",
    "1e3000000",
    "1.5",
    "1.0",
    "1e2",
    "0.0000001",
    "\"1\"",
    "\"\"",
    "null",
    "true",
    "[]",
    "[1]",
    "{}",
];

/// Text that is no id of a variant or cart.
fn not_ids(prefix: &str) -> Vec<Value> {
    let hex = "0190c0de0000700080000000000000ff";
    vec![
        json!(""),
        json!(" "),
        json!(hex),
        json!(format!("{prefix}_")),
        json!(format!("{prefix}_{}", &hex[1..])),
        json!(format!("{prefix}_{hex}0")),
        json!(format!("{prefix}_{}", hex.to_uppercase())),
        json!(format!("prd_{hex}")),
        json!(format!("{prefix}_0190c0de-0000-7000-8000-0000000000ff")),
        json!(format!(" {prefix}_{hex}")),
        json!(format!("{prefix}_{hex}\n")),
        json!(format!("{prefix}_{}٣", &hex[1..])),
        json!("' or 1=1 --"),
        json!("x".repeat(10_000)),
        json!(null),
        json!(1),
        json!(true),
        json!([]),
        json!({}),
    ]
}

/// Text that no line of a form should hold.
fn unprintable() -> Vec<(&'static str, String)> {
    vec![
        ("a line break", "a\nb".into()),
        ("a carriage return", "a\r\nBcc: x@example.com".into()),
        ("a tab", "a\tb".into()),
        ("an escape", "a\u{1b}[31mb".into()),
        ("delete", "a\u{7f}b".into()),
        ("a C1 control", "a\u{85}b".into()),
        ("a right-to-left override", "a\u{202e}b".into()),
        ("an isolate", "a\u{2066}b".into()),
        ("a line separator", "a\u{2028}b".into()),
        ("a byte order mark", "a\u{feff}b".into()),
        ("10,000 characters", "ب".repeat(10_000)),
        ("nothing", String::new()),
        ("blanks", " \u{a0} ".into()),
    ]
}

const TYPES: [&str; 5] = ["null", "true", "7", "[]", "{}"];

#[tokio::test(flavor = "multi_thread")]
async fn quantities_and_ids_are_bounded() {
    let world = World::start().await;
    let shop = world.shop("qahwa");
    let stage = Stage::set(shop).await;
    let items = format!("/carts/{}/items", stage.cart);
    let item = format!("{items}/{}", stage.item);
    let json = |call: tests::Call, body: String| call.header("content-type", "application/json").body(body);
    let mut cases = Vec::new();
    for quantity in QUANTITIES {
        let (status, code) = if quantity == "1e3000000" { (400, "malformed_json") } else { (422, "invalid_request") };
        let add = format!("{{\"variant_id\": \"{}\", \"quantity\": {quantity}}}", stage.variant);
        for (route, call) in [
            ("add", json(shop.request(http::Method::POST, &items), add)),
            ("set", json(shop.request(http::Method::PATCH, &item), format!("{{\"quantity\": {quantity}}}"))),
        ] {
            let case = Case::new(format!("{route} {quantity}"), call, status, code);
            cases.push(if status == 422 { case.field("quantity") } else { case });
        }
    }
    for id in not_ids("var") {
        let call = shop.post(&items, &json!({"variant_id": id, "quantity": 1}));
        cases.push(Case::new(format!("variant {id:.40}"), call, 422, "invalid_request").field("variant_id"));
    }
    for id in not_ids("crt") {
        let mut body = shop.checkout_body(&stage.cart);
        body["cart_id"] = id.clone();
        let call = shop.post("/checkout", &body).header("idempotency-key", fresh_key());
        cases.push(Case::new(format!("cart {id:.40}"), call, 422, "invalid_request").field("cart_id"));
    }
    let most = json!({"variant_id": stage.variant, "quantity": 1000});
    cases.push(
        Case::new("more than 1000 together", shop.post(&items, &most), 422, "quantity_too_large").field("quantity"),
    );
    refuse(&world, cases, 85).await;
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn contact_and_address_are_bounded() {
    let world = World::start().await;
    let shop = world.shop("moda");
    let stage = Stage::set(shop).await;
    let mut cases = Vec::new();
    let mut push = |pointer: &str, name: &str, value: Value| {
        let mut body = shop.checkout_body(&stage.cart);
        body["shipping_address"]["short_address"] = json!("RRRD2929");
        *body.pointer_mut(pointer).unwrap() = value;
        let call = shop.post("/checkout", &body).header("idempotency-key", fresh_key());
        let field = pointer[1..].replace('/', ".");
        cases.push(Case::new(format!("{field}: {name}"), call, 422, "invalid_request").field(&field));
    };
    let strings = [
        "/email",
        "/phone",
        "/name",
        "/shipping_address/country",
        "/shipping_address/city",
        "/shipping_address/district",
        "/shipping_address/street",
        "/shipping_address/building",
        "/shipping_address/postal_code",
        "/shipping_address/short_address",
    ];
    for pointer in strings {
        for (name, text) in unprintable() {
            let optional = pointer.ends_with("short_address") && matches!(name, "nothing" | "blanks");
            if !optional {
                push(pointer, name, json!(text));
            }
        }
        for json in TYPES {
            if !(pointer.ends_with("short_address") && json == "null") {
                push(pointer, json, json.parse().unwrap());
            }
        }
    }
    for pointer in ["/payment_method", "/shipping_method", "/shipping_address"] {
        for json in TYPES {
            if !(pointer == "/shipping_address" && json == "{}") {
                push(pointer, json, json.parse().unwrap());
            }
        }
    }
    for (pointer, values) in [
        (
            "/email",
            &["nobody", "a@", "@b.co", "a@b", "a b@c.co", "a@c..co", "a@-c.co", "<a@c.co>", "a,b@c.co", "' or 1=1 --@"]
                [..],
        ),
        ("/phone", &["12", "abcdefghij", "+", "00", "+9665012345678901234", "0501234567; drop table", "+1", "٠"]),
        ("/shipping_address/country", &["XX", "FR", "SAU", "S", "12", "' "]),
        ("/shipping_address/postal_code", &["1234", "123456", "1234a", "12 34", "'; --"]),
        ("/shipping_address/short_address", &["RRR2929", "2929RRRD", "رررد2929", "RRRD292A"]),
        ("/payment_method", &["", "cash", "CARD", "card ", "' or 1=1 --"]),
    ] {
        for value in values {
            push(pointer, value, json!(value));
        }
    }
    let unknown_method = |code: &str| {
        let mut body = shop.checkout_body(&stage.cart);
        body["shipping_method"] = json!(code);
        shop.post("/checkout", &body).header("idempotency-key", fresh_key())
    };
    for code in ["", "express", "STANDARD", "standard ", "' or 1=1 --"] {
        let case = Case::new(format!("shipping method {code:?}"), unknown_method(code), 422, "invalid_request");
        cases.push(case.field("shipping_method"));
    }
    let long =
        Case::new("shipping method of 10,000 characters", unknown_method(&"x".repeat(10_000)), 422, "invalid_request");
    cases.push(long.field("shipping_method"));
    refuse(&world, cases, 200).await;
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn idempotency_keys_are_bounded() {
    let world = World::start().await;
    let shop = world.shop("oud");
    let stage = Stage::set(shop).await;
    let checkout = || shop.post("/checkout", &shop.checkout_body(&stage.cart));
    let mut cases = vec![
        Case::new("no key", checkout(), 400, "idempotency_key_missing"),
        Case::new(
            "two keys",
            checkout().header("idempotency-key", "a").header("idempotency-key", "b"),
            400,
            "idempotency_key_invalid",
        ),
        Case::new(
            "one key twice",
            checkout().header("idempotency-key", "a").header("idempotency-key", "a"),
            400,
            "idempotency_key_invalid",
        ),
    ];
    for key in ["", "a b", "a\tb", "é", "مفتاح", "a\u{80}", &"k".repeat(256), &"k".repeat(8_000)] {
        let call = checkout().header("idempotency-key", key);
        cases.push(Case::new(format!("key {:.20}", key.escape_debug()), call, 400, "idempotency_key_invalid"));
    }
    refuse(&world, cases, 11).await;
    world.finish().await;
}

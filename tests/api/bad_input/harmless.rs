//! Text that looks like an attack and is text: it is kept, found and shown as it was written, and does nothing else.

use serde_json::json;
use tests::{Placed, World, fresh_key};

use super::contents;

const TEXTS: [&str; 16] = [
    "Robert'); drop table app.sales_order; --",
    "' or '1'='1",
    "\" or \"\"=\"",
    "1; select pg_sleep(5)",
    "$1 $2 $$ $do$ begin end $do$",
    "'||(select version())||'",
    "{{7*7}} ${7*7} <%= 7 %>",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "../../etc/passwd",
    "%s%n%x %00 %27",
    "\\' \\\" \\u0027 \\0",
    "=cmd|' /C calc'!A0",
    "ＳＥＬＥＣＴ ‘curly’ ʼprimeʼ",
    "👩‍👩‍👧‍👦 𝒳 ﷽",
    "null",
];

#[tokio::test(flavor = "multi_thread")]
async fn text_that_looks_like_an_attack_is_text() {
    let world = World::start().await;
    let shop = world.shop("qahwa");
    let variant = shop.any_variant().await;
    world.set_stock(&variant, 1_000).await;
    for text in TEXTS {
        let cart = shop.cart_with(&[(&variant, 1)]).await;
        let mut body = shop.checkout_body(&cart);
        body["name"] = json!(text);
        for field in ["city", "district", "street"] {
            body["shipping_address"][field] = json!(text);
        }
        let placed = Placed::read(shop.post("/checkout", &body).header("idempotency-key", fresh_key()).await);
        let order = shop.order(&placed).await;
        assert_eq!(order["name"], text);
        assert_eq!(order["shipping_address"]["street"], text);
    }
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn searching_for_an_attack_finds_what_it_says() {
    let world = World::start().await;
    let shop = world.shop("moda");
    let before = contents(&world).await;
    let all = shop.get("/products?limit=100").await.expect(200).data().as_array().unwrap().len();
    for text in TEXTS {
        let query: String = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let answer = shop.get(&format!("/products?limit=100&q={query}")).await.expect(200);
        let found = answer.data().as_array().unwrap().len();
        assert!(found < all, "{text} finds everything");
    }
    // Wildcards of LIKE are punctuation, and punctuation alone asks for nothing in particular.
    for text in ["%25%25", "_____", "%5C", "%25_%25"] {
        let found =
            shop.get(&format!("/products?limit=100&q={text}")).await.expect(200).data().as_array().unwrap().len();
        assert!(found == all || found == 0, "{text} finds {found} of {all}");
    }
    assert_eq!(contents(&world).await, before, "something changed");
    world.finish().await;
}

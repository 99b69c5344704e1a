//! Another shop's id answers as an id that does not exist, to the byte (API1 of the OWASP API Top 10).

use http::Method;
use serde_json::{Value, json};
use tests::{Answer, Call, Placed, Shop, World, fresh_key, uuid};

/// What a shop has, by id.
struct Ids {
    product: String,
    product_slug: String,
    variant: String,
    category: String,
    category_slug: String,
    media: String,
    cart: String,
    item: String,
    order: Placed,
    cursor: String,
}

impl Ids {
    async fn of(shop: Shop<'_>) -> Self {
        let query = "select app.public_id('prd', p.id), p.slug, app.public_id('var', v.id), app.public_id('cat', c.id), c.slug, app.public_id('med', i.media_id) \
             from app.tenant t join app.product p on p.tenant_id = t.id join app.variant v on v.product_id = p.id \
             join app.product_category pc on pc.product_id = p.id join app.category c on c.id = pc.category_id \
             join app.product_image i on i.product_id = p.id \
             where t.slug = $1 and p.deleted_at is null and c.deleted_at is null \
               and not exists (select from app.category o where o.slug = c.slug and o.id <> c.id) \
               and not exists (select from app.product_category oc where oc.category_id = c.id and oc.product_id = p.id and oc.id <> pc.id) \
             order by c.slug, p.slug, v.sku limit 1";
        let row = shop.world.sql.query_one(query, &[&shop.slug]).await.unwrap();
        let variant = shop.any_variant().await;
        let cart = shop.cart_with(&[(&variant, 1)]).await;
        let item = shop.get(&format!("/carts/{cart}")).await.data()["items"][0]["id"].as_str().unwrap().to_owned();
        let page = shop.get("/products?limit=5").await.expect(200).json();
        Self {
            product: row.get(0),
            product_slug: row.get(1),
            variant: row.get(2),
            category: row.get(3),
            category_slug: row.get(4),
            media: row.get(5),
            cart,
            item,
            order: shop.place(&[(&variant, 1)]).await,
            cursor: page["meta"]["page"]["next_cursor"].as_str().unwrap().to_owned(),
        }
    }

    /// Ids of the same kinds that nothing has.
    fn absent(like: &Self) -> Self {
        let id = |prefix: &str| format!("{prefix}_{}", uuid::Uuid::now_v7().simple());
        Self {
            product: id("prd"),
            product_slug: "x".repeat(like.product_slug.len()),
            variant: id("var"),
            category: id("cat"),
            category_slug: "x".repeat(like.category_slug.len()),
            media: id("med"),
            cart: id("crt"),
            item: id("itm"),
            order: Placed { order_id: id("ord"), ..like.order.clone() },
            cursor: like.cursor.clone(),
        }
    }
}

/// Every route that takes an id, with the ids of `ids`, called at `shop`. The own cart stands where only the item is another's.
fn requests(shop: Shop<'_>, ids: &Ids, own_cart: &str) -> Vec<(&'static str, Call)> {
    let (cart, item) = (&ids.cart, &ids.item);
    let quantity = json!({"quantity": 2});
    let add = |cart: &str, variant: &str| {
        shop.post(&format!("/carts/{cart}/items"), &json!({"variant_id": variant, "quantity": 1}))
    };
    let (order, token) = (&ids.order.order_id, &ids.order.token);
    vec![
        ("product by id", shop.get(&format!("/products/{}", ids.product))),
        ("product by slug", shop.get(&format!("/products/{}", ids.product_slug))),
        ("list by category id", shop.get(&format!("/products?category={}", ids.category))),
        ("list by category slug", shop.get(&format!("/products?category={}", ids.category_slug))),
        ("media", shop.get(&format!("/media/{}", ids.media))),
        ("cart", shop.get(&format!("/carts/{cart}"))),
        ("head of cart", shop.request(Method::HEAD, &format!("/carts/{cart}"))),
        ("add to cart", add(cart, &ids.variant)),
        ("add variant to own cart", add(own_cart, &ids.variant)),
        ("set item", shop.patch(&format!("/carts/{cart}/items/{item}"), &quantity)),
        ("remove item", shop.delete(&format!("/carts/{cart}/items/{item}"))),
        ("set item of own cart", shop.patch(&format!("/carts/{own_cart}/items/{item}"), &quantity)),
        ("remove item of own cart", shop.delete(&format!("/carts/{own_cart}/items/{item}"))),
        ("checkout", shop.post("/checkout", &shop.checkout_body(cart)).header("idempotency-key", fresh_key())),
        ("order with its valid token", shop.get(&format!("/orders/{order}?token={token}"))),
        ("order without a token", shop.get(&format!("/orders/{order}"))),
        ("order with no token's form", shop.get(&format!("/orders/{order}?token=x"))),
    ]
}

/// An answer without what belongs to this one request: its id and the address that was asked.
pub fn face(answer: &Answer) -> (u16, Vec<(String, String)>, Value) {
    let mut headers: Vec<(String, String)> = answer
        .headers
        .iter()
        .filter(|(name, _)| !["date", "x-request-id"].contains(&name.as_str()))
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect();
    headers.sort();
    let mut body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    if let Some(body) = body.as_object_mut() {
        body.remove("request_id");
        body.remove("instance");
    }
    (answer.status, headers, body)
}

#[tokio::test(flavor = "multi_thread")]
async fn another_shops_ids_do_not_exist() {
    let world = World::start().await;
    let mut ids = Vec::new();
    for shop in world.shops() {
        ids.push((shop, Ids::of(shop).await));
    }
    let before = state(&world).await;
    let mut compared = 0;
    for (shop, own) in &ids {
        for (other, foreign) in ids.iter().filter(|(other, _)| other.slug != shop.slug) {
            // Ids are compared with as many absent ones as there are routes, so that nothing is answered from memory.
            let absent = requests(*shop, &Ids::absent(foreign), &own.cart);
            for ((name, foreign), (_, absent)) in requests(*shop, foreign, &own.cart).into_iter().zip(absent) {
                let (foreign, absent) = (foreign.await, absent.await);
                assert!(
                    matches!(foreign.status, 404 | 422),
                    "{name} of {} at {}: {}",
                    other.slug,
                    shop.slug,
                    foreign.text()
                );
                assert_eq!(face(&foreign), face(&absent), "{name} of {} at {}", other.slug, shop.slug);
                compared += 1;
            }
        }
    }
    assert_eq!(compared, 6 * 17);
    assert_eq!(state(&world).await, before, "something changed");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_deleted_answers_as_what_never_was() {
    let world = World::start().await;
    let shop = world.shop("moda");
    let own = Ids::of(shop).await;
    let empty_cart = shop.cart_with(&[]).await;
    let tenant = shop.tenant_id().await;
    world
        .sql
        .batch_execute(&format!(
            "begin; select set_config('app.tenant_id', '{tenant}', true); \
             update app.product set deleted_at = now() where id = '{}'; \
             update app.category set deleted_at = now() where id = '{}'; \
             update app.variant set deleted_at = now() where id = '{}'; \
             update app.media set deleted_at = now() where id = '{}'; \
             delete from app.cart where id = '{}'; commit",
            uuid(&own.product),
            uuid(&own.category),
            uuid(&own.variant),
            uuid(&own.media),
            uuid(&own.cart),
        ))
        .await
        .unwrap();
    // Kept answers end with their time.
    tokio::time::sleep(std::time::Duration::from_millis(5_100)).await;
    let absent = requests(shop, &Ids::absent(&own), &empty_cart);
    for ((name, deleted), (_, absent)) in requests(shop, &own, &empty_cart).into_iter().zip(absent) {
        if name.starts_with("order") {
            continue;
        }
        let deleted = deleted.await;
        assert!(matches!(deleted.status, 404 | 422), "{name}: {} {}", deleted.status, deleted.text());
        assert_eq!(face(&deleted), face(&absent.await), "{name}");
    }
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn impossible_ids_answer_as_absent_ones() {
    let world = World::start().await;
    let shop = world.shop("oud");
    let own = Ids::of(shop).await;
    let bare = |answer: &Answer| {
        let (status, mut headers, body) = face(answer);
        headers.retain(|(name, _)| name != "content-length");
        (status, headers, body)
    };
    let hex = uuid::Uuid::now_v7().simple().to_string();
    for (route, prefix) in [("/products/", "prd"), ("/media/", "med"), ("/carts/", "crt"), ("/orders/", "ord")] {
        let query = if prefix == "ord" { format!("?token={}", own.order.token) } else { String::new() };
        let absent = shop.get(&format!("{route}{prefix}_{hex}{query}")).await;
        assert_eq!(absent.status, 404);
        for id in [
            hex.clone(),
            format!("{prefix}_{}", hex.to_uppercase()),
            format!("{prefix}_{hex}0"),
            format!("{prefix}_{}", &hex[1..]),
            format!("{prefix}-{hex}"),
            format!("{prefix}_"),
            format!("ten_{hex}"),
            format!("{prefix}_{}", uuid::Uuid::now_v7()),
            format!("%20{prefix}_{hex}"),
            format!("{prefix}_{}%D9%A3", &hex[1..]),
            "null".to_owned(),
            "0".to_owned(),
            "-1".to_owned(),
            "%27%20or%201%3D1--".to_owned(),
            "x".repeat(4_000),
        ] {
            let answer = shop.get(&format!("{route}{id}{query}")).await;
            assert_eq!(bare(&answer), bare(&absent), "{route}{id}");
        }
    }
    world.finish().await;
}

/// A token opens the order that it was given for, in the shop that gave it.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_opens_one_order_of_one_shop() {
    let world = World::start().await;
    let (qahwa, moda) = (world.shop("qahwa"), world.shop("moda"));
    let variant = qahwa.any_variant().await;
    let (one, two) = (qahwa.place(&[(&variant, 1)]).await, qahwa.place(&[(&variant, 1)]).await);
    qahwa.get(&format!("/orders/{}?token={}", one.order_id, one.token)).await.expect(200);
    for (shop, order, token) in [
        (qahwa, &one.order_id, &two.token),
        (qahwa, &two.order_id, &one.token),
        (moda, &one.order_id, &one.token),
        (qahwa, &one.order_id, &one.token[1..].to_owned()),
        (qahwa, &one.order_id, &format!("{}=", one.token)),
        (qahwa, &one.order_id, &one.token.to_uppercase()),
        (qahwa, &one.order_id, &String::new()),
    ] {
        shop.get(&format!("/orders/{order}?token={token}")).await.expect_problem(404, "order_not_found");
    }
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_idempotency_key_serves_every_shop_by_itself() {
    let world = World::start().await;
    let key = fresh_key();
    let mut orders = Vec::new();
    for shop in world.shops() {
        let variant = shop.any_variant().await;
        let cart = shop.cart_with(&[(&variant, 1)]).await;
        let placed = Placed::read(shop.checkout(&cart, &key).await);
        let again = Placed::read(shop.checkout(&cart, &key).await);
        assert_eq!(placed.answer.body, again.answer.body, "{}", shop.slug);
        orders.push(placed.order_id);
    }
    orders.sort();
    orders.dedup();
    assert_eq!(orders.len(), 3);
    world.finish().await;
}

/// A cursor is a position, no permission: at another shop it leads nowhere but to that shop's own products.
#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_of_another_shop_shows_nothing_of_it() {
    let world = World::start().await;
    for shop in world.shops() {
        let own: Vec<String> = ids_of_all_products(shop).await;
        for other in world.shops().filter(|other| other.slug != shop.slug) {
            let cursor = Ids::of(other).await.cursor;
            let answer = shop.get(&format!("/products?limit=5&cursor={cursor}")).await;
            match answer.status {
                400 => assert_eq!(answer.code(), "invalid_cursor"),
                200 => {
                    for product in answer.data().as_array().unwrap() {
                        assert!(own.iter().any(|id| *id == product["id"]), "{product} at {}", shop.slug);
                    }
                }
                _ => panic!("{}", answer.text()),
            }
        }
    }
    world.finish().await;
}

async fn ids_of_all_products(shop: Shop<'_>) -> Vec<String> {
    let page = shop.get("/products?limit=100").await.expect(200).data();
    page.as_array().unwrap().iter().map(|product| product["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_at_another_shops_endpoint_is_not_believed() {
    let world = World::start().await;
    let (qahwa, moda) = (world.shop("qahwa"), world.shop("moda"));
    let variant = qahwa.any_variant().await;
    let paid = qahwa.buy(&[(&variant, 1)]).await;
    let body = world.webhook_body(paid.invoice);
    let before = state(&world).await;
    moda.webhook(body.clone()).await.await.expect_problem(401, "invalid_signature");
    let absent = world.webhook(&"0".repeat(32), body.clone()).await.expect_problem(404, "endpoint_not_found");
    for endpoint in
        ["0".repeat(31), "0".repeat(33), "F".repeat(32), "x".repeat(32), qahwa.endpoint().await.to_uppercase()]
    {
        let answer = world.webhook(&endpoint, body.clone()).await.expect_problem(404, "endpoint_not_found");
        assert_eq!(face(&answer).2, face(&absent).2, "{endpoint}");
    }
    assert_eq!(state(&world).await, before, "something changed");
    world.finish().await;
}

/// How often anything was changed or noted.
async fn state(world: &World) -> [i64; 4] {
    let mut counts = [0; 4];
    for (count, table) in counts.iter_mut().zip(["audit.entry", "app.outbox", "app.idempotency", "app.gateway_event"]) {
        *count = world.count(&format!("select count(*) from {table}")).await;
    }
    counts
}

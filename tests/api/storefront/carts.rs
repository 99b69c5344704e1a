//! `/api/v1/storefront/carts`

use futures::future::join_all;
use http::Method;
use serde_json::{Value, json};
use tests::{Variant, World};

/// VAT inside an amount, rounded half up to the minor unit, computed another way than the domain does.
fn tax_inside(gross: i64, rate_bp: i64) -> i64 {
    let exact = gross as f64 * rate_bp as f64 / (10_000 + rate_bp) as f64;
    (exact + 0.5).floor() as i64
}

fn amount(money: &Value) -> i64 {
    money["amount_minor"].as_i64().unwrap_or_else(|| panic!("{money}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn totals_are_todays_prices_to_the_minor_unit() {
    let world = World::start().await;
    for (slug, currency, rate_bp) in [("qahwa", "SAR", 1500), ("moda", "SAR", 1500), ("oud", "KWD", 0)] {
        let shop = world.shop(slug);
        let (flat, free_above): (i64, i64) = {
            let query = "select flat_minor, free_above_minor from app.shipping_method m join app.tenant t on t.id = m.tenant_id where t.slug = $1";
            let row = world.sql.query_one(query, &[&slug]).await.unwrap();
            (row.get(0), row.get(1))
        };
        let variants = shop.some_variants(6).await;
        for quantities in [vec![1], vec![3], vec![1, 2, 7], vec![2, 3, 5, 7, 1, 4]] {
            let lines: Vec<_> = variants.iter().zip(quantities).collect();
            let cart = shop.cart_with(&lines).await;
            let view = shop.get(&format!("/carts/{cart}")).await.expect(200).data();
            let (mut subtotal, mut tax) = (0, 0);
            for (item, (variant, quantity)) in view["items"].as_array().unwrap().iter().zip(&lines) {
                assert_eq!(item["sku"], variant.sku);
                assert_eq!(amount(&item["unit_price"]), variant.price_minor);
                assert_eq!(amount(&item["total"]), variant.price_minor * quantity);
                assert_eq!(amount(&item["tax"]), tax_inside(variant.price_minor * quantity, rate_bp));
                assert_eq!(item["total"]["currency"], currency);
                subtotal += amount(&item["total"]);
                tax += amount(&item["tax"]);
            }
            let shipping = if subtotal >= free_above { 0 } else { flat };
            let totals = &view["totals"];
            assert_eq!(amount(&totals["subtotal"]), subtotal);
            assert_eq!(amount(&totals["shipping"]), shipping);
            assert_eq!(amount(&totals["tax"]), tax + tax_inside(shipping, rate_bp), "lines sum to the total");
            assert_eq!(amount(&totals["total"]), subtotal + shipping, "the tax is inside");
        }
    }
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_price_change_is_seen_at_the_next_read() {
    let world = World::start().await;
    let shop = world.shop("qahwa");
    let variant = shop.any_variant().await;
    let cart = shop.cart_with(&[(&variant, 2)]).await;
    world.sql.execute("update app.variant set price_minor = 12345 where sku = $1", &[&variant.sku]).await.unwrap();
    let view = shop.get(&format!("/carts/{cart}")).await.data();
    assert_eq!(amount(&view["totals"]["subtotal"]), 24690);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_parallel_adds_are_twenty_units() {
    let world = World::start().await;
    let shop = world.shop("moda");
    let variant = shop.any_variant().await;
    let cart = shop.cart_with(&[]).await;
    let item = json!({"variant_id": variant.id, "quantity": 1});
    let adds = (0..20).map(|_| async { shop.post(&format!("/carts/{cart}/items"), &item).await });
    for answer in join_all(adds).await {
        answer.expect(200);
    }
    let view = shop.get(&format!("/carts/{cart}")).await.data();
    assert_eq!(view["items"].as_array().unwrap().len(), 1);
    assert_eq!(view["items"][0]["quantity"], 20);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cart_is_filled_changed_and_emptied() {
    let world = World::start().await;
    for shop in world.shops() {
        let variants: Vec<Variant> = shop.some_variants(2).await;
        let created = shop.request(Method::POST, "/carts").await.expect(201);
        let id = created.data()["id"].as_str().unwrap().to_owned();
        assert_eq!(created.header("location"), Some(format!("/api/v1/storefront/carts/{id}").as_str()));
        let path = format!("/carts/{id}");
        for (variant, quantity) in variants.iter().zip([2, 1]) {
            shop.post(&format!("{path}/items"), &json!({"variant_id": variant.id, "quantity": quantity}))
                .await
                .expect(200);
        }
        let again =
            shop.post(&format!("{path}/items"), &json!({"variant_id": variants[0].id, "quantity": 3})).await.data();
        assert_eq!(again["items"][0]["quantity"], 5, "the same variant adds to its line");
        let item = format!("{path}/items/{}", again["items"][0]["id"].as_str().unwrap());
        assert_eq!(shop.patch(&item, &json!({"quantity": 4})).await.expect(200).data()["items"][0]["quantity"], 4);
        assert_eq!(shop.delete(&item).await.expect(200).data()["items"].as_array().unwrap().len(), 1);
        shop.delete(&item).await.expect_problem(404, "cart_item_not_found");
        shop.patch(&item, &json!({"quantity": 4})).await.expect_problem(404, "cart_item_not_found");
        let left = shop.get(&path).await.expect(200).data();
        assert_eq!(left["items"][0]["sku"], variants[1].sku);
    }
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cart_that_was_checked_out_is_closed() {
    let world = World::start().await;
    let shop = world.shop("qahwa");
    let variant = shop.any_variant().await;
    let cart = shop.cart_with(&[(&variant, 1)]).await;
    let placed = tests::Placed::read(shop.checkout(&cart, &tests::fresh_key()).await);
    let view = shop.get(&format!("/carts/{cart}")).await.expect(200).data();
    assert_eq!((view["status"].as_str(), view["order_id"].as_str()), (Some("closed"), Some(placed.order_id.as_str())));
    let add = json!({"variant_id": variant.id, "quantity": 1});
    shop.post(&format!("/carts/{cart}/items"), &add).await.expect_problem(409, "cart_closed");
    shop.checkout(&cart, &tests::fresh_key()).await.expect_problem(409, "cart_closed");
    world.finish().await;
}

//! `/api/v1/storefront/orders`

use tests::World;

#[tokio::test(flavor = "multi_thread")]
async fn an_order_opens_to_its_own_token_only() {
    let world = World::start().await;
    let shop = world.shop("qahwa");
    let variant = shop.any_variant().await;
    let (mine, yours) = (shop.place(&[(&variant, 1)]).await, shop.place(&[(&variant, 1)]).await);
    shop.get(&format!("/orders/{}?token={}", mine.order_id, mine.token)).await.expect(200);
    let mut flipped = mine.token.clone().into_bytes();
    flipped[3] = if flipped[3] == b'A' { b'B' } else { b'A' };
    let flipped = String::from_utf8(flipped).unwrap();
    for token in [yours.token.as_str(), flipped.as_str(), &mine.token[1..], "", "x"] {
        let wrong =
            shop.get(&format!("/orders/{}?token={token}", mine.order_id)).await.expect_problem(404, "order_not_found");
        let absent = shop.get(&format!("/orders/ord_00000000000070008000000000000000?token={token}")).await;
        assert_eq!(wrong.json()["title"], absent.json()["title"]);
        assert_eq!(wrong.status, absent.status);
    }
    shop.get(&format!("/orders/{}", mine.order_id)).await.expect_problem(404, "order_not_found");
    let elsewhere = world.shop("moda").get(&format!("/orders/{}?token={}", mine.order_id, mine.token)).await;
    elsewhere.expect_problem(404, "order_not_found");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_keeps_the_texts_and_prices_it_was_placed_with() {
    let world = World::start().await;
    let shop = world.shop("moda");
    let variant = shop.any_variant().await;
    let placed = shop.place(&[(&variant, 1)]).await;
    let before = shop.order(&placed).await;
    world
        .sql
        .batch_execute(
            "update app.variant set price_minor = price_minor + 1; update app.product set name = '{\"ar\": \"x\"}'",
        )
        .await
        .unwrap();
    assert_eq!(shop.order(&placed).await, before);
    world.finish().await;
}

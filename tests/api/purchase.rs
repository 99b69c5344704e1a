//! The purchase from end to end, in each shop: paid, declined, abandoned, paid late, and when messages get lost.

use http::Method;
use serde_json::{Value, json};
use tests::{Behaviour, Lie, RequestBehaviour};
use tests::{Placed, Shop, Stock, WebhookBehaviour, World, fresh_key};

fn kinds(order: &Value) -> Vec<&str> {
    order["timeline"].as_array().unwrap().iter().map(|event| event["kind"].as_str().unwrap()).collect()
}

/// The order's snapshot without what differs each time.
fn snapshot(name: &str, order: &Value) {
    insta::assert_json_snapshot!(name, order, {
        ".**.id" => "[id]", ".**.product_id" => "[id]", ".**.variant_id" => "[id]", ".number" => "[number]", ".order.number" => "[number]",
        ".**.placed_at" => "[time]", ".**.reservation_expires_at" => "[time]", ".**.paid_at" => "[time]", ".**.at" => "[time]",
        ".**.redirect_url" => "[url]", ".access_token" => "[token]",
    });
}

async fn lose_webhooks(world: &World) {
    let webhooks = WebhookBehaviour { lose_all: true, ..WebhookBehaviour::default() };
    world.gateway.set_behaviour(Behaviour { webhooks, ..Behaviour::default() });
}

/// From the first page to a paid order, as a browser without JavaScript does it.
async fn buy_in(shop: Shop<'_>, lang: &str) {
    let world = shop.world;
    let shown = shop.get(&format!("/shop?lang={lang}")).await.expect(200).data();
    assert_eq!(shown["payment_methods"], json!(["card"]));
    let list = shop.get(&format!("/products?lang={lang}&in_stock=true&sort=price&limit=5")).await.expect(200).data();
    let detail =
        shop.get(&format!("/products/{}?lang={lang}", list[0]["slug"].as_str().unwrap())).await.expect(200).data();
    let chosen = detail["variants"].as_array().unwrap().iter().find(|variant| variant["in_stock"] == true).unwrap();
    let variant = shop.variant(chosen["sku"].as_str().unwrap()).await;
    let before = world.stock(&variant).await;
    assert_eq!(chosen["available"], before.on_hand - before.reserved);

    let cart = shop.cart_with(&[(&variant, 2)]).await;
    let answer = shop.checkout(&cart, &fresh_key()).header("accept-language", lang).await;
    let placed = Placed::read(answer);
    snapshot(&format!("{}_{lang}_placed", shop.slug), &placed.answer.data());
    assert_eq!(world.stock(&variant).await, Stock { on_hand: before.on_hand, reserved: before.reserved + 2 });
    assert_eq!(shop.order(&placed).await["payment"]["redirect_url"], placed.redirect_url);

    let page = world.fetch(&placed.redirect_url).await.expect(200);
    assert!(!page.text().contains("<script"), "the page works without JavaScript");
    let back = world.submit_form(&placed.redirect_url, "pay").await.expect(303);
    let back = back.header("location").unwrap().to_owned();
    world.deliver_events().await;

    // Where the gateway sends the payer, with what it adds to the address, is the order.
    let back =
        back.strip_prefix(&format!("http://{}/api/v1/storefront", shop.host())).unwrap_or_else(|| panic!("{back}"));
    let order = shop.get(back).await.expect(200).data();
    assert_eq!(order, shop.order(&placed).await);
    assert_eq!(order["status"], "paid");
    assert_eq!(kinds(&order), ["order.created", "order.paid"]);
    assert_eq!(order["payment"]["redirect_url"], Value::Null);
    snapshot(&format!("{}_{lang}_paid", shop.slug), &order);
    assert_eq!(world.stock(&variant).await, Stock { on_hand: before.on_hand - 2, reserved: before.reserved });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guest_buys_from_the_coffee_roaster() {
    let world = World::start().await;
    buy_in(world.shop("qahwa"), "ar").await;
    buy_in(world.shop("qahwa"), "en").await;
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guest_buys_from_the_fashion_shop() {
    let world = World::start().await;
    buy_in(world.shop("moda"), "ar").await;
    buy_in(world.shop("moda"), "en").await;
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guest_buys_from_the_perfume_shop() {
    let world = World::start().await;
    buy_in(world.shop("oud"), "ar").await;
    buy_in(world.shop("oud"), "en").await;
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_declined_payment_can_be_tried_again() {
    let world = World::start().await;
    for shop in world.shops() {
        let variant = shop.any_variant().await;
        let placed = shop.place(&[(&variant, 1)]).await;
        world.submit_form(&placed.redirect_url, "decline").await.expect(303);
        world.gateway.idle().await;
        let order = shop.order(&placed).await;
        assert_eq!((order["status"].as_str(), order["payment"]["status"].as_str()), (Some("pending"), Some("failed")));
        assert_eq!(order["payment"]["redirect_url"], placed.redirect_url, "it can be tried again");
        assert_eq!(world.stock(&variant).await.reserved, 1);
        world.submit_form(&placed.redirect_url, "pay").await.expect(303);
        world.gateway.idle().await;
        let order = shop.order(&placed).await;
        assert_eq!((order["status"].as_str(), order["payment"]["status"].as_str()), (Some("paid"), Some("paid")));
        assert_eq!(kinds(&order), ["order.created", "payment.failed", "order.paid"]);
    }
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_abandoned_order_gives_its_stock_back() {
    let world = World::start().await;
    for shop in world.shops() {
        let variant = shop.any_variant().await;
        let before = world.stock(&variant).await;
        let placed = shop.place(&[(&variant, 3)]).await;
        world.run_job("storefront/release-reservations").await;
        assert_eq!(world.stock(&variant).await.reserved, before.reserved + 3, "not before its time");
        world.expire_reservation(&placed).await;
        assert_eq!(world.run_job("storefront/release-reservations").await, 1);
        assert_eq!(world.run_job("storefront/release-reservations").await, 0);
        assert_eq!(world.stock(&variant).await, before);
        assert_eq!(kinds(&shop.order(&placed).await), ["order.created", "order.reservation_released"]);
    }
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_payment_takes_the_stock_again() {
    let world = World::start().await;
    for shop in world.shops() {
        let variant = shop.any_variant().await;
        let before = world.stock(&variant).await;
        let placed = shop.place(&[(&variant, 2)]).await;
        world.expire_reservation(&placed).await;
        world.run_job("storefront/release-reservations").await;
        world.gateway.pay(placed.invoice, true).unwrap();
        world.gateway.idle().await;
        assert_eq!(shop.status(&placed).await, "paid");
        assert_eq!(world.stock(&variant).await, Stock { on_hand: before.on_hand - 2, reserved: before.reserved });
        assert_eq!(outcomes(&world, &placed).await, ["late_settled"]);
    }
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_payment_for_sold_goods_waits_for_a_refund_decision() {
    let world = World::start().await;
    for shop in world.shops() {
        let variants = shop.some_variants(2).await;
        world.set_stock(&variants[0], 2).await;
        let late = shop.place(&[(&variants[0], 2), (&variants[1], 1)]).await;
        world.expire_reservation(&late).await;
        world.run_job("storefront/release-reservations").await;
        shop.buy(&[(&variants[0], 1)]).await;
        let other_line = world.stock(&variants[1]).await;
        world.gateway.pay(late.invoice, true).unwrap();
        world.gateway.idle().await;
        let order = shop.order(&late).await;
        assert_eq!(
            (order["status"].as_str(), order["payment"]["status"].as_str()),
            (Some("refund_review"), Some("paid"))
        );
        assert_eq!(world.stock(&variants[0]).await, Stock { on_hand: 1, reserved: 0 });
        assert_eq!(world.stock(&variants[1]).await, other_line, "all lines or none");
        assert_eq!(outcomes(&world, &late).await, ["refund_review"]);
    }
    world.finish().await;
}

/// The outcomes of the events about an order's payment.
async fn outcomes(world: &World, placed: &Placed) -> Vec<String> {
    let id = tests::uuid(&placed.payment_id);
    let rows = world
        .sql
        .query("select outcome from app.gateway_event where payment_id = $1 order by created_at", &[&id])
        .await;
    rows.unwrap().iter().map(|row| row.get(0)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_whose_webhook_is_lost_is_settled_by_the_job() {
    let world = World::start().await;
    lose_webhooks(&world).await;
    for shop in world.shops() {
        let variant = shop.any_variant().await;
        let (paid, declined, waiting) = (
            shop.place(&[(&variant, 1)]).await,
            shop.place(&[(&variant, 1)]).await,
            shop.place(&[(&variant, 1)]).await,
        );
        world.pay(paid.invoice).await;
        world.decline(declined.invoice).await;
        world.run_job("payments/reconcile").await;
        assert_eq!(shop.status(&paid).await, "pending", "not before its time");
        world.make_payments_due().await;
        assert!(world.run_job("payments/reconcile").await >= 2);
        assert_eq!(shop.status(&paid).await, "paid");
        assert_eq!(shop.status(&declined).await, "pending");
        assert_eq!(shop.status(&waiting).await, "pending");
    }
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_whose_invoice_was_never_made_is_cancelled_in_the_end() {
    let world = World::start().await;
    let shop = world.shop("qahwa");
    let variant = shop.any_variant().await;
    let before = world.stock(&variant).await;
    let cart = shop.cart_with(&[(&variant, 1)]).await;
    let create = RequestBehaviour { fault: Some(tests::Fault::DropBefore), ..RequestBehaviour::default() };
    world.gateway.set_behaviour(Behaviour { create, ..Behaviour::default() });
    shop.checkout(&cart, &fresh_key()).await.expect_problem(503, "gateway_unavailable");
    world.make_payments_due().await;
    world.run_job("payments/reconcile").await;
    assert_eq!(
        world.count("select count(*) from app.sales_order where status = 'pending'").await,
        1,
        "a retry may still come"
    );
    world.sql.batch_execute("update app.payment set created_at = now() - interval '11 minutes'").await.unwrap();
    world.make_payments_due().await;
    world.run_job("payments/reconcile").await;
    assert_eq!(world.count("select count(*) from app.sales_order where status = 'cancelled'").await, 1);
    assert_eq!(world.stock(&variant).await, before);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_lies_about_a_payment_settles_nothing() {
    let world = World::start().await;
    for (shop, lie) in world.shops().zip([
        Lie { amount: Some(1), ..Lie::default() },
        Lie { currency: Some("USD".into()), ..Lie::default() },
        Lie { amount: Some(999_999_999), ..Lie::default() },
    ]) {
        let variant = shop.any_variant().await;
        let placed = shop.place(&[(&variant, 1)]).await;
        let fetch = RequestBehaviour { lie: Some(lie.clone()), ..RequestBehaviour::default() };
        world.gateway.set_behaviour(Behaviour { fetch, ..Behaviour::default() });
        world.pay(placed.invoice).await;
        assert_eq!(shop.status(&placed).await, "pending", "{lie:?}");
        assert_eq!(outcomes(&world, &placed).await, ["mismatch"], "{lie:?}");
        // The truth, once it is told, settles.
        world.gateway.set_behaviour(Behaviour::default());
        world.make_payments_due().await;
        world.run_job("payments/reconcile").await;
        assert_eq!(shop.status(&placed).await, "paid", "{lie:?}");
        assert_eq!(kinds(&shop.order(&placed).await), ["order.created", "payment.mismatch", "order.paid"]);
    }
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn events_are_numbered_without_gaps_for_each_shop() {
    let world = World::start().await;
    for shop in world.shops() {
        let variant = shop.any_variant().await;
        for _ in 0..3 {
            shop.buy(&[(&variant, 1)]).await;
        }
    }
    let publishers =
        futures::future::join_all((0..5).map(|_| async { world.job("events/publish").await.expect(200) })).await;
    let done: i64 = publishers.iter().map(|answer| answer.data()["done"].as_i64().unwrap()).sum();
    assert_eq!(done, 18, "each event once");
    let query = "select count(*) from (select tenant_id, seq, row_number() over (partition by tenant_id order by seq) n from app.outbox) x where seq <> n";
    assert_eq!(world.count(query).await, 0);
    world.finish_as_it_is().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_open_to_their_token_only() {
    let world = World::start().await;
    for job in
        ["storefront/release-reservations", "storefront/purge", "payments/reconcile", "events/publish", "audit/seal"]
    {
        let path = format!("/internal/jobs/{job}");
        world.request(Method::POST, &path).await.expect(401);
        for token in ["Bearer wrong", "Bearer ", "Basic eDp5", &format!("Bearer {}x", tests::JOB_TOKEN)] {
            world.request(Method::POST, &path).header("authorization", token).await.expect(401);
        }
        world.job(job).await.expect(200);
    }
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn purging_forgets_old_keys_and_carts_and_nothing_else() {
    let world = World::start().await;
    let shop = world.shop("qahwa");
    let variant = shop.any_variant().await;
    let placed = shop.buy(&[(&variant, 1)]).await;
    let (old, young) = (shop.cart_with(&[(&variant, 1)]).await, shop.cart_with(&[(&variant, 1)]).await);
    let id = tests::uuid(&old);
    world.sql.batch_execute("alter table app.cart disable trigger cart_touch").await.unwrap();
    world
        .sql
        .execute(
            "update app.cart set updated_at = now() - interval '31 days', version = version + 1 where id = $1",
            &[&id],
        )
        .await
        .unwrap();
    world.sql.batch_execute("alter table app.cart enable trigger cart_touch").await.unwrap();
    assert_eq!(world.run_job("storefront/purge").await, 1);
    shop.get(&format!("/carts/{old}")).await.expect_problem(404, "cart_not_found");
    shop.get(&format!("/carts/{young}")).await.expect(200);
    assert_eq!(shop.status(&placed).await, "paid");
    world.finish().await;
}

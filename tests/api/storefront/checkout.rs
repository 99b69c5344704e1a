//! `/api/v1/storefront/checkout`: one key, one order.

use std::time::Duration;

use futures::future::join_all;
use serde_json::json;
use tests::{Answer, Behaviour, Call, Fault, Lie, Placed, RequestBehaviour, World, fresh_key, uuid};

/// Sends it again while it is in flight.
async fn until_answered(call: &Call) -> Answer {
    for _ in 0..100 {
        let answer = call.clone().await;
        if answer.status != 409 {
            return answer;
        }
        assert_eq!(answer.code(), "request_in_flight", "{}", answer.text());
        assert!(answer.header("retry-after").is_some());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("in flight for ever");
}

fn on_create(fault: Fault, times: u32) -> Behaviour {
    let create = RequestBehaviour { fault: Some(fault), times: Some(times), ..RequestBehaviour::default() };
    Behaviour { create, ..Behaviour::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_identical_checkouts_make_one_order() {
    let world = World::start().await;
    let shop = world.shop("qahwa");
    let variant = shop.any_variant().await;
    let cart = shop.cart_with(&[(&variant, 3)]).await;
    let call = shop.checkout(&cart, &fresh_key());
    let answers = join_all((0..50).map(|_| async { call.clone().await })).await;
    let placed = Placed::read(until_answered(&call).await);
    for answer in answers {
        match answer.status {
            201 => assert_eq!(answer.body, placed.answer.body, "every answer is the same to the byte"),
            409 => assert_eq!(answer.code(), "request_in_flight", "{}", answer.text()),
            other => panic!("{other}: {}", answer.text()),
        }
    }
    assert_eq!(world.count("select count(*) from app.sales_order").await, 1);
    assert_eq!(world.gateway.counters().invoices_created, 1);
    assert_eq!(shop.invoices_for(&placed.payment_id).await.len(), 1);
    let replay = call.clone().await.expect(201);
    assert_eq!((replay.header("idempotent-replayed"), &replay.body), (Some("true"), &placed.answer.body));

    // The same key for something else.
    let other_cart = shop.cart_with(&[(&variant, 1)]).await;
    let other = call.clone().json(&shop.checkout_body(&other_cart));
    other.clone().await.expect_problem(422, "idempotency_key_reused");
    // The same JSON in another spelling is the same request.
    let respelled = serde_json::to_string_pretty(&shop.checkout_body(&cart)).unwrap();
    assert_eq!(call.clone().body(respelled).await.expect(201).body, placed.answer.body);
    // Another shop's keys are its own.
    let elsewhere = world.shop("moda");
    let variant = elsewhere.any_variant().await;
    let cart = elsewhere.cart_with(&[(&variant, 1)]).await;
    let key = fresh_key();
    let here = shop.checkout(&other_cart, &key).await;
    let there = elsewhere.checkout(&cart, &key).await;
    assert_ne!(Placed::read(here).order_id, Placed::read(there).order_id);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_checkout_without_a_usable_key_changes_nothing() {
    let world = World::start().await;
    let shop = world.shop("oud");
    let variant = shop.any_variant().await;
    let cart = shop.cart_with(&[(&variant, 1)]).await;
    shop.post("/checkout", &shop.checkout_body(&cart)).await.expect_problem(400, "idempotency_key_missing");
    for key in ["", "two words", &"k".repeat(256)] {
        shop.checkout(&cart, key).await.expect_problem(400, "idempotency_key_invalid");
    }
    let twice = shop.checkout(&cart, "one").header("idempotency-key", "two");
    twice.await.expect_problem(400, "idempotency_key_invalid");
    assert_eq!(world.count("select count(*) from app.sales_order").await, 0);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_shoppers_buy_exactly_the_hundred_units_there_are() {
    let world = World::start().await;
    let shop = world.shop("qahwa");
    let variants = shop.some_variants(2).await;
    let (scarce, plenty) = (&variants[0], &variants[1]);
    world.set_stock(scarce, 100).await;
    world.set_stock(plenty, 1000).await;
    let mut calls = Vec::new();
    for chunk in 0..10 {
        let carts = (0..20).map(|n| async move {
            // In opposite orders, to meet on two rows from both sides.
            let lines = if (chunk + n) % 2 == 0 { [(scarce, 1), (plenty, 1)] } else { [(plenty, 1), (scarce, 1)] };
            shop.cart_with(&lines).await
        });
        calls.extend(join_all(carts).await.into_iter().map(|cart| shop.checkout(&cart, &fresh_key())));
    }
    let answers = join_all(calls.iter().map(|call| async { call.clone().await })).await;
    let mut sold = Vec::new();
    for answer in answers {
        match answer.status {
            201 => sold.push(Placed::read(answer)),
            409 => assert_eq!(answer.json()["code"], "insufficient_stock", "{}", answer.text()),
            other => panic!("{other}: {}", answer.text()),
        }
    }
    assert_eq!(sold.len(), 100, "neither oversold nor falsely sold out");
    assert_eq!(world.stock(scarce).await, tests::Stock { on_hand: 100, reserved: 100 });
    assert_eq!(world.stock(plenty).await, tests::Stock { on_hand: 1000, reserved: 100 });
    for placed in &sold {
        world.gateway.pay(placed.invoice, false).unwrap();
    }
    world.deliver_events().await;
    assert_eq!(world.stock(scarce).await, tests::Stock { on_hand: 0, reserved: 0 });
    assert_eq!(world.count("select count(*) from app.sales_order where status = 'paid'").await, 100);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_cart_checked_out_under_many_keys_is_one_order() {
    let world = World::start().await;
    let shop = world.shop("moda");
    let variant = shop.any_variant().await;
    let cart = shop.cart_with(&[(&variant, 1)]).await;
    let answers = join_all((0..20).map(|_| async { shop.checkout(&cart, &fresh_key()).await })).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        assert_eq!((answer.status, answer.code().as_str()), (409, "cart_closed"), "{}", answer.text());
    }
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changed_since_the_shopper_looked_is_refused() {
    let world = World::start().await;
    let shop = world.shop("qahwa");
    let variant = shop.any_variant().await;
    let empty = shop.cart_with(&[]).await;
    shop.checkout(&empty, &fresh_key()).await.expect_problem(422, "cart_empty");

    let cart = shop.cart_with(&[(&variant, 5)]).await;
    world.set_stock(&variant, 4).await;
    let refused = shop.checkout(&cart, &fresh_key()).await.expect_problem(409, "insufficient_stock");
    assert!(refused.text().contains(&variant.sku), "{}", refused.text());
    assert_eq!(shop.get(&format!("/carts/{cart}")).await.data()["status"], "open", "a refusal changes nothing");

    world.set_stock(&variant, 50).await;
    world.sql.execute("update app.variant set is_active = false where sku = $1", &[&variant.sku]).await.unwrap();
    shop.checkout(&cart, &fresh_key()).await.expect_problem(409, "variant_unavailable");
    world.sql.execute("update app.variant set is_active = true where sku = $1", &[&variant.sku]).await.unwrap();

    let mut abroad = shop.checkout_body(&cart);
    abroad["shipping_address"]["country"] = json!("FR");
    shop.checkout(&cart, &fresh_key()).json(&abroad).await.expect(422);
    shop.checkout(&cart, &fresh_key()).await.expect(201);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_order_survives_a_gateway_that_is_down() {
    let world = World::start().await;
    for (shop, fault) in world.shops().zip([Fault::Status(502), Fault::DropBefore, Fault::Status(429)]) {
        let variant = shop.any_variant().await;
        let cart = shop.cart_with(&[(&variant, 1)]).await;
        let call = shop.checkout(&cart, &fresh_key());
        world.gateway.set_behaviour(on_create(fault, 2));
        for _ in 0..2 {
            let answer = call.clone().await.expect_problem(503, "gateway_unavailable");
            assert!(answer.header("retry-after").is_some());
        }
        let number: String = {
            let tenant = shop.tenant_id().await;
            let query = "select number from app.sales_order where tenant_id = $1 and status = 'pending'";
            world.sql.query_one(query, &[&tenant]).await.unwrap().get(0)
        };
        let placed = Placed::read(call.clone().await);
        assert_eq!(placed.number, number, "the same order");
        assert_eq!(shop.invoices_for(&placed.payment_id).await.len(), 1);
        assert_eq!(call.await.expect(201).body, placed.answer.body);
        world.pay(placed.invoice).await;
        assert_eq!(shop.status(&placed).await, "paid");
    }
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invoice_whose_creation_went_unanswered_is_found_again() {
    let world = World::start().await;
    for (shop, fault) in world.shops().zip([Fault::DropAfter, Fault::StatusAfter(502), Fault::Garbage]) {
        let variant = shop.any_variant().await;
        let cart = shop.cart_with(&[(&variant, 1)]).await;
        let call = shop.checkout(&cart, &fresh_key());
        world.gateway.set_behaviour(on_create(fault, 1));
        let created = world.gateway.counters().invoices_created;
        call.clone().await.expect_problem(503, "gateway_unavailable");
        assert_eq!(world.gateway.counters().invoices_created, created + 1);
        let placed = Placed::read(call.await);
        assert_eq!(world.gateway.counters().invoices_created, created + 1, "no second invoice");
        assert_eq!(shop.invoices_for(&placed.payment_id).await[0]["id"], placed.invoice.to_string());
    }
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payer_may_be_faster_than_the_checkout() {
    let world = World::start().await;
    let shop = world.shop("qahwa");
    let variant = shop.any_variant().await;
    let cart = shop.cart_with(&[(&variant, 1)]).await;
    let call = shop.checkout(&cart, &fresh_key());
    world.gateway.set_behaviour(on_create(Fault::DropAfter, 1));
    call.clone().await.expect_problem(503, "gateway_unavailable");
    // The invoice exists and the shop does not know its reference: the webhook finds the payment by our own id.
    let payment: String = world
        .sql
        .query_one("select app.public_id('pay', id) from app.payment where gateway_ref is null", &[])
        .await
        .unwrap()
        .get(0);
    let invoice = shop.invoices_for(&payment).await[0]["id"].as_str().unwrap().parse().unwrap();
    world.pay(invoice).await;
    assert_eq!(world.count("select count(*) from app.sales_order where status = 'paid'").await, 1);
    let answer = call.await.expect(201).data();
    assert_eq!(
        (answer["order"]["status"].as_str(), answer["payment"]["status"].as_str()),
        (Some("paid"), Some("paid"))
    );
    assert_eq!(answer["payment"]["redirect_url"], serde_json::Value::Null);
    assert_eq!(world.gateway.counters().invoices_created, 1);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_gateway_holds_up_nobody_else() {
    let world = World::start().await;
    let (slow, other) = (world.shop("qahwa"), world.shop("moda"));
    let variant = slow.any_variant().await;
    let cart = slow.cart_with(&[(&variant, 1)]).await;
    world.gateway.set_behaviour(Behaviour {
        create: RequestBehaviour { delay_ms: 1500, times: Some(1), ..RequestBehaviour::default() },
        ..Behaviour::default()
    });
    let call = slow.checkout(&cart, &fresh_key());
    let waiting = tokio::spawn(call.clone().attempt());
    tokio::time::sleep(Duration::from_millis(400)).await;
    call.clone().await.expect_problem(409, "request_in_flight");
    let began = std::time::Instant::now();
    other.place(&[(&other.any_variant().await, 1)]).await;
    assert!(began.elapsed() < Duration::from_millis(1000), "{:?}", began.elapsed());
    let placed = Placed::read(waiting.await.unwrap().unwrap());
    assert_eq!(call.await.expect(201).body, placed.answer.body);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_lies_about_the_invoice_is_not_believed() {
    let world = World::start().await;
    let shop = world.shop("oud");
    let variant = shop.any_variant().await;
    for lie in [Lie { amount: Some(1), ..Lie::default() }, Lie { currency: Some("USD".into()), ..Lie::default() }] {
        let cart = shop.cart_with(&[(&variant, 1)]).await;
        let call = shop.checkout(&cart, &fresh_key());
        let create = RequestBehaviour { lie: Some(lie.clone()), times: Some(1), ..RequestBehaviour::default() };
        world.gateway.set_behaviour(Behaviour { create, ..Behaviour::default() });
        let answer = call.clone().await;
        assert!(matches!(answer.status, 502 | 503), "{lie:?}: {}", answer.text());
        let placed = Placed::read(call.await);
        assert_eq!(shop.invoices_for(&placed.payment_id).await.len(), 1);
    }
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_records_who_placed_it_and_from_where() {
    let world = World::start().await;
    let shop = world.shop("qahwa");
    let variant = shop.any_variant().await;
    let cart = shop.cart_with(&[(&variant, 1)]).await;
    let request_id = fresh_key();
    let placed = Placed::read(shop.checkout(&cart, &fresh_key()).request_id(&request_id).await);
    let query = "select actor, request_id, ip from audit.entry where table_name = 'sales_order' and action = 'insert' and row_id = $1";
    let row = world.sql.query_one(query, &[&uuid(&placed.order_id).to_string()]).await.unwrap();
    assert_eq!(
        (row.get::<_, &str>(0), row.get::<_, &str>(1), row.get::<_, &str>(2)),
        ("guest", request_id.as_str(), "127.0.0.1")
    );
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retry_after_the_reservation_ran_out_is_told_to_begin_again() {
    let world = World::start().await;
    let shop = world.shop("qahwa");
    let variant = shop.any_variant().await;
    let before = world.stock(&variant).await;
    for cancelled in [false, true] {
        let cart = shop.cart_with(&[(&variant, 1)]).await;
        let call = shop.checkout(&cart, &fresh_key());
        world.gateway.set_behaviour(on_create(Fault::DropBefore, 1));
        call.clone().await.expect_problem(503, "gateway_unavailable");
        world.sql.batch_execute("update app.sales_order set reservation_expires_at = now() - interval '1 second' where status = 'pending'").await.unwrap();
        world.run_job("storefront/release-reservations").await;
        if cancelled {
            world
                .sql
                .batch_execute(
                    "update app.payment set created_at = now() - interval '11 minutes' where status = 'initiated'",
                )
                .await
                .unwrap();
            world.make_payments_due().await;
            world.run_job("payments/reconcile").await;
        }
        for _ in 0..2 {
            call.clone().await.expect_problem(409, "checkout_expired");
        }
        assert_eq!(world.gateway.counters().invoices_created, 0, "nothing that could still be paid");
        assert_eq!(world.stock(&variant).await, before);
    }
    world.finish().await;
}

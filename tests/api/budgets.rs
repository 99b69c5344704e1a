//! Statements per request (design §3), counted at the seam.

mod people;

use std::sync::Arc;

use http::Method;
use serde_json::json;
use tests::{Behaviour, Call, CountingSeam, Placed, Probe, WebhookBehaviour, World, fresh_key};

/// Sends a request and returns how many statements it took.
async fn statements(probe: &Arc<Probe>, call: Call, status: u16) -> usize {
    let id = fresh_key();
    call.request_id(&id).await.expect(status);
    assert!(!probe.calls_of(&id).is_empty() || status == 200, "the seam saw nothing of {id}");
    probe.statements_of(&id).len()
}

#[tokio::test(flavor = "multi_thread")]
async fn reads_cost_one_statement_cold_and_none_warm() {
    for path in ["/products", "/products?sort=price&limit=50", "/products/moka-pot", "/shop", "/categories"] {
        let probe = CountingSeam::new();
        let world = World::builder().seam(probe.clone()).start().await;
        let shop = world.shop("qahwa");
        assert_eq!(statements(&probe, shop.get(path), 200).await, 1, "{path} cold");
        for _ in 0..3 {
            assert_eq!(statements(&probe, shop.get(path), 200).await, 0, "{path} warm");
        }
        world.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_purchase_keeps_its_budget() {
    let probe = CountingSeam::new();
    let world = World::builder().seam(probe.clone()).start().await;
    let shop = world.shop("qahwa");
    let variant = shop.any_variant().await;
    let webhooks = WebhookBehaviour { lose_all: true, ..WebhookBehaviour::default() };
    world.gateway.set_behaviour(Behaviour { webhooks, ..Behaviour::default() });
    // Twice: with nothing cached, and with the tenant known.
    for round in 0..2 {
        assert_eq!(statements(&probe, shop.request(Method::POST, "/carts"), 201).await, 1, "round {round}");
        let cart = shop.cart_with(&[(&variant, 1)]).await;
        let path = format!("/carts/{cart}");
        let add = json!({"variant_id": variant.id, "quantity": 1});
        assert_eq!(statements(&probe, shop.post(&format!("{path}/items"), &add), 200).await, 1);
        assert_eq!(statements(&probe, shop.get(&path), 200).await, 1);
        let item = shop.get(&path).await.data()["items"][0]["id"].as_str().unwrap().to_owned();
        assert_eq!(
            statements(&probe, shop.patch(&format!("{path}/items/{item}"), &json!({"quantity": 3})), 200).await,
            1
        );
        assert_eq!(statements(&probe, shop.delete(&format!("{path}/items/{item}")), 200).await, 1);
        shop.post(&format!("{path}/items"), &add).await.expect(200);

        let call = shop.checkout(&cart, &fresh_key());
        assert!(statements(&probe, call.clone(), 201).await <= 3);
        assert!(statements(&probe, call.clone(), 201).await <= 1, "a replay");
        let placed = Placed::read(call.await);
        let order = shop.get(&format!("/orders/{}?token={}", placed.order_id, placed.token));
        assert!(statements(&probe, order, 200).await <= 2);
        world.pay(placed.invoice).await;
        let webhook = shop.webhook(world.webhook_body(placed.invoice)).await;
        assert!(statements(&probe, webhook.clone(), 200).await <= 2);
        assert!(statements(&probe, webhook, 200).await <= 2, "a duplicate");
    }
    for job in [
        "storefront/release-reservations",
        "storefront/purge",
        "payments/reconcile",
        "events/publish",
        "messages/deliver",
        "messages/purge",
    ] {
        assert!(statements(&probe, world.job(job), 200).await <= 2, "{job}");
    }
    assert_eq!(statements(&probe, world.request(Method::GET, "/ready"), 200).await, 1);
    assert_eq!(statements(&probe, world.request(Method::GET, "/health"), 200).await, 0);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_read_by_a_cold_component_keeps_its_budget() {
    let probe = CountingSeam::new();
    let world = World::builder().seam(probe.clone()).start().await;
    let shop = world.shop("moda");
    let placed = shop.place(&[(&shop.any_variant().await, 1)]).await;
    // Longer than the edge believes what it knows of a tenant.
    tokio::time::sleep(std::time::Duration::from_millis(5_200)).await;
    let order = shop.get(&format!("/orders/{}?token={}", placed.order_id, placed.token));
    assert_eq!(statements(&probe, order, 200).await, 2);
    world.finish().await;
}

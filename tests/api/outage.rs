//! The database goes away and comes back; the key-value store fails; the gateway hangs.

use std::time::{Duration, Instant};

use futures::future::join_all;
use host::{Action, HostCallKind};
use http::Method;
use tests::{Call, FailSeam, Placed, Probe, Side, World, fresh_key};

/// Every route that needs the database, with requests that nothing has cached.
async fn routes(world: &World, placed: &Placed, cart: &str) -> Vec<(&'static str, Call)> {
    let shop = world.shop("moda");
    let item = serde_json::json!({"variant_id": "var_00000000000070008000000000000001", "quantity": 1});
    let change = serde_json::json!({"quantity": 1});
    let some_item = format!("/carts/{cart}/items/itm_00000000000070008000000000000001");
    vec![
        ("shop", shop.get("/shop")),
        ("categories", shop.get("/categories")),
        ("products", shop.get("/products?limit=3")),
        ("product", shop.get("/products/polo-pique")),
        ("media", shop.get("/media/med_00000000000070008000000000000001")),
        ("cart create", shop.request(Method::POST, "/carts")),
        ("cart", shop.get(&format!("/carts/{cart}"))),
        ("cart add", shop.post(&format!("/carts/{cart}/items"), &item)),
        ("cart set", shop.patch(&some_item, &change)),
        ("cart remove", shop.delete(&some_item)),
        ("checkout", shop.checkout(cart, &fresh_key())),
        ("order", shop.get(&format!("/orders/{}?token={}", placed.order_id, placed.token))),
        ("webhook", shop.webhook("{}").await),
        ("ready", world.request(Method::GET, "/ready")),
        ("release", world.job("storefront/release-reservations")),
        ("purge", world.job("storefront/purge")),
        ("reconcile", world.job("payments/reconcile")),
        ("publish", world.job("events/publish")),
    ]
}

async fn everything_says_so_in_time(world: &World, placed: &Placed, cart: &str) {
    // What the edge knew of the tenant is out of date by now.
    tokio::time::sleep(Duration::from_millis(5_100)).await;
    let answers = routes(world, placed, cart).await.into_iter().map(|(name, call)| async move {
        let began = Instant::now();
        (name, call.await, began.elapsed())
    });
    for (name, answer, took) in join_all(answers).await {
        assert_eq!(answer.status, 503, "{name}: {}", answer.text());
        assert!(answer.header("retry-after").is_some(), "{name}: {:?}", answer.headers);
        assert!(took < Duration::from_secs(5), "{name} took {took:?}");
    }
    world.request(Method::GET, "/health").await.expect(200);
}

async fn service_returns(world: &World) {
    let restored = Instant::now();
    loop {
        let ready = world.request(Method::GET, "/ready").await;
        let list = world.shop("qahwa").get("/products?limit=2").await;
        if (ready.status, list.status) == (200, 200) {
            break;
        }
        assert!(restored.elapsed() < Duration::from_secs(10), "{} {}", ready.text(), list.text());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    // Not by luck: whole purchases work.
    for shop in world.shops() {
        let placed = shop.buy(&[(&shop.any_variant().await, 1)]).await;
        assert_eq!(shop.status(&placed).await, "paid");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_refuses_is_an_outage_and_no_longer_than_it_lasts() {
    let world = World::builder().behind_proxy().start().await;
    let shop = world.shop("moda");
    let variant = shop.any_variant().await;
    let placed = shop.place(&[(&variant, 1)]).await;
    let cart = shop.cart_with(&[(&variant, 1)]).await;
    world.request(Method::GET, "/ready").await.expect(200);
    for _ in 0..2 {
        world.database().cut();
        everything_says_so_in_time(&world, &placed, &cart).await;
        world.database().restore();
        service_returns(&world).await;
    }
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_falls_silent_is_an_outage_and_no_longer_than_it_lasts() {
    let world = World::builder().behind_proxy().start().await;
    let shop = world.shop("moda");
    let variant = shop.any_variant().await;
    let placed = shop.place(&[(&variant, 1)]).await;
    let cart = shop.cart_with(&[(&variant, 1)]).await;
    // Connections that were in use a moment ago fall silent too.
    let warm = (0..12).map(|_| async { shop.get(&format!("/carts/{cart}")).await.expect(200) });
    join_all(warm).await;
    world.database().silence();
    let began = Instant::now();
    let hung = (0..12).map(|_| async { shop.get(&format!("/carts/{cart}")).await });
    for answer in join_all(hung).await {
        assert_eq!(answer.status, 503, "{}", answer.text());
        assert!(answer.header("retry-after").is_some());
    }
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    everything_says_so_in_time(&world, &placed, &cart).await;
    world.database().restore();
    service_returns(&world).await;
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_restarts_its_sessions_costs_at_most_a_retry() {
    let world = World::start().await;
    let shop = world.shop("qahwa");
    let variant = shop.any_variant().await;
    for _ in 0..3 {
        shop.place(&[(&variant, 1)]).await;
        let query = "select count(pg_terminate_backend(pid)) from pg_stat_activity where usename = 'app_user' and datname = current_database()";
        assert!(world.count(query).await > 0);
        service_returns(&world).await;
    }
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_port_is_an_outage_from_the_start() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let world = World::builder()
        .variable("database_url", &format!("postgres://app_user:x@127.0.0.1:{port}/wasla?connect_timeout=2"))
        .variable("database_origin", &format!("postgres://127.0.0.1:{port}"))
        .start()
        .await;
    world.request(Method::GET, "/health").await.expect(200);
    world.request(Method::GET, "/api/v1/system/info").await.expect(200);
    world.request(Method::GET, "/ready").await.expect(503);
    let answer = world.shop("qahwa").get("/shop").await.expect_problem(503, "database_unavailable");
    assert!(answer.header("retry-after").is_some());
    world.finish_as_it_is().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_its_key_value_store_the_shop_goes_on() {
    for kind in [HostCallKind::KvOpen, HostCallKind::KvGet, HostCallKind::KvSet] {
        let world = World::builder().seam(FailSeam::every(kind)).start().await;
        for shop in world.shops() {
            let variant = shop.any_variant().await;
            shop.get("/products").await.expect(200);
            shop.get("/shop").await.expect(200);
            let cart = shop.cart_with(&[(&variant, 1)]).await;
            let call = shop.checkout(&cart, &fresh_key());
            let placed = Placed::read(call.clone().await);
            assert_eq!(call.await.expect(201).body, placed.answer.body, "replays come from the database");
            world.pay(placed.invoice).await;
            assert_eq!(shop.status(&placed).await, "paid");
        }
        world.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_database_loses_nothing() {
    let probe = Probe::new();
    let world = World::builder().seam(probe.clone()).start().await;
    let shop = world.shop("qahwa");
    let variant = shop.any_variant().await;
    for side in [Side::Before, Side::After] {
        probe.at_every(HostCallKind::PgQuery, side, Action::Delay(Duration::from_millis(150)));
        let placed = shop.buy(&[(&variant, 1)]).await;
        assert_eq!(shop.status(&placed).await, "paid");
        probe.heal();
    }
    world.finish().await;
}

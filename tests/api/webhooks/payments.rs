//! `/api/v1/webhooks/payments`: one settlement, no forgery.

use std::collections::BTreeMap;

use futures::future::join_all;
use serde_json::{Value, json};
use tests::{Behaviour, WebhookBehaviour, World, uuid};

fn behave(world: &World, webhooks: WebhookBehaviour) {
    world.gateway.set_behaviour(Behaviour { webhooks, ..Behaviour::default() });
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_deliveries_at_once_settle_once() {
    let world = World::start().await;
    for shop in world.shops() {
        behave(&world, WebhookBehaviour { lose_all: true, ..WebhookBehaviour::default() });
        let variant = shop.any_variant().await;
        let placed = shop.place(&[(&variant, 1)]).await;
        world.pay(placed.invoice).await;
        let call = shop.webhook(world.webhook_body(placed.invoice)).await;
        let answers = join_all((0..50).map(|_| async { call.clone().await })).await;
        let mut outcomes = BTreeMap::new();
        for answer in answers {
            let outcome = answer.expect(200).data()["outcome"].as_str().unwrap().to_owned();
            *outcomes.entry(outcome).or_insert(0) += 1;
        }
        assert_eq!(outcomes, BTreeMap::from([("duplicate".to_owned(), 49), ("settled".to_owned(), 1)]));
        assert_eq!(shop.status(&placed).await, "paid");
        let id = uuid(&placed.payment_id);
        let events =
            world.sql.query("select outcome from app.gateway_event where payment_id = $1", &[&id]).await.unwrap();
        assert_eq!(events.len(), 1, "recorded once");
        assert_eq!(events[0].get::<_, &str>(0), "settled");
    }
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn events_in_the_wrong_order_move_nothing_backwards() {
    let world = World::start().await;
    let shop = world.shop("qahwa");
    let variant = shop.any_variant().await;

    // Contradiction: paid, then a failure of the very same payment.
    behave(&world, WebhookBehaviour { contradict: true, ..WebhookBehaviour::default() });
    let contradicted = shop.buy(&[(&variant, 1)]).await;
    assert_eq!(shop.status(&contradicted).await, "paid");

    // Held back and released in reverse: the decline arrives after the payment that followed it.
    behave(&world, WebhookBehaviour { hold: true, ..WebhookBehaviour::default() });
    let reversed = shop.place(&[(&variant, 1)]).await;
    world.decline(reversed.invoice).await;
    world.pay(reversed.invoice).await;
    assert_eq!(shop.status(&reversed).await, "pending");
    world.gateway.release(sandbox_order()).await;
    world.gateway.idle().await;
    assert_eq!(shop.status(&reversed).await, "paid");
    assert_eq!(shop.order(&reversed).await["payment"]["status"], "paid");

    // A refund of a settled payment is not the business of settlement.
    behave(&world, WebhookBehaviour::default());
    let refunded = shop.buy(&[(&variant, 1)]).await;
    let payment = world.webhook_body(refunded.invoice);
    let payment = serde_json::from_str::<Value>(&payment).unwrap()["data"]["id"].as_str().unwrap().parse().unwrap();
    world.gateway.refund(payment, None).unwrap();
    world.gateway.idle().await;
    assert_eq!(shop.status(&refunded).await, "paid");
    world.finish().await;
}

fn sandbox_order() -> sandbox::ReleaseOrder {
    sandbox::ReleaseOrder::Reverse
}

/// Whatever a forger can think of about a body whose secret he does not know.
fn without_the_secret(body: &Value, secret: &str, other_secret: &str) -> Vec<(String, Vec<u8>)> {
    let with = |token: Value| {
        let mut forged = body.clone();
        forged["secret_token"] = token;
        forged.to_string().into_bytes()
    };
    let mut forgeries = Vec::new();
    for at in 0..secret.len() {
        for bit in 0..8 {
            let mut token = secret.as_bytes().to_vec();
            token[at] ^= 1 << bit;
            let body = match String::from_utf8(token) {
                Ok(token) => with(token.into()),
                Err(broken) => {
                    let marked = body.to_string();
                    let (head, tail) = marked.split_once(secret).unwrap();
                    [head.as_bytes(), broken.as_bytes(), tail.as_bytes()].concat()
                }
            };
            forgeries.push((format!("bit {bit} of byte {at}"), body));
        }
    }
    let mut missing = body.clone();
    missing.as_object_mut().unwrap().remove("secret_token");
    let mut elsewhere = missing.clone();
    elsewhere["data"]["secret_token"] = json!(secret);
    let mut respelled = missing.clone();
    respelled["Secret_Token"] = json!(secret);
    let text = body.to_string();
    let doubled = |first: &str, second: &str| {
        text.replacen(
            &format!("\"secret_token\":\"{secret}\""),
            &format!("\"secret_token\":\"{first}\",\"secret_token\":\"{second}\""),
            1,
        )
    };
    for (name, body) in [
        ("no secret", missing.to_string()),
        ("secret inside data", elsewhere.to_string()),
        ("another key", respelled.to_string()),
        ("doubled, right first", doubled(secret, "wrong")),
        ("doubled, right last", doubled("wrong", secret)),
        ("doubled, both right", doubled(secret, secret)),
        ("not an object", format!("[{text}]")),
        ("a string", json!(text).to_string()),
        ("nothing", String::new()),
        ("two documents", format!("{text}{text}")),
        ("trailing garbage", format!("{text}x")),
    ] {
        forgeries.push((name.to_owned(), body.into_bytes()));
    }
    for token in [
        Value::Null,
        json!(0),
        json!(true),
        json!([secret]),
        json!({"is": secret}),
        json!(""),
        json!(" "),
        json!(other_secret),
        json!(secret.to_uppercase()),
        json!(format!("{secret} ")),
        json!(format!(" {secret}")),
        json!(format!("{secret}\0")),
        json!(&secret[1..]),
        json!(&secret[..secret.len() - 1]),
        json!(secret.repeat(2)),
        json!("*"),
        json!("x".repeat(10_000)),
    ] {
        forgeries.push((format!("secret {}", token.to_string().chars().take(40).collect::<String>()), with(token)));
    }
    for part in 1..20 {
        forgeries.push((format!("truncated to {part}/20"), text.as_bytes()[..text.len() * part / 20].to_vec()));
    }
    forgeries
}

#[tokio::test(flavor = "multi_thread")]
async fn no_forgery_is_accepted() {
    let world = World::start().await;
    let (shop, other) = (world.shop("qahwa"), world.shop("moda"));
    let variant = shop.any_variant().await;
    behave(&world, WebhookBehaviour { lose_all: true, ..WebhookBehaviour::default() });
    let placed = shop.place(&[(&variant, 1)]).await;
    world.pay(placed.invoice).await;
    // The money is there, so whatever gets through would settle.
    let genuine = world.webhook_body(placed.invoice);
    let body: Value = serde_json::from_str(&genuine).unwrap();
    let (secret, other_secret) = (world.webhook_secret("qahwa"), world.webhook_secret("moda"));

    let endpoint = shop.endpoint().await;
    let forgeries = without_the_secret(&body, &secret, &other_secret);
    assert!(forgeries.len() >= 300, "{}", forgeries.len());
    for chunk in forgeries.chunks(8) {
        let answers =
            join_all(chunk.iter().map(|(_, body)| async { world.webhook(&endpoint, body.clone()).await })).await;
        for (answer, (name, _)) in answers.into_iter().zip(chunk) {
            assert!(matches!(answer.status, 400 | 401 | 413 | 422), "{name}: {} {}", answer.status, answer.text());
        }
    }
    // The genuine body where it does not belong.
    world.webhook(&other.endpoint().await, genuine.clone()).await.expect_problem(401, "invalid_signature");
    for nowhere in
        ["00000000000000000000000000000000", "x", &endpoint.to_uppercase(), &endpoint[1..], &format!("{endpoint}0")]
    {
        if nowhere == endpoint {
            continue;
        }
        world.webhook(nowhere, genuine.clone()).await.expect(404);
    }
    assert_eq!(world.count("select count(*) from app.gateway_event").await, 0, "nothing of a forgery is kept");
    assert_eq!(shop.status(&placed).await, "pending");

    shop.webhook(genuine).await.await.expect(200);
    assert_eq!(shop.status(&placed).await, "paid");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_claims_what_the_gateway_does_not_settles_nothing() {
    let world = World::start().await;
    let (shop, other) = (world.shop("qahwa"), world.shop("moda"));
    let variant = shop.any_variant().await;
    behave(&world, WebhookBehaviour { lose_all: true, ..WebhookBehaviour::default() });
    let placed = shop.place(&[(&variant, 1)]).await;
    world.decline(placed.invoice).await;
    let declined: Value = serde_json::from_str(&world.webhook_body(placed.invoice)).unwrap();
    let theirs = other.place(&[(&other.any_variant().await, 1)]).await;
    world.pay(theirs.invoice).await;
    let their_event: Value = serde_json::from_str(&world.webhook_body(theirs.invoice)).unwrap();

    // Whoever knows the secret still cannot make money out of words.
    let mut claim = declined;
    claim["type"] = json!("payment_paid");
    claim["data"]["status"] = json!("paid");
    let change = |pointer: &str, value: Value| {
        let mut forged = claim.clone();
        forged["id"] = json!(uuid::Uuid::new_v4());
        *forged.pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer}")) = value;
        forged
    };
    for (name, event) in [
        ("claims to be paid", claim.clone()),
        ("wrong amount", change("/data/amount", json!(1))),
        ("huge amount", change("/data/amount", json!(i64::MAX))),
        ("wrong currency", change("/data/currency", json!("USD"))),
        ("live mode", change("/live", json!(true))),
        ("unknown payment", change("/data/id", json!(uuid::Uuid::new_v4()))),
        ("another shop's payment", change("/data/id", their_event["data"]["id"].clone())),
        ("another shop's invoice", change("/data/invoice_id", their_event["data"]["invoice_id"].clone())),
        ("a path for an id", change("/data/id", json!("../invoices"))),
    ] {
        let answer = shop.webhook(event.to_string()).await.await;
        assert!(matches!(answer.status, 200 | 422), "{name}: {} {}", answer.status, answer.text());
        if answer.status == 200 {
            let outcome = answer.data()["outcome"].as_str().unwrap().to_owned();
            assert!(
                ["attempt_failed", "ignored", "duplicate", "mismatch", "unverified"].contains(&outcome.as_str()),
                "{name}: {outcome}"
            );
        }
        assert_eq!(shop.status(&placed).await, "pending", "{name}");
        assert_eq!(other.status(&theirs).await, "pending", "{name}");
    }
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_could_not_be_verified_is_taken_up_again() {
    let world = World::start().await;
    let shop = world.shop("moda");
    let variant = shop.any_variant().await;
    behave(&world, WebhookBehaviour { lose_all: true, ..WebhookBehaviour::default() });
    let placed = shop.place(&[(&variant, 1)]).await;
    world.pay(placed.invoice).await;
    let call = shop.webhook(world.webhook_body(placed.invoice)).await;
    let fetch = tests::RequestBehaviour { fault: Some(tests::Fault::Status(500)), ..Default::default() };
    world.gateway.set_behaviour(Behaviour { fetch, ..Behaviour::default() });
    assert_eq!(call.clone().await.expect(200).data()["outcome"], "unverified");
    assert_eq!(shop.status(&placed).await, "pending");
    world.gateway.set_behaviour(Behaviour::default());
    assert_eq!(call.clone().await.expect(200).data()["outcome"], "settled");
    assert_eq!(call.await.expect(200).data()["outcome"], "duplicate");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_is_rotated_without_losing_an_event() {
    let world = World::start().await;
    let shop = world.shop("oud");
    let variant = shop.any_variant().await;
    let input = json!({"slug": "oud", "secret_sha256": "ab".repeat(32)});
    world.sql.execute("select ops.set_gateway_secret($1)", &[&input]).await.unwrap();
    let placed = shop.buy(&[(&variant, 1)]).await;
    assert_eq!(shop.status(&placed).await, "paid", "the secret before the last change still proves");
    let input = json!({"slug": "oud", "secret_sha256": "cd".repeat(32)});
    world.sql.execute("select ops.set_gateway_secret($1)", &[&input]).await.unwrap();
    shop.webhook(world.webhook_body(placed.invoice)).await.await.expect_problem(401, "invalid_signature");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_shop_sells_nothing_and_still_settles_what_it_sold() {
    let world = World::start().await;
    let shop = world.shop("qahwa");
    let variant = shop.any_variant().await;
    let placed = shop.place(&[(&variant, 1)]).await;
    world.sql.execute("update app.tenant set status = 'paused' where slug = 'qahwa'", &[]).await.unwrap();
    world.pay(placed.invoice).await;
    assert_eq!(world.count("select count(*) from app.sales_order where status = 'paid'").await, 1);
    // A cached tenant may still be served for five seconds, a new cart needs the database.
    shop.request(http::Method::POST, "/carts").await.expect_problem(404, "shop_paused");
    world.finish().await;
}

use std::time::{Duration, Instant};

use sandbox::{Behaviour, Config, DeliveryState, Forgery, ReleaseOrder, Repeat, WebhookBehaviour};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{OUD_KEY, QAHWA_KEY, World, id, order};

fn sending(webhooks: WebhookBehaviour) -> Behaviour {
    Behaviour { webhooks, ..Behaviour::default() }
}

async fn pay_new(world: &World) -> Uuid {
    let invoice = id(&world.invoice(json!({})).await);
    world.sandbox.pay(invoice, false).unwrap();
    invoice
}

fn field<'a>(events: &'a [Value], pointer: &str) -> Vec<&'a str> {
    events.iter().map(|event| event.pointer(pointer).unwrap().as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_webhook_has_the_documented_fields() {
    let world = World::start().await;
    let invoice = world.invoice(json!({"metadata": {"payment_id": "pay_1"}})).await;
    let settled = world.sandbox.pay(id(&invoice), false).unwrap();
    world.sandbox.idle().await;
    let events = world.receiver.received();
    assert_eq!(events.len(), 1);
    let event = &events[0];
    let payment = world.get(&format!("/v1/payments/{}", settled.payment_id), QAHWA_KEY).await.json();
    let expected = json!({
        "id": settled.event_ids[0], "type": "payment_paid", "created_at": event["created_at"],
        "secret_token": "qahwa-secret", "account_name": "qahwa", "live": false, "data": payment,
    });
    assert_eq!(*event, expected);
    assert_eq!(payment["invoice_id"], invoice["id"]);
    assert_eq!(payment["metadata"], json!({"payment_id": "pay_1"}));
    assert_eq!(payment["callback_url"], invoice["url"]);
    let money = ["amount", "fee", "refunded", "captured"].map(|name| payment[name].as_i64().unwrap());
    assert_eq!(money, [4500, 0, 0, 0]);
    let source = &payment["source"];
    let card = ["type", "company", "number", "message", "response_code"].map(|name| source[name].as_str().unwrap());
    assert_eq!(card, ["creditcard", "mada", "4201-32XX-XXXX-1010", "APPROVED", "00"]);
}

#[tokio::test]
async fn a_live_key_makes_live_webhooks() {
    let world = World::start().await;
    let invoice = world.create(OUD_KEY, &order()).await.json();
    world.sandbox.decline(id(&invoice)).unwrap();
    world.sandbox.idle().await;
    let event = &world.receiver.received()[0];
    assert_eq!((&event["live"], &event["account_name"]), (&json!(true), &json!("oud")));
    assert_eq!((&event["type"], &event["data"]["status"]), (&json!("payment_failed"), &json!("failed")));
}

#[tokio::test]
async fn five_more_tries_and_then_the_event_is_dropped() {
    let world = World::start().await;
    world.receiver.answer([500; 6]);
    let started = Instant::now();
    pay_new(&world).await;
    world.sandbox.idle().await;
    assert!(started.elapsed() >= Duration::from_millis(1 + 10 + 30 + 60 + 120), "the documented schedule, scaled");
    let events = world.receiver.received();
    assert_eq!(events.len(), 6);
    assert!(events.iter().all(|event| event == &events[0]), "the same event each time");
    let delivery = &world.sandbox.deliveries()[0];
    assert_eq!(delivery.state, DeliveryState::Failed);
    assert_eq!(delivery.attempts.len(), 6);
    assert_eq!(world.sandbox.counters().webhook_answers[&500], 6);
}

#[tokio::test]
async fn a_retry_that_gets_through_ends_the_tries() {
    let world = World::start().await;
    world.receiver.answer([503, 301]);
    pay_new(&world).await;
    world.sandbox.idle().await;
    let delivery = &world.sandbox.deliveries()[0];
    assert_eq!(delivery.state, DeliveryState::Delivered);
    let statuses: Vec<_> = delivery.attempts.iter().map(|attempt| attempt.status).collect();
    assert_eq!(statuses, [Some(503), Some(301), Some(200)]);
    assert_eq!(world.sandbox.counters().webhooks_delivered["payment_paid"], 1);
}

#[tokio::test]
async fn a_receiver_that_does_not_answer_in_time_counts_as_failed() {
    let config = Config { webhook_timeout: Duration::from_millis(20), ..Config::default() };
    let world = World::start_with(config, Duration::from_millis(200)).await;
    pay_new(&world).await;
    world.sandbox.idle().await;
    let delivery = &world.sandbox.deliveries()[0];
    assert_eq!(delivery.state, DeliveryState::Failed);
    assert!(delivery.attempts.iter().all(|attempt| attempt.status.is_none() && attempt.error.is_some()));
    assert_eq!(world.sandbox.counters().webhook_answers[&0], 6);
}

#[tokio::test]
async fn delayed_copied_and_parallel_webhooks() {
    let world = World::start_with(Config::default(), Duration::from_millis(50)).await;
    let copies = WebhookBehaviour { delay_ms: 60, copies: 10, in_parallel: true, ..WebhookBehaviour::default() };
    world.sandbox.set_behaviour(sending(copies));
    let started = Instant::now();
    pay_new(&world).await;
    assert!(world.receiver.received().is_empty());
    world.sandbox.idle().await;
    let elapsed = started.elapsed();
    assert!(elapsed >= Duration::from_millis(110), "delay, then an answer: {elapsed:?}");
    assert!(elapsed < Duration::from_millis(400), "ten answers at once, not one after the other: {elapsed:?}");
    let events = world.receiver.received();
    assert_eq!(events.len(), 10);
    assert!(events.iter().all(|event| event == &events[0]));
}

#[tokio::test]
async fn lost_webhooks_never_arrive() {
    let world = World::start().await;
    world.sandbox.set_behaviour(sending(WebhookBehaviour { lose_next: 2, ..WebhookBehaviour::default() }));
    for _ in 0..3 {
        pay_new(&world).await;
    }
    world.sandbox.set_behaviour(sending(WebhookBehaviour { lose_all: true, ..WebhookBehaviour::default() }));
    pay_new(&world).await;
    world.sandbox.idle().await;
    let states: Vec<_> = world.sandbox.deliveries().iter().map(|delivery| delivery.state).collect();
    use DeliveryState::{Delivered, Lost};
    assert_eq!(states, [Lost, Lost, Delivered, Lost]);
    assert_eq!(world.receiver.received().len(), 1);
    assert_eq!(world.sandbox.counters().payments_paid, 4, "the money moved all the same");
}

#[tokio::test]
async fn held_webhooks_leave_in_reverse_order() {
    let world = World::start().await;
    world.sandbox.set_behaviour(sending(WebhookBehaviour { hold: true, ..WebhookBehaviour::default() }));
    let invoice = id(&world.invoice(json!({})).await);
    world.sandbox.decline(invoice).unwrap();
    let paid = world.sandbox.pay(invoice, false).unwrap();
    world.sandbox.refund(paid.payment_id, None).unwrap();
    world.sandbox.idle().await;
    assert!(world.receiver.received().is_empty());
    assert_eq!(world.sandbox.release(ReleaseOrder::Reverse).await, 3);
    let events = world.receiver.received();
    assert_eq!(field(&events, "/type"), ["payment_refunded", "payment_paid", "payment_failed"]);
    assert_eq!(field(&events, "/data/status"), ["refunded", "paid", "failed"], "each says what was true when it arose");
    assert_eq!(world.sandbox.release(ReleaseOrder::Arrival).await, 0);
}

#[tokio::test]
async fn a_forgery_says_what_it_is_told() {
    let world = World::start().await;
    let forge = Forgery {
        amount: Some(100),
        currency: Some("KWD".to_owned()),
        secret_token: Some("wrong".to_owned()),
        live: Some(true),
        kind: Some("payment_faild".to_owned()),
        ..Forgery::default()
    };
    world.sandbox.set_behaviour(sending(WebhookBehaviour { forge: Some(forge), ..WebhookBehaviour::default() }));
    let invoice = pay_new(&world).await;
    world.sandbox.idle().await;
    let event = &world.receiver.received()[0];
    let said = json!([
        event["data"]["amount"],
        event["data"]["currency"],
        event["secret_token"],
        event["live"],
        event["type"]
    ]);
    assert_eq!(said, json!([100, "KWD", "wrong", true, "payment_faild"]));
    let truth = world.get(&format!("/v1/invoices/{invoice}"), QAHWA_KEY).await.json();
    assert_eq!((&truth["amount"], &truth["status"]), (&json!(4500), &json!("paid")));
}

#[tokio::test]
async fn a_contradiction_follows_the_payment() {
    let world = World::start().await;
    world.sandbox.set_behaviour(sending(WebhookBehaviour { contradict: true, ..WebhookBehaviour::default() }));
    let invoice = pay_new(&world).await;
    world.sandbox.idle().await;
    let events = world.receiver.received();
    assert_eq!(field(&events, "/type"), ["payment_paid", "payment_failed"]);
    assert_eq!(field(&events, "/data/status"), ["paid", "failed"]);
    assert_eq!(events[0]["data"]["id"], events[1]["data"]["id"]);
    let truth = world.get(&format!("/v1/invoices/{invoice}"), QAHWA_KEY).await.json();
    assert_eq!(truth["status"], "paid");
}

#[tokio::test]
async fn an_event_is_repeated_to_the_byte() {
    let world = World::start().await;
    pay_new(&world).await;
    world.sandbox.idle().await;
    world.receiver.answer([200, 409]);
    let event = world.sandbox.deliveries()[0].event;
    let answers = world.sandbox.repeat(event, Repeat { times: 2, in_parallel: false }).await.unwrap();
    assert_eq!(answers, [Some(200), Some(409)]);
    let answers = world.sandbox.repeat(event, Repeat { times: 50, in_parallel: true }).await.unwrap();
    assert_eq!(answers, [Some(200); 50]);
    let events = world.receiver.received();
    assert_eq!(events.len(), 53);
    assert!(events.iter().all(|event| event == &events[0]));
    assert!(world.sandbox.repeat(Uuid::nil(), Repeat::default()).await.is_none());
}

#[tokio::test]
async fn the_invoice_callback_is_sent_once_and_unsigned() {
    let world = World::start().await;
    let invoice = world.invoice(json!({"callback_url": format!("{}/callback", world.receiver.url)})).await;
    world.receiver.answer([500, 500]);
    world.sandbox.set_behaviour(sending(WebhookBehaviour { lose_all: true, ..WebhookBehaviour::default() }));
    world.sandbox.pay(id(&invoice), false).unwrap();
    world.sandbox.idle().await;
    let received = world.receiver.received();
    assert_eq!(received.len(), 1, "no retry");
    assert_eq!((&received[0]["id"], &received[0]["status"]), (&invoice["id"], &json!("paid")));
    assert_eq!(received[0].get("secret_token"), None);
}

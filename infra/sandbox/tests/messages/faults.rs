use std::time::{Duration, Instant};

use http::{Method, StatusCode};
use sandbox::{Behaviour, Fault, MessageBehaviour};
use serde_json::json;

use crate::support::{EMAIL_KEY, World, email, sms};

fn under(world: &World, email: MessageBehaviour) {
    world.sandbox.set_behaviour(Behaviour { email, ..Behaviour::default() });
}

fn fault(fault: Fault) -> MessageBehaviour {
    MessageBehaviour { fault: Some(fault), ..MessageBehaviour::default() }
}

#[tokio::test]
async fn a_busy_provider_says_when_to_come_back() {
    let world = World::start().await;
    let body = json!({"email": {"fault": {"status": 429}, "retry_after_s": 7, "times": 1}});
    let set = world.try_send(Method::PUT, "/_sandbox/behaviour", &[], &body.to_string()).await.unwrap();
    assert_eq!(set.status, StatusCode::OK, "{}", set.text);
    let busy = world.send_email(Some("key"), &email()).await;
    assert_eq!((busy.status.as_u16(), &busy.json()["name"]), (429, &json!("rate_limit_exceeded")));
    assert_eq!(busy.headers["retry-after"], "7");
    assert!(world.sandbox.messages().is_empty());
    assert_eq!(world.send_email(Some("key"), &email()).await.status, StatusCode::OK, "once only");
}

#[tokio::test]
async fn an_answer_lost_after_delivery_is_found_again_by_its_key() {
    let world = World::start().await;
    let bearer = format!("Bearer {EMAIL_KEY}");
    let headers = [("authorization", bearer.as_str()), ("idempotency-key", "key")];
    under(&world, fault(Fault::DropAfter));
    assert!(world.try_send(Method::POST, "/emails", &headers, &email().to_string()).await.is_err());
    for lost in [Fault::StatusAfter(500), Fault::Garbage, Fault::HugeBody(400_000)] {
        under(&world, fault(lost));
        world.send_email(Some("key"), &email()).await;
    }
    under(&world, MessageBehaviour::default());
    let found = world.send_email(Some("key"), &email()).await;
    let [message] = world.sandbox.messages().try_into().unwrap();
    assert_eq!(found.json()["id"], message.provider_ref);
}

#[tokio::test]
async fn nothing_is_delivered_before_a_failure() {
    let world = World::start().await;
    under(&world, fault(Fault::Status(500)));
    assert_eq!(world.send_email(Some("key"), &email()).await.json()["name"], "internal_server_error");
    let sms_fails = Behaviour { sms: fault(Fault::Status(503)), ..Behaviour::default() };
    world.sandbox.set_behaviour(sms_fails);
    assert_eq!(world.send_sms(&sms()).await.json()["statusCode"], 503);
    assert!(world.sandbox.messages().is_empty());
    assert_eq!(world.send_email(Some("key"), &email()).await.status, StatusCode::OK, "each channel has its own");
}

#[tokio::test]
async fn a_careless_provider_delivers_twice() {
    let world = World::start().await;
    under(&world, MessageBehaviour { accept_duplicates: true, ..MessageBehaviour::default() });
    let (one, two) = (world.send_email(Some("key"), &email()).await, world.send_email(Some("key"), &email()).await);
    assert_ne!(one.json()["id"], two.json()["id"]);
    assert_eq!(world.sandbox.messages().len(), 2);
}

#[tokio::test]
async fn a_slow_provider_is_slow() {
    let world = World::start().await;
    under(&world, MessageBehaviour { delay_ms: 80, ..MessageBehaviour::default() });
    let started = Instant::now();
    world.send_email(None, &email()).await;
    assert!(started.elapsed() >= Duration::from_millis(80));
}

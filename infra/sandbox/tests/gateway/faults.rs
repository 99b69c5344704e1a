use std::time::{Duration, Instant};

use http::{Method, StatusCode};
use sandbox::{Behaviour, Fault, Lie, RequestBehaviour};
use serde_json::json;

use crate::support::{Answer, QAHWA_KEY, World, id, order};

fn creating(create: RequestBehaviour) -> Behaviour {
    Behaviour { create, ..Behaviour::default() }
}

fn fault(fault: Fault) -> RequestBehaviour {
    RequestBehaviour { fault: Some(fault), ..RequestBehaviour::default() }
}

async fn create_under(world: &World, behaviour: RequestBehaviour) -> Result<Answer, String> {
    world.sandbox.set_behaviour(creating(behaviour));
    world.try_send(Method::POST, "/v1/invoices", Some(QAHWA_KEY), &order().to_string()).await
}

#[tokio::test]
async fn a_failure_before_the_work_creates_nothing() {
    let world = World::start().await;
    for status in [500, 502] {
        let answer = create_under(&world, fault(Fault::Status(status))).await.unwrap();
        assert_eq!(answer.status.as_u16(), status);
        assert_eq!(answer.json()["type"], "api_error");
    }
    assert!(create_under(&world, fault(Fault::DropBefore)).await.is_err());
    assert_eq!(world.sandbox.counters().invoices_created, 0);
}

#[tokio::test]
async fn a_failure_after_the_work_leaves_the_invoice() {
    let world = World::start().await;
    assert!(create_under(&world, fault(Fault::DropAfter)).await.is_err());
    assert_eq!(world.sandbox.counters().invoices_created, 1, "and the client did not send it twice");
    let answer = create_under(&world, fault(Fault::StatusAfter(502))).await.unwrap();
    assert_eq!(answer.status, StatusCode::BAD_GATEWAY);
    let garbage = create_under(&world, fault(Fault::Garbage)).await.unwrap();
    assert_eq!(garbage.status, StatusCode::CREATED);
    assert!(serde_json::from_str::<serde_json::Value>(&garbage.text).is_err());
    let huge = create_under(&world, fault(Fault::HugeBody(3_000_000))).await.unwrap();
    assert!(huge.text.len() > 3_000_000);
    assert_eq!(huge.json()["amount"], 4500);
    assert_eq!(world.sandbox.counters().invoices_created, 4);
    let listed = world.get("/v1/invoices", QAHWA_KEY).await.json();
    assert_eq!(listed["meta"]["total_count"], 4);
    assert_eq!(world.sandbox.counters().api_answers[&0], 1);
}

#[tokio::test]
async fn a_slow_gateway_is_slow() {
    let world = World::start().await;
    let slow = RequestBehaviour { delay_ms: 80, ..RequestBehaviour::default() };
    let started = Instant::now();
    let invoice = create_under(&world, slow.clone()).await.unwrap().json();
    assert!(started.elapsed() >= Duration::from_millis(80));
    world.sandbox.set_behaviour(Behaviour { fetch: slow, ..Behaviour::default() });
    let started = Instant::now();
    world.get(&format!("/v1/invoices/{}", id(&invoice)), QAHWA_KEY).await;
    assert!(started.elapsed() >= Duration::from_millis(80));
}

#[tokio::test]
async fn a_behaviour_holds_for_as_many_requests_as_asked() {
    let world = World::start().await;
    let twice = RequestBehaviour { times: Some(2), ..fault(Fault::Status(500)) };
    world.sandbox.set_behaviour(creating(twice));
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(world.create(QAHWA_KEY, &order()).await.status.as_u16());
    }
    assert_eq!(statuses, [500, 500, 201]);
    assert_eq!(world.sandbox.behaviour(), Behaviour::default());
}

#[tokio::test]
async fn answers_lie_while_the_truth_stays() {
    let world = World::start().await;
    let lie = Lie {
        amount: Some(1),
        currency: Some("USD".to_owned()),
        id: Some("another".to_owned()),
        status: Some("paid".to_owned()),
    };
    let lying = RequestBehaviour { lie: Some(lie), ..RequestBehaviour::default() };
    let told = create_under(&world, lying.clone()).await.unwrap().json();
    let of = |object: &serde_json::Value| json!([object["amount"], object["currency"], object["id"], object["status"]]);
    assert_eq!(of(&told), json!([1, "USD", "another", "paid"]));
    let truth = world.get("/v1/invoices", QAHWA_KEY).await.json()["invoices"][0].clone();
    assert_eq!(of(&truth), json!([4500, "SAR", truth["id"], "initiated"]));

    world.sandbox.pay(id(&truth), false).unwrap();
    world.sandbox.set_behaviour(Behaviour { fetch: lying, ..Behaviour::default() });
    let told = world.get(&format!("/v1/invoices/{}", id(&truth)), QAHWA_KEY).await.json();
    assert_eq!(of(&told), json!([1, "USD", "another", "paid"]));
    assert_eq!((&told["payments"][0]["amount"], &told["payments"][0]["currency"]), (&json!(1), &json!("USD")));
}

#[tokio::test]
async fn fetches_fail_on_their_own() {
    let world = World::start().await;
    let invoice = world.invoice(json!({})).await;
    let path = format!("/v1/invoices/{}", id(&invoice));
    world.sandbox.set_behaviour(Behaviour { fetch: fault(Fault::Status(503)), ..Behaviour::default() });
    for path in [&path, "/v1/invoices", "/v1/payments"] {
        assert_eq!(world.get(path, QAHWA_KEY).await.status, StatusCode::SERVICE_UNAVAILABLE);
    }
    assert_eq!(world.create(QAHWA_KEY, &order()).await.status, StatusCode::CREATED);
    world.sandbox.set_behaviour(Behaviour { fetch: fault(Fault::DropBefore), ..Behaviour::default() });
    assert!(world.try_send(Method::GET, &path, Some(QAHWA_KEY), "").await.is_err());
}

#[tokio::test]
async fn late_payments_are_accepted_when_asked() {
    let world = World::start().await;
    let invoice = id(&world.invoice(json!({"expired_at": crate::support::in_millis(30)})).await);
    tokio::time::sleep(Duration::from_millis(40)).await;
    world.sandbox.set_behaviour(Behaviour { accept_late_payments: true, ..Behaviour::default() });
    let paid = world.post(&format!("/invoices/{invoice}/pay"), &serde_json::Value::Null).await;
    assert_eq!(paid.status, StatusCode::SEE_OTHER);
    world.sandbox.idle().await;
    assert_eq!(world.receiver.received()[0]["type"], "payment_paid");
}

//! Every host call of checkout and of the webhook is a place where a component can die, or be told that the call failed. Whatever
//! the place: the whole effect or none, nobody else is touched, and the retry makes it whole, once.

use std::sync::Arc;

use host::Action;
use tests::{Answer, Behaviour, Call, Placed, Probe, Shop, Side, WebhookBehaviour, World, fresh_key, uuid};

/// More host calls than any of these requests makes.
const CALLS_MAX: u32 = 80;
/// Fewest host calls of a checkout or of a webhook.
const CALLS_MIN: u32 = 4;

/// Strikes each host call of a request on both sides, with each of these actions, until there is no further call. `request` makes a
/// new request under an id; `check` sees what came of it. Panics if there are fewer host calls than `calls_min`: then nothing was tested.
pub async fn at_every_call<S>(
    probe: &Arc<Probe>,
    actions: &[Action],
    calls_min: u32,
    mut request: impl AsyncFnMut(&str) -> (Call, S),
    mut check: impl AsyncFnMut(String, Call, S, Result<Answer, String>),
) {
    for &action in actions {
        let mut calls = 0;
        while strike_both_sides(probe, action, calls, &mut request, &mut check).await {
            calls += 1;
            assert!(calls < CALLS_MAX, "more than {CALLS_MAX} host calls");
        }
        assert!(calls >= calls_min, "the request makes {calls} host calls: nothing was tested");
        eprintln!("{action:?} at each of {calls} host calls, on both sides");
    }
}

/// Strikes one host call, before and after it happens. False if no request made so many calls.
async fn strike_both_sides<S>(
    probe: &Arc<Probe>,
    action: Action,
    sequence: u32,
    request: &mut impl AsyncFnMut(&str) -> (Call, S),
    check: &mut impl AsyncFnMut(String, Call, S, Result<Answer, String>),
) -> bool {
    let mut struck = false;
    for side in [Side::Before, Side::After] {
        let id = fresh_key();
        let (call, subject) = request(&id).await;
        probe.heal();
        probe.at(&id, sequence, side, action);
        let before = probe.struck();
        let answer = call.clone().request_id(&id).attempt().await;
        probe.heal();
        struck |= probe.struck() > before;
        let what = probe.calls_of(&id).get(sequence as usize).map(|call| format!("{:?} {}", call.kind, call.detail));
        let place = format!("{action:?} {side:?} call {sequence}: {}", what.unwrap_or_default());
        check(place, call, subject, answer).await;
    }
    struck
}

/// Sends it again, as a client does; leases of what was killed are ended as time would.
async fn retry(world: &World, call: &Call) -> Answer {
    for _ in 0..20 {
        let answer = call.clone().await;
        if answer.code() != "request_in_flight" {
            return answer;
        }
        world.end_leases().await;
    }
    panic!("in flight for ever");
}

async fn checkout_survives(action: Action) {
    let probe = Probe::new();
    let world = World::builder().seam(probe.clone()).start().await;
    let (shop, neighbour) = (world.shop("qahwa"), world.shop("moda"));
    let variant = shop.any_variant().await;
    world.set_stock(&variant, 1000).await;
    let shop: Shop<'_> = shop;
    at_every_call(
        &probe,
        &[action],
        CALLS_MIN,
        async |_| {
            let cart = shop.cart_with(&[(&variant, 1)]).await;
            (shop.checkout(&cart, &fresh_key()), cart)
        },
        async |place, call, cart, answer| {
            let orders = format!("select count(*) from app.sales_order where cart_id = '{}'", uuid(&cart));
            let events = format!(
                "select count(*) from app.outbox e join app.sales_order o on o.id = e.aggregate_id where o.cart_id = '{}'",
                uuid(&cart)
            );
            let made = world.count(&orders).await;
            assert!(made <= 1, "{place}");
            assert_eq!(made, world.count(&events).await, "{place}: an order and its event, or neither");
            if let Ok(answer) = &answer {
                assert!(matches!(answer.status, 201 | 409 | 500 | 502 | 503), "{place}: {} {}", answer.status, answer.text());
            }
            neighbour.get("/products?limit=1").await.expect(200);
            neighbour.get("/shop").await.expect(200);
            let placed = Placed::read(retry(&world, &call).await);
            assert_eq!(world.count(&orders).await, 1, "{place}");
            assert_eq!(shop.invoices_for(&placed.payment_id).await.len(), 1, "{place}: one invoice");
            if let Ok(answer) = answer.filter_success() {
                assert_eq!(answer.body, placed.answer.body, "{place}");
            }
            assert_eq!(call.await.expect(201).body, placed.answer.body, "{place}");
            world.gateway.pay(placed.invoice, false).unwrap();
        },
    )
    .await;
    world.deliver_events().await;
    let open = "select count(*) from app.sales_order where status <> 'paid'";
    assert_eq!(world.count(open).await, 0, "every order was paid in the end");
    world.finish().await;
}

trait FilterSuccess {
    fn filter_success(self) -> Result<Answer, String>;
}

impl FilterSuccess for Result<Answer, String> {
    fn filter_success(self) -> Self {
        self.and_then(|answer| if answer.is_success() { Ok(answer) } else { Err(String::new()) })
    }
}

async fn webhook_survives(action: Action) {
    let probe = Probe::new();
    let world = World::builder().seam(probe.clone()).start().await;
    let (shop, neighbour) = (world.shop("oud"), world.shop("moda"));
    let variant = shop.any_variant().await;
    world.set_stock(&variant, 1000).await;
    let webhooks = WebhookBehaviour { lose_all: true, ..WebhookBehaviour::default() };
    world.gateway.set_behaviour(Behaviour { webhooks, ..Behaviour::default() });
    at_every_call(
        &probe,
        &[action],
        CALLS_MIN,
        async |_| {
            let placed = shop.buy(&[(&variant, 1)]).await;
            (shop.webhook(world.webhook_body(placed.invoice)).await, placed)
        },
        async |place, call, placed, answer| {
            let status = shop.status(&placed).await;
            let query = format!(
                "select count(*) from app.gateway_event where payment_id = '{}' and outcome <> 'unverified'",
                uuid(&placed.payment_id)
            );
            match (status.as_str(), world.count(&query).await) {
                ("paid", 1) | ("pending", 0) => {}
                (status, events) => panic!("{place}: {status} with {events} events"),
            }
            if let Ok(answer) = &answer {
                assert!(matches!(answer.status, 200 | 500 | 503), "{place}: {} {}", answer.status, answer.text());
                let outcome = answer.is_success().then(|| answer.data()["outcome"].clone());
                assert!(outcome.is_none_or(|outcome| (outcome == "settled") == (status == "paid")), "{place}");
            }
            neighbour.get("/shop").await.expect(200);
            let outcome = call.await.expect(200).data()["outcome"].clone();
            assert!(outcome == "settled" || outcome == "duplicate", "{place}: {outcome}");
            assert_eq!(shop.status(&placed).await, "paid", "{place}");
        },
    )
    .await;
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_checkout_killed_at_any_host_call_is_completed_by_its_retry() {
    checkout_survives(Action::Kill).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_checkout_whose_host_calls_fail_is_completed_by_its_retry() {
    checkout_survives(Action::Fail).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_killed_at_any_host_call_is_completed_by_its_retry() {
    webhook_survives(Action::Kill).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_whose_host_calls_fail_is_completed_by_its_retry() {
    webhook_survives(Action::Fail).await;
}

//! Messages leave once, whatever the provider or a crash does.

use host::Action;
use serde_json::json;
use tests::{Behaviour, Fault, MessageBehaviour, Probe, Side, World, fresh_key};

use super::steps::{make_messages_due, post, proof, registration};

const SARA: &str = "sara@example.com";

fn email(behaviour: MessageBehaviour) -> Behaviour {
    Behaviour { email: behaviour, ..Behaviour::default() }
}

fn failing(fault: Fault) -> Behaviour {
    email(MessageBehaviour { fault: Some(fault), ..MessageBehaviour::default() })
}

async fn state(world: &World) -> (String, i32, Option<String>, bool) {
    let query = "select status, attempts, error, sealed_body is null from app.message";
    let row = world.sql.query_one(query, &[]).await.unwrap();
    (row.get(0), row.get(1), row.get(2), row.get(3))
}

/// Seconds until the message is due again.
async fn wait_s(world: &World) -> f64 {
    let query = "select extract(epoch from next_at - now())::float8 from app.message";
    world.sql.query_one(query, &[]).await.unwrap().get(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_waits_for_a_provider_that_fails_and_arrives_once() {
    let world = World::start().await;
    let shop = world.shop("qahwa");
    post(&shop, "/register", &registration(SARA)).await.expect(202);
    for (fault, error, least) in [
        (Fault::Status(500), "failed", 25.0),
        (Fault::DropBefore, "unreachable", 55.0),
        (Fault::Status(429), "busy", 115.0),
        // It was taken, and the answer lost: the same id again is the same letter.
        (Fault::DropAfter, "unreachable", 235.0),
        (Fault::StatusAfter(503), "failed", 475.0),
    ] {
        world.gateway.set_behaviour(failing(fault.clone()));
        assert_eq!(world.mailbox().deliver().await, 0, "{fault:?}");
        let (status, _, told, erased) = state(&world).await;
        assert_eq!((status.as_str(), told.as_deref(), erased), ("waiting", Some(error), false), "{fault:?}");
        let wait = wait_s(&world).await;
        assert!((least..least + 10.0).contains(&wait), "{fault:?}: {wait}");
        assert_eq!(world.mailbox().deliver().await, 0, "not before its time");
        make_messages_due(&world).await;
    }
    world.gateway.set_behaviour(Behaviour::default());
    assert_eq!(world.mailbox().deliver().await, 1);
    let (status, _, _, erased) = state(&world).await;
    assert_eq!((status.as_str(), erased), ("sent", true));
    assert_eq!(world.mailbox().count(SARA), 1);
    let letter = world.mailbox().to(SARA).remove(0);
    post(&shop, "/verify-email", &proof(&letter)).await.expect(200);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_providers_own_wait_is_kept_and_a_slow_one_is_left() {
    let world = World::start().await;
    let shop = world.shop("qahwa");
    post(&shop, "/register", &registration(SARA)).await.expect(202);
    let fault = Some(Fault::Status(429));
    world.gateway.set_behaviour(email(MessageBehaviour {
        fault,
        retry_after_s: Some(900),
        ..MessageBehaviour::default()
    }));
    world.mailbox().deliver().await;
    let wait = wait_s(&world).await;
    assert!((890.0..=901.0).contains(&wait), "{wait}");
    make_messages_due(&world).await;
    world.gateway.set_behaviour(email(MessageBehaviour { delay_ms: 12_000, ..MessageBehaviour::default() }));
    assert_eq!(world.mailbox().deliver().await, 0);
    assert_eq!(state(&world).await.2.as_deref(), Some("timeout"));
    make_messages_due(&world).await;
    world.gateway.set_behaviour(Behaviour::default());
    assert_eq!(world.mailbox().deliver().await, 1);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_anywhere_loses_no_letter_and_doubles_none() {
    let probe = Probe::new();
    let world = World::builder().seam(probe.clone()).start().await;
    let shop = world.shop("qahwa");
    for sequence in 0..40 {
        let mut struck = false;
        for side in [Side::Before, Side::After] {
            let recipient = format!("guest-{sequence}-{side:?}@example.com").to_lowercase();
            post(&shop, "/register", &registration(&recipient)).await.expect(202);
            let run = fresh_key();
            probe.at(&run, sequence, side, Action::Kill);
            let before = probe.struck();
            let _ = world.job("messages/deliver").request_id(&run).attempt().await;
            probe.heal();
            struck |= probe.struck() > before;
            // The lease of the run that died runs out.
            make_messages_due(&world).await;
            world.mailbox().deliver().await;
            assert_eq!(world.mailbox().count(&recipient), 1, "killed {side:?} host call {sequence}");
        }
        if !struck {
            assert!(sequence > 3, "the job makes {sequence} host calls: nothing was tested");
            assert_eq!(world.count("select count(*) from app.message where status <> 'sent'").await, 0);
            world.finish().await;
            return;
        }
    }
    panic!("the job makes more host calls than expected");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_for_good_or_out_of_date_is_not_tried_again() {
    let world = World::start().await;
    let shop = world.shop("qahwa");
    post(&shop, "/register", &registration(SARA)).await.expect(202);
    world.gateway.set_behaviour(failing(Fault::Status(422)));
    assert_eq!(world.mailbox().deliver().await, 1);
    let (status, _, error, erased) = state(&world).await;
    assert_eq!((status.as_str(), error.as_deref(), erased), ("given_up", Some("content_refused"), true));
    world.finish().await;

    let world = World::start().await;
    let shop = world.shop("qahwa");
    post(&shop, "/register", &registration(SARA)).await.expect(202);
    world.gateway.set_behaviour(failing(Fault::Status(500)));
    world.mailbox().deliver().await;
    world.sql.execute("update app.message set attempts = 10, next_at = now()", &[]).await.unwrap();
    assert_eq!(world.mailbox().deliver().await, 1, "the last try");
    assert_eq!(state(&world).await.0, "given_up");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_outbox_holds_no_readable_secret() {
    let world = World::start().await;
    let shop = world.shop("qahwa");
    post(&shop, "/register", &registration(SARA)).await.expect(202);
    let body: String = world.sql.query_one("select sealed_body from app.message", &[]).await.unwrap().get(0);
    assert!(body.starts_with("s1.") && !body.contains("verify"), "{body}");
    // A body that was moved to another row does not open.
    let query = "update app.message set id = gen_random_uuid()";
    world.sql.execute(query, &[]).await.unwrap();
    assert_eq!(world.mailbox().deliver().await, 0);
    assert_eq!(state(&world).await.2.as_deref(), Some("unreadable"));
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_messages_leave_in_bounded_runs() {
    let world = World::start().await;
    let shop = world.shop("qahwa");
    for n in 0..20 {
        post(&shop, "/register", &registration(&format!("guest{n}@example.com"))).await.expect(202);
    }
    let first = world.job("messages/deliver").await.expect(200).data();
    assert_eq!((&first["done"], &first["more"]), (&json!(16), &json!(true)));
    assert_eq!(world.mailbox().deliver().await, 4);
    assert_eq!(world.gateway.messages().len(), 20);
    world.request(http::Method::POST, "/internal/jobs/messages/deliver").await.expect_problem(401, "unauthorized");
    world.run_job("messages/purge").await;
    world.finish().await;
}

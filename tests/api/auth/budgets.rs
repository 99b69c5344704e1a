//! Statements per request: a sign-in takes two, everything else one.

use std::sync::Arc;

use http::Method;
use serde_json::json;
use tests::{Answer, Call, CountingSeam, Probe, World, fresh_key};

use super::{Door, PASSWORD, Person};

/// Sends a request and checks how many statements it took.
async fn within(probe: &Arc<Probe>, call: Call, most: usize) -> Answer {
    let id = fresh_key();
    let answer = call.request_id(&id).await;
    let statements = probe.statements_of(&id);
    assert!(statements.len() <= most, "{} {statements:?}", answer.text());
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_takes_two_statements_and_everything_else_one() {
    let probe = CountingSeam::new();
    let world = World::builder().seam(probe.clone()).start().await;
    let door = Door::staff(&world, "qahwa");
    door.employ("noura@example.com", "owner").await;
    // Longer than the edge believes what it knows of a tenant: the sign-in finds it by itself.
    tokio::time::sleep(std::time::Duration::from_millis(5_200)).await;
    let noura = Person::read(within(&probe, door.login("noura@example.com", PASSWORD), 2).await);
    within(&probe, door.login("noura@example.com", "wrong password 1"), 2).await.expect(401);
    within(&probe, door.login("nobody@example.com", PASSWORD), 2).await.expect(401);
    let both = json!({"email": "noura@example.com", "password": PASSWORD, "code": "123456"});
    within(&probe, door.post("/login", &both), 2).await.expect(401);
    let noura = Person::read(within(&probe, door.refresh(&noura.refresh), 1).await);
    within(&probe, door.get("/me", &noura), 1).await.expect(200);
    within(&probe, door.get("/sessions", &noura), 1).await.expect(200);
    within(&probe, door.delete("/sessions", &noura), 1).await.expect(200);
    let of_member = format!("/members/{}/sessions", noura.id);
    within(&probe, door.get(&of_member, &noura), 1).await.expect(200);
    let absent = format!("{of_member}/ses_{}", uuid::Uuid::now_v7().simple());
    within(&probe, door.delete(&absent, &noura), 1).await.expect(404);
    within(&probe, door.patch("/me", &noura, &json!({"given_name": "N"})), 1).await.expect(200);
    let otp = json!({"channel": "email", "email": "other@example.com"});
    within(&probe, door.post("/otp/request", &otp), 1).await.expect(202);
    within(&probe, noura.sign(door.request(Method::POST, "/logout")), 1).await.expect(200);
    within(&probe, world.request(Method::GET, "/.well-known/jwks.json"), 0).await.expect(200);
    within(&probe, door.request(Method::GET, "/me"), 0).await.expect(401);
    world.finish().await;
}

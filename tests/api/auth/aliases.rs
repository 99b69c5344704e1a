//! Wasla's own names for signing in (AUTH-03).

use http::Method;
use serde_json::{Value, json};
use tests::World;

use super::{Door, PASSWORD, Person};

#[tokio::test(flavor = "multi_thread")]
async fn the_aliases_sign_in_refresh_and_verify() {
    let world = World::start().await;
    let door = Door::staff(&world, "qahwa");
    door.employ("noura@example.com", "support").await;
    let post = |path: &str, body: Value| {
        world.request(Method::POST, &format!("/api/auth/token/{path}")).host(&door.shop.host()).json(&body)
    };
    let noura = Person::read(post("", json!({"email": "noura@example.com", "password": PASSWORD})).await);
    let noura = Person::read(post("refresh/", json!({"refresh_token": noura.refresh})).await);
    let verified = post("verify/", json!({"token": noura.access})).await.expect(200).data();
    assert_eq!((verified["sub"].as_str(), verified["role"].as_str()), (Some(noura.id.as_str()), Some("support")));
    assert_eq!(verified["permissions"], json!(["catalog.view", "customers.view", "orders.view"]));
    for token in ["", "x", "a.b.c", "\n", &noura.refresh] {
        post("verify/", json!({"token": token})).await.expect_problem(401, "invalid_token");
    }
    noura.sign(door.request(Method::POST, "/logout")).await.expect(200);
    post("verify/", json!({"token": noura.access})).await.expect_problem(401, "session_ended");
    world.finish().await;
}

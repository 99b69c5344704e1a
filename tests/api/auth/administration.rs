//! `/members` and `/customers`

use serde_json::json;
use tests::World;

use super::{Door, PASSWORD, Person};

#[tokio::test(flavor = "multi_thread")]
async fn a_suspended_member_is_out_at_the_next_request() {
    let world = World::start().await;
    let door = Door::staff(&world, "qahwa");
    let owner = door.employee("noura@example.com", "owner").await;
    let member = door.employee("salem@example.com", "manager").await;
    let path = format!("/members/{}", member.id);
    door.patch(&path, &member, &json!({"role": "owner"})).await.expect_problem(403, "forbidden");
    let changed = door.patch(&path, &owner, &json!({"status": "suspended"})).await.expect(200).data();
    assert_eq!(changed, json!({"account_id": member.id, "role": "manager", "status": "suspended"}));
    door.get("/me", &member).await.expect_problem(401, "session_ended");
    door.refresh(&member.refresh).await.expect_problem(401, "session_ended");
    door.login("salem@example.com", PASSWORD).await.expect_problem(401, "invalid_credentials");
    door.patch(&path, &owner, &json!({"status": "active"})).await.expect(200);
    Person::read(door.login("salem@example.com", PASSWORD).await);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_role_ends_the_token_and_not_the_session() {
    let world = World::start().await;
    let door = Door::staff(&world, "qahwa");
    let owner = door.employee("noura@example.com", "owner").await;
    let member = door.employee("salem@example.com", "owner").await;
    door.patch(&format!("/members/{}", member.id), &owner, &json!({"role": "viewer"})).await.expect(200);
    door.get("/me", &member).await.expect_problem(401, "session_ended");
    let member = Person::read(door.refresh(&member.refresh).await);
    assert_eq!(member.data["account"]["role"], "viewer");
    let path = format!("/members/{}", owner.id);
    door.patch(&path, &member, &json!({"role": "viewer"})).await.expect_problem(403, "forbidden");
    // Nor does anybody change their own.
    door.patch(&path, &owner, &json!({"role": "viewer"})).await.expect_problem(409, "own_membership");
    for (body, code) in [(json!({"role": "emperor"}), "unsupported"), (json!({}), "required")] {
        let problem = door.patch(&format!("/members/{}", member.id), &owner, &body).await;
        assert_eq!(problem.expect_problem(422, "invalid_request").json()["errors"][0]["code"], code);
    }
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suspended_customer_is_out_and_a_foreign_one_unknown() {
    let world = World::start().await;
    let door = Door::staff(&world, "qahwa");
    let manager = door.employee("salem@example.com", "manager").await;
    let viewer = door.employee("lina@example.com", "viewer").await;
    let customers = Door::customers(&world, "qahwa");
    let customer = customers.customer("+966500000031").await;
    let foreign = Door::customers(&world, "moda").customer("+966500000031").await;
    let suspended = json!({"status": "suspended"});
    let path = format!("/customers/{}", customer.id);
    door.patch(&path, &viewer, &suspended).await.expect_problem(403, "forbidden");
    door.patch(&path, &manager, &suspended).await.expect(200);
    customers.get("/sessions", &customer).await.expect_problem(401, "session_ended");
    let path = format!("/customers/{}", foreign.id);
    door.patch(&path, &manager, &suspended).await.expect_problem(404, "customer_not_found");
    let path = format!("/members/{}", customer.id);
    let owner = door.employee("noura@example.com", "owner").await;
    door.patch(&path, &owner, &suspended).await.expect_problem(404, "member_not_found");
    world.finish().await;
}

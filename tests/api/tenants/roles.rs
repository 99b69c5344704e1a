//! `/me/roles`

use futures::future::join_all;
use serde_json::{Value, json};
use tests::World;

use crate::api::auth::{Door, Person};

fn keys(listed: &Value) -> Vec<&str> {
    listed.as_array().unwrap().iter().map(|role| role["key"].as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_of_the_shops_own_permits_what_it_says_from_the_next_request_on() {
    let world = World::start().await;
    let door = Door::staff(&world, "qahwa");
    let shop = Door::tenant(&world, "qahwa");
    let owner = door.employee("noura@example.com", "owner").await;
    let clerk = door.employee("salem@example.com", "viewer").await;
    let role = json!({"key": "counter", "name": "الكاونتر", "base": "viewer", "permissions": ["members.view"]});
    let made = owner.sign(shop.post("/roles", &role)).await.expect(201);
    assert_eq!(made.header("etag"), Some("\"1\""));
    assert_eq!(made.data()["permissions"], json!(["catalog.view", "members.view", "orders.view"]));
    owner.sign(shop.post("/roles", &role)).await.expect_problem(409, "role_exists");
    let list = shop.get("/roles", &owner).await.expect(200).data();
    assert_eq!((keys(&list).len(), keys(&list)[11]), (12, "counter"));
    assert_eq!(
        (&list[0]["key"], &list[0]["shipped"], &list[0]["version"]),
        (&json!("owner"), &json!(true), &Value::Null)
    );
    let viewers = list.as_array().unwrap().iter().find(|role| role["key"] == "viewer").unwrap();
    assert_eq!(viewers["members"], 1);

    shop.get("/members", &clerk).await.expect_problem(403, "forbidden");
    shop.patch(&format!("/members/{}", clerk.id), &owner, &json!({"role": "counter"})).await.expect(200);
    let clerk = Person::read(door.refresh(&clerk.refresh).await);
    shop.get("/members", &clerk).await.expect(200);
    assert_eq!(shop.get("/roles/counter", &owner).await.expect(200).data()["members"], 1);
    shop.delete("/roles/counter", &owner).await.expect_problem(409, "role_in_use");

    // Another name ends nobody's token; other permissions end them at once.
    shop.patch("/roles/counter", &owner, &json!({"name": "Counter"})).await.expect(200);
    shop.get("/members", &clerk).await.expect(200);
    shop.patch("/roles/counter", &owner, &json!({"permissions": []})).await.expect(200);
    shop.get("/members", &clerk).await.expect_problem(401, "session_ended");
    let clerk = Person::read(door.refresh(&clerk.refresh).await);
    shop.get("/members", &clerk).await.expect_problem(403, "forbidden");

    // A role that contains it passes the change on.
    let night = json!({"key": "night_shift", "name": "Night", "base": "counter"});
    owner.sign(shop.post("/roles", &night)).await.expect(201);
    shop.patch(&format!("/members/{}", clerk.id), &owner, &json!({"role": "night_shift"})).await.expect(200);
    let clerk = Person::read(door.refresh(&clerk.refresh).await);
    shop.patch("/roles/counter", &owner, &json!({"permissions": ["members.view"]})).await.expect(200);
    shop.get("/members", &clerk).await.expect_problem(401, "session_ended");
    shop.get("/members", &Person::read(door.refresh(&clerk.refresh).await)).await.expect(200);
    shop.delete("/roles/counter", &owner).await.expect_problem(409, "role_in_use");
    for _ in 0..2 {
        let circle = shop.patch("/roles/counter", &owner, &json!({"base": "night_shift"})).await;
        assert_eq!(circle.expect_problem(422, "invalid_request").json()["errors"][0]["code"], "role_cycle");
    }
    // Once nobody has it, it goes, and its key is free.
    shop.patch(&format!("/members/{}", clerk.id), &owner, &json!({"role": "viewer"})).await.expect(200);
    shop.delete("/roles/night_shift", &owner).await.expect(200);
    shop.delete("/roles/night_shift", &owner).await.expect_problem(404, "role_not_found");
    shop.get("/roles/night_shift", &owner).await.expect_problem(404, "role_not_found");
    owner.sign(shop.post("/roles", &night)).await.expect(201);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_hands_on_more_than_they_have() {
    let world = World::start().await;
    let door = Door::staff(&world, "qahwa");
    let shop = Door::tenant(&world, "qahwa");
    let owner = door.employee("noura@example.com", "owner").await;
    let people =
        json!({"key": "people", "name": "People", "base": "viewer", "permissions": ["members.manage", "roles.manage"]});
    owner.sign(shop.post("/roles", &people)).await.expect(201);
    let rich = json!({"key": "rich", "name": "Rich", "permissions": ["wallet.debit"]});
    owner.sign(shop.post("/roles", &rich)).await.expect(201);
    let hr = door.employee("salem@example.com", "people").await;
    let admin = door.employee("lina@example.com", "admin").await;
    let viewer = door.employee("huda@example.com", "viewer").await;
    let of = |person: &Person| format!("/members/{}", person.id);

    shop.patch(&of(&viewer), &hr, &json!({"role": "people"})).await.expect(200);
    for role in ["owner", "admin", "manager", "rich"] {
        let given = shop.patch(&of(&viewer), &hr, &json!({"role": role})).await;
        given.expect_problem(403, "beyond_own_permissions");
    }
    for person in [&admin, &owner] {
        shop.patch(&of(person), &hr, &json!({"status": "suspended"}))
            .await
            .expect_problem(403, "beyond_own_permissions");
        shop.delete(&of(person), &hr).await.expect_problem(403, "beyond_own_permissions");
    }
    for (role, status, code) in [
        (json!({"key": "a", "name": "A", "permissions": ["wallet.debit"]}), 403, "beyond_own_permissions"),
        (json!({"key": "a", "name": "A", "base": "admin"}), 403, "beyond_own_permissions"),
        (json!({"key": "a", "name": "A", "base": "rich"}), 403, "beyond_own_permissions"),
    ] {
        hr.sign(shop.post("/roles", &role)).await.expect_problem(status, code);
    }
    let taken = shop.patch("/roles/rich", &hr, &json!({"permissions": []})).await;
    taken.expect_problem(403, "beyond_own_permissions");
    shop.delete("/roles/rich", &hr).await.expect_problem(403, "beyond_own_permissions");
    let more = shop.patch("/roles/people", &hr, &json!({"permissions": ["members.manage", "wallet.debit"]})).await;
    more.expect_problem(403, "beyond_own_permissions");
    hr.sign(shop.post("/ownership", &json!({"account_id": viewer.id}))).await.expect_problem(403, "forbidden");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn roles_that_make_no_sense_are_refused() {
    let world = World::start().await;
    let owner = Door::staff(&world, "qahwa").employee("noura@example.com", "owner").await;
    let shop = Door::tenant(&world, "qahwa");
    for (role, field, code) in [
        (json!({"key": "Counter", "name": "C"}), "key", "invalid"),
        (json!({"key": "a__b", "name": "C"}), "key", "invalid"),
        (json!({"key": "a".repeat(51), "name": "C"}), "key", "invalid"),
        (json!({"key": "owner", "name": "C"}), "key", "role_exists"),
        (json!({"key": "counter", "name": " "}), "name", "required"),
        (json!({"key": "counter", "name": "C", "description": "d".repeat(501)}), "description", "too_long"),
        (json!({"key": "counter", "name": "C", "base": "emperor"}), "base", "unsupported"),
        (json!({"key": "counter", "name": "C", "base": "' or 1=1"}), "base", "unsupported"),
        (
            json!({"key": "counter", "name": "C", "permissions": ["orders.teleport"]}),
            "permissions",
            "unknown_permission",
        ),
        (json!({"key": "counter", "name": "C", "tenant_id": "x"}), "tenant_id", "unknown_field"),
    ] {
        let problem = owner.sign(shop.post("/roles", &role)).await.expect_problem(422, "invalid_request").json();
        let error = &problem["errors"][0];
        assert_eq!((&error["field"], &error["code"]), (&json!(field), &json!(code)), "{role}");
    }
    for call in [shop.patch("/roles/owner", &owner, &json!({"name": "King"})), shop.delete("/roles/viewer", &owner)] {
        call.await.expect_problem(409, "role_shipped");
    }
    let (one, two) = (json!({"key": "one", "name": "1"}), json!({"key": "two", "name": "2", "base": "one"}));
    for role in [one, two] {
        owner.sign(shop.post("/roles", &role)).await.expect(201);
    }
    let late = shop.patch("/roles/one", &owner, &json!({"name": "x"})).header("if-match", "\"7\"").await;
    late.expect_problem(412, "version_mismatch");
    let same = shop.patch("/roles/one", &owner, &json!({"base": "one"})).await.expect_problem(422, "invalid_request");
    assert_eq!(same.json()["errors"][0]["code"], "role_cycle");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_changes_at_once_close_no_circle_and_fifty_roles_are_the_most() {
    let world = World::start().await;
    let owner = Door::staff(&world, "qahwa").employee("noura@example.com", "owner").await;
    let shop = Door::tenant(&world, "qahwa");
    let make = |key: String| owner.sign(shop.post("/roles", &json!({"key": key, "name": "R"})));
    for key in ["a", "b"] {
        make(key.to_owned()).await.expect(201);
    }
    let link = |of: &str, base: &str| shop.patch(&format!("/roles/{of}"), &owner, &json!({"base": base}));
    let answers = join_all([link("a", "b"), link("b", "a")].map(|call| async { call.await.status })).await;
    let mut statuses = answers.into_iter().collect::<Vec<_>>();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 422]);

    let name = |n: u8| format!("r_{}{}", char::from(b'a' + n / 26), char::from(b'a' + n % 26));
    let answers = join_all((0..60).map(|n| async move { n }).map(|n| async { make(name(n.await)).await.status })).await;
    let made = answers.iter().filter(|status| **status == 201).count();
    assert_eq!((made, answers.iter().filter(|status| **status == 409).count()), (48, 12));
    assert_eq!(world.count("select count(*) from app.role where deleted_at is null").await, 50);
    world.finish().await;
}

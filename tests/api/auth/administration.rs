//! `/customers`, and the sessions of members and customers

use serde_json::{Value, json};
use tests::{CountingSeam, World, fresh_key};

use super::{Door, PASSWORD, Person};

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
    world.finish().await;
}

/// How sessions of this account ended, as the trail tells it: by whom and why.
async fn ends(world: &World, person: &Person) -> Vec<(String, String)> {
    let query = format!(
        "select actor, after ->> 'end_reason' from audit.entry where table_name = 'session' and action = 'update' \
         and after ->> 'account_id' = '{}' and before ->> 'ended_at' is null and after ->> 'ended_at' is not null order by id",
        tests::uuid(&person.id)
    );
    let rows = world.sql.query(&query, &[]).await.unwrap();
    rows.iter().map(|row| (row.get(0), row.get(1))).collect()
}

fn ids(listed: &Value) -> Vec<&str> {
    listed.as_array().unwrap().iter().map(|session| session["id"].as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_ends_sessions_of_a_member() {
    let probe = CountingSeam::new();
    let world = World::builder().seam(probe.clone()).start().await;
    let door = Door::staff(&world, "qahwa");
    let admin = door.employee("noura@example.com", "admin").await;
    let laptop = door.employee("salem@example.com", "manager").await;
    let phone = Person::read(door.login("salem@example.com", PASSWORD).await);
    let path = format!("/members/{}/sessions", laptop.id);
    let one = format!("{path}/{}", laptop.session);
    let listed = door.get(&path, &admin).await.expect(200).data();
    assert_eq!(ids(&listed), [&*phone.session, &*laptop.session]);
    assert_eq!((&listed[1]["current"], &listed[1]["ip"]), (&json!(false), &json!("127.0.0.1")));

    // Who may not, may not see either.
    door.get(&path, &laptop).await.expect_problem(403, "forbidden");
    for path in [&one, &path] {
        door.delete(path, &laptop).await.expect_problem(403, "forbidden");
    }
    assert_eq!(door.delete(&one, &admin).await.expect(200).data(), json!({"ended": [laptop.session]}));
    // The blacklist knows it: nothing is asked of the database.
    let id = fresh_key();
    door.get("/me", &laptop).request_id(&id).await.expect_problem(401, "session_ended");
    assert_eq!(probe.statements_of(&id), Vec::<String>::new());
    door.refresh(&laptop.refresh).await.expect_problem(401, "session_ended");
    door.get("/me", &phone).await.expect(200);
    door.delete(&one, &admin).await.expect_problem(404, "session_not_found");
    door.delete(&format!("{path}/{}", admin.session), &admin).await.expect_problem(404, "session_not_found");

    assert_eq!(door.delete(&path, &admin).await.expect(200).data(), json!({"ended": [phone.session]}));
    door.get("/me", &phone).await.expect_problem(401, "session_ended");
    assert_eq!(door.get(&path, &admin).await.expect(200).data(), json!([]));
    let by_admin = (admin.id.clone(), "ended_by_administrator".to_owned());
    assert_eq!(ends(&world, &laptop).await, [by_admin.clone(), by_admin]);
    // Signed out, and not kept out.
    Person::read(door.login("salem@example.com", PASSWORD).await);
    // One's own, all of them: that is a way out as well.
    door.delete(&format!("/members/{}/sessions", admin.id), &admin).await.expect(200);
    door.get("/me", &admin).await.expect_problem(401, "session_ended");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manager_ends_sessions_of_a_customer() {
    let world = World::start().await;
    let door = Door::staff(&world, "qahwa");
    let manager = door.employee("salem@example.com", "manager").await;
    let viewer = door.employee("lina@example.com", "viewer").await;
    let customers = Door::customers(&world, "qahwa");
    let customer = customers.customer("+966500000032").await;
    let other = customers.customer("+966500000033").await;
    let path = format!("/customers/{}/sessions", customer.id);
    let one = format!("{path}/{}", customer.session);
    door.get(&path, &viewer).await.expect_problem(403, "forbidden");
    door.delete(&one, &viewer).await.expect_problem(403, "forbidden");
    assert_eq!(ids(&door.get(&path, &manager).await.expect(200).data()), [&*customer.session]);
    // A session of somebody else is none of theirs.
    let foreign = format!("{path}/{}", other.session);
    door.delete(&foreign, &manager).await.expect_problem(404, "session_not_found");
    assert_eq!(door.delete(&one, &manager).await.expect(200).data(), json!({"ended": [customer.session]}));
    customers.get("/sessions", &customer).await.expect_problem(401, "session_ended");
    customers.get("/sessions", &other).await.expect(200);
    assert_eq!(ends(&world, &customer).await, [(manager.id.clone(), "ended_by_administrator".to_owned())]);
    let all = format!("/customers/{}/sessions", other.id);
    assert_eq!(door.delete(&all, &manager).await.expect(200).data(), json!({"ended": [other.session]}));
    customers.refresh(&other.refresh).await.expect_problem(401, "session_ended");
    // Members are the owner's.
    let member = format!("/members/{}/sessions", viewer.id);
    door.get(&member, &manager).await.expect_problem(403, "forbidden");
    door.delete(&member, &manager).await.expect_problem(403, "forbidden");
    // Customers manage nobody, at their own routes neither.
    let customer = customers.customer("+966500000034").await;
    customers.get(&path, &customer).await.expect_problem(404, "not_found");
    door.get(&path, &customer).await.expect_problem(401, "invalid_token");
    world.finish().await;
}

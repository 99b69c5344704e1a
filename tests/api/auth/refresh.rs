//! `/refresh`

use std::collections::BTreeSet;

use futures::future::join_all;
use tests::World;

use super::{Door, Person, text};

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_token_has_one_child_and_no_second_use() {
    let world = World::start().await;
    let door = Door::customers(&world, "qahwa");
    let first = door.customer("+966500000001").await;
    let second = Person::read(door.refresh(&first.refresh).await);
    assert_eq!(second.session, first.session);
    assert_ne!(second.refresh, first.refresh);
    // Within the grace the direct parent gets the same child.
    assert_eq!(Person::read(door.refresh(&first.refresh).await).refresh, second.refresh);
    let third = Person::read(door.refresh(&second.refresh).await);
    door.get("/sessions", &third).await.expect(200);
    // The child was used: its parent is in two hands now, and the whole family is over.
    door.refresh(&first.refresh).await.expect_problem(401, "session_ended");
    door.refresh(&third.refresh).await.expect_problem(401, "session_ended");
    door.get("/sessions", &third).await.expect_problem(401, "session_ended");
    let reason = "select count(*) from app.session where end_reason = 'refresh_reuse'";
    assert_eq!(world.count(reason).await, 1);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "runs alone, after the others: it takes the whole machine"]
async fn a_thousand_refreshes_at_once_have_one_child() {
    let world = World::start().await;
    let door = Door::customers(&world, "qahwa");
    let person = door.customer("+966500000002").await;
    let answers = join_all((0..1_000).map(|_| async { door.refresh(&person.refresh).await })).await;
    let mut children = BTreeSet::new();
    for answer in answers {
        match answer.status {
            200 => _ = children.insert(text(&answer.data(), "/refresh_token")),
            // On a machine so slow that the grace is over before the last one comes.
            _ => _ = answer.expect_problem(401, "session_ended"),
        }
    }
    assert_eq!(children.len(), 1, "{children:?}");
    assert_eq!(world.count("select count(*) from app.refresh_token where parent_hash is not null").await, 1);
    // The crowd's instances give their room back after a second of idleness.
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_of_one_shop_and_one_kind_of_people() {
    let world = World::start().await;
    let door = Door::customers(&world, "qahwa");
    let person = door.customer("+966500000003").await;
    Door::customers(&world, "moda").refresh(&person.refresh).await.expect_problem(401, "session_ended");
    Door::staff(&world, "qahwa").refresh(&person.refresh).await.expect_problem(401, "session_ended");
    for token in ["", "wr_", "wr_x", &person.access, &format!("{}A", person.refresh)] {
        door.refresh(token).await.expect_problem(401, "session_ended");
    }
    door.request(http::Method::POST, "/refresh").await.expect_problem(401, "authentication_required");
    door.post("/refresh", &serde_json::json!({})).await.expect_problem(401, "authentication_required");
    Person::read(door.refresh(&person.refresh).await);
    world.finish().await;
}

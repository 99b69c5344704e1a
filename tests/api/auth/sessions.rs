//! `/logout` and `/sessions`

use http::Method;
use serde_json::json;
use tests::World;

use super::{Door, PASSWORD, Person};

#[tokio::test(flavor = "multi_thread")]
async fn a_logout_counts_from_the_next_request() {
    let world = World::start().await;
    let door = Door::customers(&world, "qahwa");
    let person = door.customer("+966500000011").await;
    let out = person.sign(door.request(Method::POST, "/logout")).await.expect(200);
    assert_eq!(out.headers.get_all("set-cookie").iter().count(), 2, "cookies are taken away");
    door.get("/sessions", &person).await.expect_problem(401, "session_ended");
    door.refresh(&person.refresh).await.expect_problem(401, "session_ended");
    // Again, with a token that is over, and without any.
    person.sign(door.request(Method::POST, "/logout")).await.expect(200);
    door.request(Method::POST, "/logout").await.expect(200);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_token_signs_out_too() {
    let world = World::start().await;
    let door = Door::customers(&world, "qahwa");
    let person = door.customer("+966500000012").await;
    door.post("/logout", &json!({"refresh_token": person.refresh})).await.expect(200);
    door.get("/sessions", &person).await.expect_problem(401, "session_ended");
    door.post("/logout", &json!({"refresh_token": "nonsense"})).await.expect(200);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_are_listed_and_ended() {
    let world = World::start().await;
    let door = Door::staff(&world, "qahwa");
    let laptop = door.employee("noura@example.com", "owner").await;
    let agent =
        "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Mobile Safari/537.36";
    let phone = Person::read(door.login("noura@example.com", PASSWORD).header("user-agent", agent).await);
    let tablet = Person::read(door.login("noura@example.com", PASSWORD).await);

    let listed = door.get("/sessions", &laptop).await.expect(200).data();
    let listed = listed.as_array().unwrap();
    assert_eq!(listed.len(), 3);
    let of = |person: &Person| listed.iter().find(|session| session["id"] == person.session).unwrap();
    assert_eq!((of(&laptop)["current"].as_bool(), of(&phone)["current"].as_bool()), (Some(true), Some(false)));
    assert_eq!(of(&phone)["label"], "Chrome on Android");
    assert_eq!(of(&phone)["methods"], json!(["password"]));
    assert_eq!(of(&phone)["ip"], "127.0.0.1");

    let path = format!("/sessions/{}", phone.session);
    let ended = door.delete(&path, &laptop).await.expect(200).data();
    assert_eq!(ended["ended"], json!([phone.session]));
    door.get("/me", &phone).await.expect_problem(401, "session_ended");
    door.delete(&path, &laptop).await.expect_problem(404, "session_not_found");

    let others = door.delete("/sessions", &laptop).await.expect(200).data();
    assert_eq!(others["ended"], json!([tablet.session]));
    door.get("/me", &tablet).await.expect_problem(401, "session_ended");
    door.get("/me", &laptop).await.expect(200);

    // Somebody else's session is none.
    let salem = door.employee("salem@example.com", "owner").await;
    door.delete(&format!("/sessions/{}", laptop.session), &salem).await.expect_problem(404, "session_not_found");
    door.get("/me", &laptop).await.expect(200);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_is_changed() {
    let world = World::start().await;
    let door = Door::staff(&world, "qahwa");
    let noura = door.employee("noura@example.com", "viewer").await;
    let patch =
        json!({"given_name": "نورة", "timezone": "Asia/Riyadh", "birth_date": "1990-02-28", "metadata": {"a": 1}});
    let me = door.patch("/me", &noura, &patch).await.expect(200).data();
    assert_eq!((me["given_name"].as_str(), me["birth_date"].as_str()), (Some("نورة"), Some("1990-02-28")));
    let me = door.patch("/me", &noura, &json!({"birth_date": null})).await.expect(200).data();
    assert_eq!((me["given_name"].as_str(), me["birth_date"].as_str()), (Some("نورة"), None));
    door.patch("/me", &noura, &json!({"locale": "xx-yy"})).await.expect_problem(422, "invalid_request");
    door.patch("/me", &noura, &json!({"role": "owner"})).await.expect_problem(422, "invalid_request");
    world.finish().await;
}

//! `/otp`

use futures::future::join_all;
use serde_json::json;
use tests::World;

use super::{Door, Person};

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_comes_into_being_at_the_first_code() {
    let world = World::start().await;
    let shop = world.shop("qahwa");
    let door = Door::customers(&world, "qahwa");
    let cart = shop.cart_with(&[(&shop.any_variant().await, 2)]).await;
    let (challenge_id, code) = door.code("+966500000021").await;
    let body = json!({"challenge_id": challenge_id, "code": code, "cart_id": cart});
    let first = Person::read(door.post("/otp/verify", &body).await);
    assert!(first.id.starts_with("cus_"));
    assert_eq!(first.data["account"]["phone"], "+966500000021");
    assert_eq!(first.data["cart"]["id"], cart.as_str());
    door.post("/otp/verify", &body).await.expect_problem(401, "invalid_code");
    // The same number at another shop is somebody else.
    let elsewhere = Door::customers(&world, "moda").customer("+966500000021").await;
    assert_ne!(elsewhere.id, first.id);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_good_once_even_at_once() {
    let world = World::start().await;
    let door = Door::customers(&world, "qahwa");
    let (challenge_id, code) = door.code("+966500000022").await;
    let body = json!({"challenge_id": challenge_id, "code": code});
    let answers = join_all((0..20).map(|_| async { door.post("/otp/verify", &body).await })).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    for answer in answers.into_iter().filter(|answer| answer.status != 200) {
        answer.expect_problem(401, "invalid_code");
    }
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn five_wrong_codes_are_the_end_of_it() {
    let world = World::start().await;
    let door = Door::customers(&world, "qahwa");
    let (challenge_id, code) = door.code("+966500000023").await;
    let wrong = if code == "000000" { "000001" } else { "000000" };
    for _ in 0..5 {
        let body = json!({"challenge_id": challenge_id, "code": wrong});
        door.post("/otp/verify", &body).await.expect_problem(401, "invalid_code");
    }
    let body = json!({"challenge_id": challenge_id, "code": code});
    door.post("/otp/verify", &body).await.expect_problem(401, "invalid_code");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_learns_who_works_here() {
    let world = World::start().await;
    let door = Door::staff(&world, "qahwa");
    door.employ("noura@example.com", "viewer").await;
    world.mailbox().deliver().await;
    world.mailbox().clear();
    // The link that set the password was a message too; some time has passed since.
    world.sql.execute("delete from identity.throttle", &[]).await.unwrap();
    for email in ["noura@example.com", "nobody@example.com"] {
        let body = json!({"channel": "email", "email": email});
        let asked = door.post("/otp/request", &body).await.expect(202).data();
        assert_eq!(asked["expires_in"], 600);
    }
    world.mailbox().deliver().await;
    assert_eq!((world.mailbox().count("noura@example.com"), world.mailbox().count("nobody@example.com")), (1, 0));
    // Twice in a moment is once too often, whoever it is.
    let again = door.post("/otp/request", &json!({"channel": "email", "email": "nobody@example.com"})).await;
    assert!(again.expect_problem(429, "too_many_attempts").header("retry-after").is_some());
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_without_country_code_is_one_of_the_shops_country() {
    let world = World::start().await;
    let door = Door::customers(&world, "qahwa");
    let asked = door.post("/otp/request", &json!({"channel": "sms", "phone": "0500000041"})).await.expect(202);
    assert!(asked.header("ratelimit").is_some());
    world.mailbox().latest("+966500000041").await.code();
    world.finish().await;
}

//! Registering: an account comes into being when its address is proved.

use futures::future::join_all;
use http::Method;
use serde_json::json;
use tests::World;

use super::steps::{
    OTHER_PASSWORD, PASSWORD, Realm, access, customer, let_send_gap_pass, login, me, post, proof, register,
    registration, with_status, without_request_id,
};

const SARA: &str = "sara@example.com";

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_registers_proves_the_address_and_signs_in() {
    let world = World::start().await;
    let shop = world.shop("qahwa");
    let accepted = post(&shop, "/register", &registration("  Sara@Example.com ")).await.expect(202);
    assert_eq!(accepted.data(), json!({"status": "verification_sent", "expires_in": 86_400}));
    assert!(accepted.header("ratelimit").is_some());
    assert_eq!(world.count("select count(*) from identity.account where kind = 'customer'").await, 0);
    login(&shop, SARA, PASSWORD).await.expect_problem(401, "invalid_credentials");

    let letter = world.mailbox().latest(SARA).await;
    let origin = format!("http://{}/account/verify-email#token=", shop.host());
    assert!(letter.link().starts_with(&origin), "{} {origin}", letter.link());
    assert!(!letter.text().contains("سارة"), "what a stranger typed is not sent to somebody's mailbox");
    let proved = post(&shop, "/verify-email", &proof(&letter)).await.expect(200).data();
    assert_eq!((&proved["created"], &proved["attached_orders"]), (&json!(true), &json!(0)));
    assert_eq!((&proved["account"]["email"], &proved["account"]["email_verified"]), (&json!(SARA), &json!(true)));

    let session = login(&shop, SARA, PASSWORD).await.expect(200).data();
    let profile = me(&shop, access(&session)).await.expect(200).data();
    assert_eq!((&profile["given_name"], &profile["id"]), (&json!("سارة"), &proved["account"]["id"]));
    post(&shop, "/verify-email", &proof(&letter)).await.expect_problem(422, "link_invalid");
    // Another shop has never heard of her.
    login(&world.shop("moda"), SARA, PASSWORD).await.expect_problem(401, "invalid_credentials");
    world.finish().await;
}

/// Somebody registers with Sara's address, and Sara follows the link that she gets: it asks for a password that she does not know, so no
/// account comes into being that the stranger could sign in to.
#[tokio::test(flavor = "multi_thread")]
async fn a_strangers_registration_is_not_finished_by_the_owner_of_the_address() {
    let world = World::start().await;
    let shop = world.shop("qahwa");
    let strangers = json!({"email": SARA, "password": OTHER_PASSWORD, "locale": "en"});
    post(&shop, "/register", &strangers).await.expect(202);
    let letter = world.mailbox().latest(SARA).await;
    assert!(letter.text().contains("the password that you chose when you registered"), "{}", letter.text());
    let follow = |password: &str| post(&shop, "/verify-email", &json!({"token": letter.token(), "password": password}));
    let without = post(&shop, "/verify-email", &json!({"token": letter.token()}));
    for _ in 0..6 {
        let asked = without.clone().await.expect_problem(422, "invalid_request").json();
        assert_eq!(
            (&asked["errors"][0]["field"], &asked["errors"][0]["code"]),
            (&json!("password"), &json!("required"))
        );
    }
    for password in [PASSWORD, "", "a guess", "another guess", "yet another"] {
        follow(password).await.expect_problem(401, "invalid_credentials");
    }
    // The right one comes too late: the link does not tell passwords without end.
    follow(OTHER_PASSWORD).await.expect_problem(422, "link_invalid");
    without.await.expect_problem(422, "link_invalid");
    assert_eq!(world.count("select count(*) from identity.account where kind = 'customer'").await, 0);
    login(&shop, SARA, OTHER_PASSWORD).await.expect_problem(401, "invalid_credentials");
    // Her own registration is hers.
    let_send_gap_pass(&world).await;
    register(&shop, SARA).await;
    login(&shop, SARA, PASSWORD).await.expect(200);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_used_ten_times_at_once_makes_one_account() {
    let world = World::start().await;
    let shop = world.shop("moda");
    post(&shop, "/register", &registration(SARA)).await.expect(202);
    let letter = world.mailbox().latest(SARA).await;
    let call = post(&shop, "/verify-email", &proof(&letter));
    let answers = join_all((0..10).map(|_| async { call.clone().await })).await;
    assert_eq!((with_status(&answers, 200), with_status(&answers, 422)), (1, 9));
    assert_eq!(world.count("select count(*) from identity.account where kind = 'customer'").await, 1);
    // The same link at another shop, or for another account, proves nothing.
    let foreign = format!("{}{}", "0".repeat(32), &letter.token()[32..]);
    post(&shop, "/verify-email", &json!({"token": foreign, "password": PASSWORD}))
        .await
        .expect_problem(422, "link_invalid");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_learns_whether_an_address_is_known() {
    let world = World::start().await;
    let shop = world.shop("qahwa");
    register(&shop, SARA).await;
    let_send_gap_pass(&world).await;
    world.mailbox().clear();

    let body = |email| json!({"email": email, "password": OTHER_PASSWORD});
    let known = post(&shop, "/register", &body(SARA)).await.expect(202);
    let unknown = post(&shop, "/register", &body("noura@example.com")).await.expect(202);
    assert_eq!(without_request_id(&known), without_request_id(&unknown));
    let told = world.mailbox().latest(SARA).await;
    assert!(!told.text().contains("token="), "{}", told.text());
    assert!(world.mailbox().latest("noura@example.com").await.text().contains("token="));
    // The owner's password is what it was.
    login(&shop, SARA, OTHER_PASSWORD).await.expect_problem(401, "invalid_credentials");
    login(&shop, SARA, PASSWORD).await.expect(200);

    // A second letter so soon is refused, for both alike.
    for email in [SARA, "noura@example.com"] {
        let refused = post(&shop, "/register", &body(email)).await.expect_problem(429, "too_many_attempts");
        assert!(refused.header("retry-after").is_some());
    }
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_is_proved_by_a_code_that_works_once_and_survives_four_wrong_ones() {
    let world = World::start().await;
    let shop = world.shop("qahwa");
    let body = json!({"phone": "050 123 4567", "password": PASSWORD, "locale": "en"});
    let accepted = post(&shop, "/register", &body).await.expect(202).data();
    let challenge = accepted["challenge_id"].as_str().unwrap().to_owned();
    let letter = world.mailbox().latest("+966501234567").await;
    assert!(letter.text().contains("is your confirmation code"), "{}", letter.text());
    let wrong = if letter.code() == "000000" { "000001" } else { "000000" };
    let verify = |code: &str| post(&shop, "/verify-phone", &json!({"challenge_id": challenge, "code": code}));
    for _ in 0..4 {
        verify(wrong).await.expect_problem(401, "invalid_code");
    }
    let answers = join_all((0..6).map(|_| async { verify(letter.code()).await })).await;
    assert_eq!((with_status(&answers, 200), with_status(&answers, 401)), (1, 5));
    let by_phone = json!({"phone": "+966501234567", "password": PASSWORD});
    post(&shop, "/login", &by_phone).await.expect(200);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn five_wrong_codes_are_the_end_of_a_right_one() {
    let world = World::start().await;
    let shop = world.shop("qahwa");
    let body = json!({"phone": "+966501234567", "password": PASSWORD});
    let accepted = post(&shop, "/register", &body).await.expect(202).data();
    let letter = world.mailbox().latest("+966501234567").await;
    let verify =
        |code: &str| post(&shop, "/verify-phone", &json!({"challenge_id": accepted["challenge_id"], "code": code}));
    let wrong = if letter.code() == "000000" { "000001" } else { "000000" };
    for _ in 0..5 {
        verify(wrong).await.expect_problem(401, "invalid_code");
    }
    verify(letter.code()).await.expect_problem(401, "invalid_code");
    assert_eq!(world.count("select count(*) from identity.account where kind = 'customer'").await, 0);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn orders_of_a_guest_belong_to_who_proves_their_address() {
    let world = World::start().await;
    let shop = world.shop("qahwa");
    let variant = shop.any_variant().await;
    let placed = shop.buy(&[(&variant, 1)]).await;
    let order = format!("/orders/{}?token={}", placed.order_id, placed.token);
    let email = shop.get(&order).await.expect(200).data()["email"].as_str().unwrap().to_owned();
    post(&shop, "/register", &registration(&email)).await.expect(202);
    let letter = world.mailbox().to(&email);
    assert!(letter.is_empty(), "nothing is sent before the job runs");
    let letter = world.mailbox().latest(&email).await;
    let proved = post(&shop, "/verify-email", &proof(&letter)).await.expect(200).data();
    assert_eq!(proved["attached_orders"], 1);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_register_alike_and_are_nobodys_staff_yet() {
    let world = World::start().await;
    let shop = world.shop("qahwa");
    let staff = Realm::Staff;
    staff.post(&shop, "/register", &registration(SARA)).await.expect(202);
    let letter = world.mailbox().latest(SARA).await;
    // A staff link proves no customer.
    post(&shop, "/verify-email", &proof(&letter)).await.expect_problem(422, "link_invalid");
    let proved = staff.post(&shop, "/verify-email", &proof(&letter)).await.expect(200).data();
    assert!(proved["account"]["id"].as_str().unwrap().starts_with("usr_"), "{proved}");
    let body = json!({"email": SARA, "password": PASSWORD});
    staff.post(&shop, "/login", &body).await.expect_problem(401, "invalid_credentials");
    // The same address is free among customers.
    let_send_gap_pass(&world).await;
    customer(&shop, SARA).await;
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_registered_is_refused_by_field() {
    let world = World::start().await;
    let shop = world.shop("qahwa");
    for (body, field, code) in [
        (json!({"password": PASSWORD}), "email", "required"),
        (json!({"email": "nobody", "password": PASSWORD}), "email", "invalid"),
        (json!({"phone": "12", "password": PASSWORD}), "phone", "invalid"),
        (json!({"email": SARA, "phone": "12", "password": PASSWORD}), "phone", "invalid"),
        (json!({"email": SARA, "password": "short"}), "password", "password_too_short"),
        (json!({"email": SARA, "password": "x".repeat(2_000)}), "password", "password_too_long"),
        (json!({"email": SARA, "password": "password1234"}), "password", "password_common"),
        (json!({"email": "alqahtani@example.com", "password": "alqahtani-2026"}), "password", "password_personal"),
        (json!({"email": SARA, "password": PASSWORD, "given_name": "a\u{202E}b"}), "given_name", "invalid_characters"),
        (json!({"email": SARA, "password": PASSWORD, "locale": "arabic"}), "locale", "invalid"),
        (json!({"email": SARA, "password": PASSWORD, "role": "owner"}), "role", "unknown_field"),
        (json!({"email": SARA}), "password", "required"),
    ] {
        for realm in Realm::BOTH {
            let refused = realm.post(&shop, "/register", &body).await.expect_problem(422, "invalid_request").json();
            let error = &refused["errors"][0];
            assert_eq!((&error["field"], &error["code"]), (&json!(field), &json!(code)), "{realm:?} {body}");
        }
    }
    let several = json!({"email": "nobody", "password": "short", "locale": "arabic"});
    let refused = post(&shop, "/register", &several).await.expect(422).json();
    assert_eq!(refused["errors"].as_array().unwrap().len(), 3, "{refused}");
    Realm::Customer.request(&shop, Method::GET, "/register").await.expect_problem(405, "method_not_allowed");

    for (path, body, status, code) in [
        ("/verify-email", json!({}), 422, "invalid_request"),
        ("/verify-email", json!({"token": "x"}), 422, "link_invalid"),
        ("/verify-email", json!({"token": "x".repeat(10_000)}), 422, "invalid_request"),
        ("/verify-email", json!({"token": "x", "code": "123456"}), 422, "invalid_request"),
        ("/verify-email", json!({"code": "123456"}), 422, "invalid_request"),
        ("/verify-email", json!({"token": "x", "password": "x".repeat(2_000)}), 422, "invalid_request"),
        ("/verify-email", json!({"token": "x", "password": 7}), 422, "invalid_request"),
        (
            "/verify-email",
            json!({"challenge_id": uuid::Uuid::nil(), "code": "123456", "password": PASSWORD}),
            422,
            "invalid_request",
        ),
        (
            "/verify-phone",
            json!({"challenge_id": uuid::Uuid::nil(), "code": "123456", "password": PASSWORD}),
            422,
            "invalid_request",
        ),
        ("/verify-phone", json!({"token": "x"}), 422, "invalid_request"),
        ("/verify-phone", json!({"challenge_id": uuid::Uuid::nil(), "code": "12"}), 401, "invalid_code"),
        ("/verify-phone", json!({"challenge_id": uuid::Uuid::nil(), "code": "123456"}), 401, "invalid_code"),
        ("/verify-phone", json!({"challenge_id": "x", "code": "123456"}), 422, "invalid_request"),
    ] {
        for realm in Realm::BOTH {
            realm.post(&shop, path, &body).await.expect_problem(status, code);
        }
    }
    assert_eq!(world.count("select count(*) from app.message").await, 0);
    world.finish().await;
}

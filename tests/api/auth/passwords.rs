//! Forgotten, reset and changed passwords.

use futures::future::join_all;
use serde_json::json;
use tests::World;

use super::steps::{
    OTHER_PASSWORD, PASSWORD, Realm, access, age_sessions, bearer, customer, let_send_gap_pass, login, me, post,
    reset_link, with_status, without_request_id,
};

const SARA: &str = "sara@example.com";

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_ends_all_sessions_and_signs_nobody_in() {
    let world = World::start().await;
    let shop = world.shop("qahwa");
    let session = customer(&shop, SARA).await;
    me(&shop, access(&session)).await.expect(200);
    let_send_gap_pass(&world).await;
    let letter = reset_link(&shop, SARA).await;
    let origin = format!("http://{}/account/reset-password#token=", shop.host());
    assert!(letter.link().starts_with(&origin), "{}", letter.link());

    let body = json!({"token": letter.token(), "password": OTHER_PASSWORD});
    let done = post(&shop, "/password/reset", &body).await.expect(200);
    assert_eq!(done.data(), json!({"status": "password_set"}));
    assert!(done.header("set-cookie").is_none());
    me(&shop, access(&session)).await.expect_problem(401, "session_ended");
    post(&shop, "/refresh", &json!({"refresh_token": session["refresh_token"]}))
        .await
        .expect_problem(401, "session_ended");
    login(&shop, SARA, PASSWORD).await.expect_problem(401, "invalid_credentials");
    login(&shop, SARA, OTHER_PASSWORD).await.expect(200);
    let notice = world.mailbox().latest(SARA).await;
    assert!(!notice.text().contains("token="), "{}", notice.text());
    post(&shop, "/password/reset", &body).await.expect_problem(422, "link_invalid");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_link_used_at_once_sets_one_password() {
    let world = World::start().await;
    let shop = world.shop("qahwa");
    customer(&shop, SARA).await;
    let_send_gap_pass(&world).await;
    let letter = reset_link(&shop, SARA).await;
    let calls = (0..8).map(|n| {
        let password = format!("{OTHER_PASSWORD} {n}");
        post(&shop, "/password/reset", &json!({"token": letter.token(), "password": password}))
    });
    let answers = join_all(calls.map(|call| async { call.await })).await;
    assert_eq!((with_status(&answers, 200), with_status(&answers, 422)), (1, 7));
    let winner = answers.iter().position(|answer| answer.status == 200).unwrap();
    login(&shop, SARA, &format!("{OTHER_PASSWORD} {winner}")).await.expect(200);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_that_was_used_before_leaves_the_link_good() {
    let world = World::start().await;
    let shop = world.shop("qahwa");
    customer(&shop, SARA).await;
    let_send_gap_pass(&world).await;
    let letter = reset_link(&shop, SARA).await;
    let reset =
        |password: &str| post(&shop, "/password/reset", &json!({"token": letter.token(), "password": password}));
    let refused = reset(PASSWORD).await.expect_problem(422, "password_reused").json();
    assert_eq!(refused["errors"][0]["field"], "password");
    reset("short").await.expect_problem(422, "invalid_request");
    reset(OTHER_PASSWORD).await.expect(200);

    // A newer link ends the older one.
    let_send_gap_pass(&world).await;
    let first = reset_link(&shop, SARA).await;
    let_send_gap_pass(&world).await;
    let second = reset_link(&shop, SARA).await;
    let body = |token| json!({"token": token, "password": "nine quiet lamps in rain"});
    post(&shop, "/password/reset", &body(first.token())).await.expect_problem(422, "link_invalid");
    post(&shop, "/password/reset", &body(second.token())).await.expect(200);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_forgets_learns_nothing_of_others() {
    let world = World::start().await;
    let shop = world.shop("qahwa");
    customer(&shop, SARA).await;
    let_send_gap_pass(&world).await;
    world.mailbox().clear();
    for realm in Realm::BOTH {
        let forgot = |email: &str| realm.post(&shop, "/password/forgot", &json!({"email": email}));
        let known = forgot(SARA).await.expect(202);
        let unknown = forgot("stranger@example.com").await.expect(202);
        assert_eq!(without_request_id(&known), without_request_id(&unknown));
        forgot("stranger@example.com").await.expect_problem(429, "too_many_attempts");
        forgot("no address").await.expect_problem(422, "invalid_request");
    }
    world.mailbox().deliver().await;
    assert_eq!((world.mailbox().count(SARA), world.mailbox().count("stranger@example.com")), (1, 0));
    for body in [
        json!({"token": "x", "password": OTHER_PASSWORD}),
        json!({"token": format!("{}.{}", "0".repeat(32), "A".repeat(43)), "password": OTHER_PASSWORD}),
        json!({"token": "x".repeat(60_000), "password": OTHER_PASSWORD}),
    ] {
        for realm in Realm::BOTH {
            realm.post(&shop, "/password/reset", &body).await.expect_problem(422, "link_invalid");
        }
    }
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_follows_the_shop_and_not_the_request_that_asked_for_it() {
    let world = World::start().await;
    let shop = world.shop("qahwa");
    customer(&shop, SARA).await;
    let_send_gap_pass(&world).await;
    let call = world.request(http::Method::POST, "/api/v1/storefront/auth/password/forgot");
    call.host("127.0.0.1:6666").header("x-tenant", "qahwa").json(&json!({"email": SARA})).await.expect(202);
    let letter = world.mailbox().latest(SARA).await;
    assert!(letter.link().starts_with(&format!("http://{}/", shop.host())), "{}", letter.link());
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_keeps_this_session_and_ends_the_others() {
    let world = World::start().await;
    let shop = world.shop("qahwa");
    let here = customer(&shop, SARA).await;
    let there = login(&shop, SARA, PASSWORD).await.expect(200).data();
    let change = |current: &str, password: &str| {
        let body = json!({"current_password": current, "password": password});
        bearer(post(&shop, "/password/change", &body), access(&here))
    };
    let refused = change(OTHER_PASSWORD, OTHER_PASSWORD).await.expect_problem(401, "invalid_credentials").json();
    assert_eq!(refused["errors"][0]["field"], "current_password");
    change(PASSWORD, "short").await.expect_problem(422, "invalid_request");
    change(PASSWORD, PASSWORD).await.expect_problem(422, "password_reused");

    let changed = change(PASSWORD, OTHER_PASSWORD).await.expect(200).data();
    me(&shop, access(&changed)).await.expect(200);
    me(&shop, access(&here)).await.expect_problem(401, "session_ended");
    me(&shop, access(&there)).await.expect_problem(401, "session_ended");
    post(&shop, "/refresh", &json!({"refresh_token": here["refresh_token"]})).await.expect(200);
    post(&shop, "/refresh", &json!({"refresh_token": there["refresh_token"]}))
        .await
        .expect_problem(401, "session_ended");
    login(&shop, SARA, PASSWORD).await.expect_problem(401, "invalid_credentials");
    login(&shop, SARA, OTHER_PASSWORD).await.expect(200);
    world.mailbox().deliver().await;
    let subjects: Vec<_> = world.mailbox().to(SARA).iter().map(|letter| letter.0.tags.clone()).collect();
    assert!(format!("{subjects:?}").contains("password_changed"), "{subjects:?}");
    post(&shop, "/password/change", &json!({"password": PASSWORD}))
        .await
        .expect_problem(401, "authentication_required");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_five_passwords_are_refused() {
    let world = World::start().await;
    let shop = world.shop("qahwa");
    let mut session = customer(&shop, SARA).await;
    let password = |n: usize| if n == 0 { PASSWORD.to_owned() } else { format!("{OTHER_PASSWORD} {n}") };
    for n in 1..=5 {
        let body = json!({"current_password": password(n - 1), "password": password(n)});
        session = bearer(post(&shop, "/password/change", &body), access(&session)).await.expect(200).data();
    }
    for (old, status) in [(5, 422), (1, 422), (0, 200)] {
        let body = json!({"current_password": password(5), "password": password(old)});
        bearer(post(&shop, "/password/change", &body), access(&session)).await.expect(status);
    }
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn guesses_of_the_present_password_wait_longer_and_longer() {
    let world = World::start().await;
    let shop = world.shop("qahwa");
    let session = customer(&shop, SARA).await;
    let guess = || {
        let body = json!({"current_password": "not this one at all", "password": OTHER_PASSWORD});
        bearer(post(&shop, "/password/change", &body), access(&session))
    };
    let mut refusals = Vec::new();
    for _ in 0..6 {
        refusals.push(guess().await.code());
    }
    assert_eq!(refusals.first().map(String::as_str), Some("invalid_credentials"));
    assert_eq!(refusals.last().map(String::as_str), Some("too_many_attempts"), "{refusals:?}");
    // Her own sign-in does not wait for it.
    login(&shop, SARA, PASSWORD).await.expect(200);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_without_a_password_sets_one_soon_after_proving_itself() {
    let world = World::start().await;
    let shop = world.shop("qahwa");
    let asked = post(&shop, "/otp/request", &json!({"channel": "email", "email": SARA})).await.expect(202).data();
    let letter = world.mailbox().latest(SARA).await;
    let body = json!({"challenge_id": asked["challenge_id"], "code": letter.code()});
    let session = post(&shop, "/otp/verify", &body).await.expect(200).data();
    let set = || bearer(post(&shop, "/password/change", &json!({"password": PASSWORD})), access(&session));
    age_sessions(&world, 700.0).await;
    set().await.expect_problem(403, "step_up_required");
    age_sessions(&world, 10.0).await;
    set().await.expect(200);
    login(&shop, SARA, PASSWORD).await.expect(200);
    world.finish().await;
}

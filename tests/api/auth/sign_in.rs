//! `/login`

use serde_json::{Value, json};
use tests::World;

use super::{Door, PASSWORD, Person};

#[tokio::test(flavor = "multi_thread")]
async fn a_member_of_staff_signs_in_by_password() {
    let world = World::start().await;
    let door = Door::staff(&world, "qahwa");
    door.employ("noura@example.com", "manager").await;
    let answer = door.login(" Noura@Example.COM ", PASSWORD).await.expect(200);
    assert!(
        answer.header("ratelimit").is_some_and(|value| value.starts_with("\"network\";r=")),
        "{:?}",
        answer.headers
    );
    assert_eq!(answer.header("ratelimit-policy"), Some("\"network\";q=300;w=60"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let noura = Person::read(answer);
    assert_eq!(noura.data["account"]["role"], "manager");
    assert!(noura.id.starts_with("usr_") && noura.session.starts_with("ses_"), "{}", noura.data);
    let me = door.get("/me", &noura).await.expect(200).data();
    assert_eq!((me["email"].as_str(), me["has_password"].as_bool()), (Some("noura@example.com"), Some(true)));
    // The same token is nothing to another shop, nor to the routes of customers.
    Door::staff(&world, "moda").get("/me", &noura).await.expect_problem(404, "tenant_not_found");
    Door::customers(&world, "qahwa").get("/sessions", &noura).await.expect_problem(401, "invalid_token");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_wrong_the_answer_is_the_same() {
    let world = World::start().await;
    let door = Door::staff(&world, "qahwa");
    door.employ("noura@example.com", "owner").await;
    Door::staff(&world, "moda").employ("salem@example.com", "owner").await;
    let seeded = json!({"slug": "qahwa", "email": "new@example.com", "role": "viewer"});
    world.sql.execute("select ops.seed_staff($1)", &[&seeded]).await.unwrap();
    let mut answers = Vec::new();
    for (email, password) in [
        ("noura@example.com", "another password 9"),
        ("nobody@example.com", PASSWORD),
        ("salem@example.com", PASSWORD),
        ("new@example.com", PASSWORD),
    ] {
        let answer = door.login(email, password).await.expect_problem(401, "invalid_credentials");
        let mut body: Value = answer.json();
        body["request_id"].take();
        answers.push((body, answer.headers.keys().map(ToString::to_string).collect::<Vec<_>>()));
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{answers:#?}");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn failures_wait_longer_and_a_known_device_does_not_wait_for_a_stranger() {
    let world = World::start().await;
    let door = Door::staff(&world, "qahwa");
    let noura = door.employee("noura@example.com", "owner").await;
    for _ in 0..4 {
        door.login("noura@example.com", "wrong password 1").await.expect_problem(401, "invalid_credentials");
    }
    let refused = door.login("noura@example.com", PASSWORD).await.expect_problem(429, "too_many_attempts");
    let wait: u32 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=900).contains(&wait), "{wait}");
    assert!(refused.header("ratelimit").is_some());
    let known = door.login("noura@example.com", PASSWORD).header("x-device-token", noura.device.as_ref().unwrap());
    let again = Person::read(known.await);
    assert_eq!(again.device, noura.device, "a known device keeps its token");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_web_session_has_its_tokens_in_cookies() {
    let world = World::start().await;
    let door = Door::staff(&world, "qahwa");
    door.employ("noura@example.com", "owner").await;
    let answer = door.login("noura@example.com", PASSWORD).header("x-session-transport", "cookie").await.expect(200);
    let data = answer.data();
    for secret in ["access_token", "refresh_token", "device_token"] {
        assert!(data.get(secret).is_none(), "{secret} in {data}");
    }
    let set: Vec<_> = answer.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap()).collect();
    assert_eq!(set.len(), 3, "{set:?}");
    assert!(set.iter().all(|cookie| cookie.contains("; Secure; HttpOnly; SameSite=")), "{set:?}");
    let jar = set.iter().map(|cookie| cookie.split(';').next().unwrap()).collect::<Vec<_>>().join("; ");
    let csrf = data["csrf_token"].as_str().unwrap();
    let with = |method, path: &str| door.request(method, path).header("cookie", &jar);
    with(http::Method::GET, "/me").await.expect(200);
    with(http::Method::DELETE, "/sessions").await.expect_problem(403, "csrf_token_invalid");
    with(http::Method::DELETE, "/sessions").header("x-csrf-token", csrf).await.expect(200);
    let renewed = with(http::Method::POST, "/refresh").await.expect(200);
    assert!(renewed.data().get("access_token").is_none() && renewed.data()["csrf_token"] != csrf);
    let foreign = with(http::Method::POST, "/refresh").header("origin", "https://evil.example");
    foreign.await.expect_problem(403, "csrf_token_invalid");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_verify_by_the_published_keys() {
    let world = World::start().await;
    let door = Door::staff(&world, "qahwa");
    let noura = door.employee("noura@example.com", "owner").await;
    let published = world.request(http::Method::GET, "/.well-known/jwks.json").await.expect(200);
    assert_eq!(published.header("cache-control"), Some("public, max-age=300"));
    let keys = published.json();
    assert!(keys["keys"].as_array().is_some_and(|keys| !keys.is_empty()), "{keys}");
    assert!(keys["keys"].as_array().unwrap().iter().all(|key| key.get("d").is_none()), "a private key is published");
    let now = i64::try_from(std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs());
    let verifier = commerce_identity::token::Verifier::new("wasla", &keys.to_string()).unwrap();
    let claims = verifier.verify(&noura.access, commerce_domain::AccountKind::Staff, now.unwrap()).unwrap();
    assert_eq!((claims.sub.to_string(), claims.session_id.to_string()), (noura.id, noura.session));
    assert!(claims.permissions.iter().any(|permission| permission == "members.manage"));
    assert_eq!(claims.exp - claims.iat, 900);
    world.finish().await;
}

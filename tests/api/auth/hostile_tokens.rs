//! Access tokens that are wrong in one way each, most of them signed with the very key that the world believes. None is accepted,
//! none breaks anything, and no refusal says more than it has to.

use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

use commerce_domain::AccountKind;
use commerce_identity::corpus::{self, HostileToken, Target};
use commerce_identity::token::{AccessClaims, Signer, Verifier};
use futures::{StreamExt, stream};
use http::{HeaderValue, Method};
use serde_json::json;
use tests::{Answer, Call, World, identity};

use super::{Door, Person};

/// Most bytes of a token that reaches a component; the host itself refuses a longer head with 431.
const HEAD_BYTES_MAX: usize = 60_000;
/// Requests at once.
const AT_ONCE: usize = 16;

fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs().try_into().unwrap()
}

/// The key that signs in every world.
fn signer() -> Signer {
    Signer::from_jwk(&identity().signing.private_jwk().unwrap()).unwrap()
}

/// Believes what every world believes.
fn verifier() -> Verifier {
    Verifier::new("wasla", &identity().signing.public_set(0).to_string()).unwrap()
}

/// What a person's good token says.
fn claims_of(person: &Person, kind: AccountKind) -> AccessClaims {
    verifier().verify(&person.access, kind, now()).unwrap()
}

/// The tokens that differ from a person's good one in a way that survives the way to the server.
fn hostile(person: &Person, kind: AccountKind) -> Vec<HostileToken> {
    let claims = claims_of(person, kind);
    let mut tokens = corpus::build(&Target { signer: &signer(), claims: &claims, now: now() }).unwrap();
    tokens.retain(|one| HeaderValue::from_bytes(one.token.as_bytes()).is_ok());
    // Blanks around a field's value and more than one after the scheme mean nothing (RFC 9110 §5.5 and §11.4).
    tokens.retain(|one| verifier().verify(one.token.trim_matches([' ', '\t']), kind, now()).is_err());
    tokens
}

/// Sends every token; each must be refused as a problem. Answers how often each refusal came.
async fn refuse_all(tokens: &[HostileToken], request: impl Fn(&str) -> Call) -> BTreeMap<String, usize> {
    let answers: Vec<(&HostileToken, Answer)> = stream::iter(tokens)
        .map(|one| {
            let call = request(&one.token);
            async move { (one, call.await) }
        })
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    let mut refusals = BTreeMap::new();
    for (one, answer) in answers {
        let code = answer.code();
        if one.token.len() > HEAD_BYTES_MAX {
            assert_eq!(answer.status, 431, "{}: {}", one.name, answer.text());
            *refusals.entry("431 of the host".to_owned()).or_default() += 1;
            continue;
        }
        let refused = match answer.status {
            401 => ["invalid_token", "authentication_required", "session_ended"].contains(&code.as_str()),
            404 => code == "tenant_not_found",
            _ => false,
        };
        assert!(refused, "{}: {} {}", one.name, answer.status, answer.text());
        assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{}", one.name);
        let body = answer.text();
        assert!(one.token.len() < 16 || !body.contains(&one.token), "{}: the token is repeated: {body}", one.name);
        *refusals.entry(code).or_default() += 1;
    }
    refusals
}

/// A spread of a list.
fn every(step: usize, tokens: &[HostileToken]) -> Vec<HostileToken> {
    tokens.iter().step_by(step).cloned().collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_tokens_of_staff_are_refused() {
    let world = World::start().await;
    let door = Door::staff(&world, "qahwa");
    let noura = door.employee("noura@example.com", "owner").await;
    let tokens = hostile(&noura, AccountKind::Staff);
    assert!(tokens.len() >= 300, "{}", tokens.len());

    let bearer = |token: &str| door.request(Method::GET, "/me").header("authorization", bytes_of("Bearer ", token));
    let refusals = refuse_all(&tokens, bearer).await;
    println!("{} hostile tokens at /auth/me: {refusals:?}", tokens.len());
    let cookie =
        |token: &str| door.request(Method::GET, "/me").header("cookie", bytes_of("__Host-wasla_staff=", token));
    // What would end the value or be taken off it is not the cookie's.
    let few: Vec<_> = every(7, &tokens).into_iter().filter(|one| !one.token.contains([';', '"', ' ', '\t'])).collect();
    refuse_all(&few, cookie).await;

    door.get("/me", &noura).await.expect(200);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_tokens_of_customers_are_refused_where_a_visitor_would_pass() {
    let world = World::start().await;
    let shop = world.shop("qahwa");
    let door = Door::customers(&world, "qahwa");
    let sara = door.customer("+966500000071").await;
    let tokens = every(5, &hostile(&sara, AccountKind::Customer));
    assert!(tokens.len() >= 100, "{}", tokens.len());

    let carts = world.count("select count(*) from app.cart").await;
    let orders = |token: &str| shop.get("/me/orders").header("authorization", bytes_of("Bearer ", token));
    refuse_all(&tokens, orders).await;
    // A visitor has no token at all and passes; "Bearer" with nothing behind it is for the corpus of the other route.
    let named: Vec<_> = tokens.iter().filter(|one| !one.token.trim().is_empty()).cloned().collect();
    let cart = |token: &str| shop.post("/carts", &json!({})).header("authorization", bytes_of("Bearer ", token));
    refuse_all(&named, cart).await;
    assert_eq!(world.count("select count(*) from app.cart").await, carts, "a refused caller made a cart");

    sara.sign(shop.get("/me/orders")).await.expect(200);
    sara.sign(shop.post("/carts", &json!({}))).await.expect(201);
    world.finish().await;
}

/// Rightly signed tokens whose only fault is what the database knows.
#[tokio::test(flavor = "multi_thread")]
async fn a_stolen_signing_key_opens_no_session_that_is_not_there() {
    let world = World::start().await;
    let door = Door::staff(&world, "qahwa");
    let noura = door.employee("noura@example.com", "viewer").await;
    let salem = door.employee("salem@example.com", "owner").await;
    let (own, other) = (claims_of(&noura, AccountKind::Staff), claims_of(&salem, AccountKind::Staff));
    let moda = world.shop("moda").tenant_id().await;
    let moda: commerce_domain::TenantId = format!("ten_{}", moda.simple()).parse().unwrap();
    let absent = format!("ses_{}", uuid::Uuid::now_v7().simple()).parse().unwrap();
    for (name, claims, status, code) in [
        ("another shop", AccessClaims { org: moda, ..own.clone() }, 404, "tenant_not_found"),
        ("no session", AccessClaims { session_id: absent, ..own.clone() }, 401, "session_ended"),
        ("another's session", AccessClaims { session_id: other.session_id, ..own.clone() }, 401, "session_ended"),
        ("another account", AccessClaims { sub: other.sub, ..own.clone() }, 401, "session_ended"),
        ("an older epoch", AccessClaims { epoch: own.epoch - 1, ..own.clone() }, 401, "session_ended"),
        ("a later epoch", AccessClaims { epoch: own.epoch + 1, ..own.clone() }, 401, "session_ended"),
    ] {
        let token = signer().sign(&claims).unwrap();
        let answer = door.request(Method::GET, "/me").header("authorization", format!("Bearer {token}")).await;
        assert_eq!(answer.status, status, "{name}: {}", answer.text());
        answer.expect_problem(status, code);
    }
    door.get("/me", &noura).await.expect(200);
    world.finish().await;
}

fn bytes_of(before: &str, token: &str) -> Vec<u8> {
    [before.as_bytes(), token.as_bytes()].concat()
}

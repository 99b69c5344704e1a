//! Clerk as an issuer of people: its session tokens, brought by the client, and its webhooks, signed as Svix signs them. Tokens and
//! events have the form of Clerk's documentation; the keys are the test's own, published at a URL as Clerk publishes them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use commerce_identity::corpus;
use commerce_identity::jwk::{JwkSet, generate_ed25519};
use commerce_identity::token::Signer;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use tests::{Answer, Call, World, fresh_key, peer};

use super::{Door, Person};

const ISSUER: &str = "https://clerk.qahwa.example";
const PAGE: &str = "https://qahwa.example";
/// Attempts a minute of one network (commerce-app, `limits`).
const NETWORK_PER_MINUTE: usize = 300;
const WEBHOOK_SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// A world whose shop `qahwa` believes one Clerk instance.
struct Stand {
    world: World,
    signer: Signer,
}

impl Stand {
    async fn start() -> Self {
        let signer = signer(9);
        let published = JwkSet::new(vec![signer.public_jwk().clone()]).unwrap().to_json();
        let origin = peer::serve(move |_, _| std::future::ready((200, published.clone()))).await;
        let world = World::builder()
            .variable("sign_in_origin", "http://127.0.0.1:*")
            .variable("sign_in_credentials", &json!({"clerk-hook": WEBHOOK_SECRET}).to_string())
            .start()
            .await;
        let file = std::fs::read_to_string(tests::root().join("migrations/providers/clerk.json")).unwrap();
        let mut file: Value = serde_json::from_str(&file).unwrap();
        file["webhook_ref"] = json!("clerk-hook");
        let row = json!({
            "slug": "qahwa", "name": "clerk", "file": file, "issuer": ISSUER, "jwks_url": format!("{origin}/.well-known/jwks.json"),
            "authorized_parties": [PAGE],
        });
        world.sql.execute("select ops.set_provider($1)", &[&row]).await.unwrap();
        Self { world, signer }
    }

    fn door(&self) -> Door<'_> {
        Door::customers(&self.world, "qahwa")
    }

    fn token(&self, subject: &str, changes: &Value) -> String {
        token(&self.signer, subject, changes)
    }

    fn bring(&self, token: &str) -> Call {
        self.door().post("/oauth/clerk/token", &json!({"token": token}))
    }

    /// Sends an event as Svix does.
    async fn tell(&self, kind: &str, at_ms: i64, data: &Value) -> Answer {
        let body = json!({"data": data, "object": "event", "timestamp": at_ms, "type": kind}).to_string();
        self.deliver(&body, now(), &format!("msg_{}", fresh_key())).await
    }

    fn deliver(&self, body: &str, at: i64, id: &str) -> Call {
        let signature = sign(&format!("{id}.{at}.{body}"));
        let call = self.door().request(http::Method::POST, "/oauth/clerk/webhook").body(body.to_owned());
        let call = call.header("content-type", "application/json").header("svix-id", id);
        call.header("svix-timestamp", at.to_string()).header("svix-signature", format!("v1,{signature}"))
    }

    async fn outcome(&self, kind: &str, at_ms: i64, data: &Value) -> String {
        self.tell(kind, at_ms, data).await.expect(200).data()["outcome"].as_str().unwrap_or("none").to_owned()
    }
}

/// A key that an instance of Clerk calls `ins_1`.
fn signer(seed: u8) -> Signer {
    Signer::from_jwk(&generate_ed25519("ins_1", [seed; 32]).unwrap().private_jwk).unwrap()
}

/// A session token (Clerk, "Session tokens"), with these changes.
fn token(signer: &Signer, subject: &str, changes: &Value) -> String {
    let now = now();
    let mut claims = json!({
        "azp": PAGE, "exp": now + 60, "fva": [0, -1], "iat": now, "iss": ISSUER, "nbf": now - 10, "sid": "sess_1", "sub": subject, "v": 2,
    });
    claims.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    let header = json!({"alg": "EdDSA", "cat": "cl_B7d4PD111AAA", "kid": "ins_1", "typ": "JWT"});
    corpus::sign(signer, &header.to_string(), &claims.to_string()).unwrap()
}

fn sign(content: &str) -> String {
    let key = STANDARD.decode(WEBHOOK_SECRET.trim_start_matches("whsec_")).unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
    mac.update(content.as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}

fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    i64::try_from(since.as_secs()).unwrap()
}

/// A user as Clerk tells of them.
fn user(id: &str, email: &str, status: &str) -> Value {
    json!({
        "id": id, "object": "user", "first_name": "Sara", "last_name": "Ali", "banned": false, "locked": false, "primary_email_address_id": "idn_1",
        "email_addresses": [{"id": "idn_1", "email_address": email, "object": "email_address", "verification": {"status": status, "strategy": "email_code"}}],
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_is_synchronised_signs_in_changes_and_goes() {
    let stand = Stand::start().await;
    let door = stand.door();
    // Before Clerk has told of the user, its token alone names nobody.
    let token = stand.token("user_1", &json!({}));
    stand.bring(&token).await.expect_problem(422, "email_required");
    assert_eq!(stand.outcome("user.created", 1_000, &user("user_1", "Sara@example.com", "verified")).await, "synced");
    let sara = Person::read(stand.bring(&token).await);
    assert_eq!(
        (&sara.data["account"]["email"], &sara.data["account"]["given_name"]),
        (&json!("sara@example.com"), &json!("Sara"))
    );

    let mut changed = user("user_1", "sara.ali@example.com", "verified");
    changed["first_name"] = json!("سارة");
    assert_eq!(stand.outcome("user.updated", 3_000, &changed).await, "synced");
    // What was told before and comes late, or twice, changes nothing.
    assert_eq!(stand.outcome("user.updated", 2_000, &user("user_1", "old@example.com", "verified")).await, "stale");
    assert_eq!(stand.outcome("user.updated", 3_000, &changed).await, "stale");
    let again = Person::read(stand.bring(&token).await);
    assert_eq!((&again.id, &again.data["account"]["email"]), (&sara.id, &json!("sara.ali@example.com")));
    assert_eq!(again.data["account"]["given_name"], "سارة");

    // Barred at Clerk: out here at the next request.
    changed["banned"] = json!(true);
    assert_eq!(stand.outcome("user.updated", 4_000, &changed).await, "synced");
    door.get("/sessions", &again).await.expect_problem(401, "session_ended");
    stand.bring(&token).await.expect_problem(401, "invalid_credentials");
    changed["banned"] = json!(false);
    assert_eq!(stand.outcome("user.updated", 4_500, &changed).await, "synced");
    let last = Person::read(stand.bring(&token).await);
    let deleted = json!({"id": "user_1", "object": "user", "deleted": true});
    assert_eq!(stand.outcome("user.deleted", 5_000, &deleted).await, "unlinked");
    door.get("/sessions", &last).await.expect_problem(401, "session_ended");
    stand.bring(&token).await.expect_problem(401, "invalid_credentials");
    assert_eq!(stand.outcome("user.updated", 6_000, &changed).await, "unknown");
    assert_eq!(stand.outcome("session.created", 7_000, &json!({"id": "sess_1"})).await, "none");
    stand.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gets_an_account_by_claiming_its_address() {
    let stand = Stand::start().await;
    let door = stand.door();
    let owner = {
        let asked =
            door.post("/otp/request", &json!({"channel": "email", "email": "owner@example.com"})).await.expect(202);
        let code = stand.world.mailbox().latest("owner@example.com").await.code().to_owned();
        let body = json!({"challenge_id": asked.data()["challenge_id"], "code": code});
        Person::read(door.post("/otp/verify", &body).await)
    };
    assert_eq!(
        stand.outcome("user.created", 1_000, &user("user_2", "owner@example.com", "unverified")).await,
        "unproved"
    );
    let token = stand.token("user_2", &json!({"email": "owner@example.com", "email_verified": false}));
    // One address gets only so many letters at a time.
    stand.world.sql.execute("delete from identity.throttle", &[]).await.unwrap();
    // The claim is answered by a code to the address, which the claimant does not read.
    assert_eq!(stand.bring(&token).await.expect(200).data()["status"], "code_sent");
    // Somebody else's user cannot move into a taken address either.
    assert_eq!(stand.outcome("user.created", 1_000, &user("user_3", "third@example.com", "verified")).await, "synced");
    assert_eq!(stand.outcome("user.updated", 2_000, &user("user_3", "owner@example.com", "verified")).await, "synced");
    let third = Person::read(stand.bring(&stand.token("user_3", &json!({}))).await);
    assert_eq!(third.data["account"]["email"], "third@example.com");
    assert_ne!(third.id, owner.id);
    stand.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_that_are_not_for_us_are_refused() {
    let stand = Stand::start().await;
    assert_eq!(stand.outcome("user.created", 1_000, &user("user_1", "sara@example.com", "verified")).await, "synced");
    let good = stand.token("user_1", &json!({}));
    let (message, signature) = good.rsplit_once('.').unwrap();
    let forged = token(&signer(8), "user_1", &json!({}));
    for token in [
        stand.token("user_1", &json!({"azp": "https://evil.example"})),
        stand.token("user_1", &json!({"azp": null})),
        stand.token("user_1", &json!({"aud": "https://api.other.example"})),
        stand.token("user_1", &json!({"act": {"sub": "user_admin", "iss": "https://dashboard.clerk.com"}})),
        stand.token("user_1", &json!({"iss": "https://clerk.moda.example"})),
        stand.token("user_1", &json!({"exp": now() - 1})),
        stand.token("user_1", &json!({"nbf": now() + 600})),
        stand.token("user_1", &json!({"sts": "pending"})),
        stand.token("", &json!({})),
        forged,
        format!("{message}x.{signature}"),
        format!("{message}."),
        "x".into(),
        String::new(),
    ] {
        stand.bring(&token).await.expect_problem(401, "invalid_token");
    }
    stand.bring(&"x".repeat(9_000)).await.expect_problem(422, "invalid_request");
    // Another shop does not know this issuer.
    let elsewhere = Door::customers(&stand.world, "moda");
    elsewhere.post("/oauth/clerk/token", &json!({"token": good})).await.expect_problem(404, "provider_not_found");
    elsewhere.request(http::Method::GET, "/oauth/clerk/start").await.expect_problem(404, "provider_not_found");
    stand.door().request(http::Method::GET, "/oauth/clerk/start").await.expect_problem(404, "provider_not_found");
    let failed = "select count(*) from audit.attempt where kind = 'oauth:clerk' and outcome = 'failed'";
    assert_eq!(stand.world.count(failed).await, 14, "every attempt is in the trail");
    Person::read(stand.bring(&good).await);
    stand.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn guesses_are_throttled_before_any_signature_is_checked() {
    let stand = Stand::start().await;
    // A minute of a network's attempts, whichever minute they fall in.
    for _ in 0..=2 * NETWORK_PER_MINUTE {
        let answer = stand.bring("a.b.c").await;
        if answer.status == 429 {
            assert!(answer.expect_problem(429, "too_many_attempts").header("retry-after").is_some());
            return stand.world.finish().await;
        }
        answer.expect_problem(401, "invalid_token");
    }
    panic!("nobody was throttled");
}

#[tokio::test(flavor = "multi_thread")]
async fn webhooks_that_are_not_the_issuers_change_nothing() {
    let stand = Stand::start().await;
    let body =
        json!({"data": user("user_1", "sara@example.com", "verified"), "timestamp": 1_000, "type": "user.created"})
            .to_string();
    let good = stand.deliver(&body, now(), "msg_1");
    for call in [
        good.clone().set_header("svix-id", "msg_2"),
        good.clone().set_header("svix-timestamp", "1"),
        good.clone().set_header("svix-signature", "v1,AAAA"),
        good.clone().body(body.replace("user_1", "user_9")),
        stand.deliver(&body, now() - 400, "msg_1"),
        stand.deliver(&body, now() + 400, "msg_1"),
        stand.door().request(http::Method::POST, "/oauth/clerk/webhook").body(body.clone()),
    ] {
        call.await.expect_problem(401, "invalid_signature");
    }
    for body in ["", "[]", r#"{"type":"user.created","timestamp":1,"data":{}}"#] {
        stand.deliver(body, now(), "msg_1").await.expect_problem(422, "malformed_event");
    }
    assert_eq!(stand.world.count("select count(*) from identity.external_identity").await, 0);
    good.clone().await.expect(200);
    // Delivered again, as Svix does when the answer was lost.
    assert_eq!(good.await.expect(200).data()["outcome"], "stale");
    assert_eq!(stand.world.count("select count(*) from identity.account where kind = 'customer'").await, 1);
    stand.world.finish().await;
}

//! The steps of people who register and sign in.

use http::Method;
use serde_json::{Value, json};
use tests::{Answer, Call, Letter, Shop, World};

/// A password that every rule takes.
pub const PASSWORD: &str = "correct horse battery staple";

/// Another one.
pub const OTHER_PASSWORD: &str = "seven brown camels at dusk";

/// Whose routes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Realm {
    Staff,
    Customer,
}

impl Realm {
    pub const BOTH: [Self; 2] = [Self::Staff, Self::Customer];

    /// A request to the realm's routes at a shop; `path` follows `/auth`.
    pub fn request(self, shop: &Shop<'_>, method: Method, path: &str) -> Call {
        let prefix = match self {
            Self::Staff => "/api/v1/auth",
            Self::Customer => "/api/v1/storefront/auth",
        };
        shop.world.request(method, &format!("{prefix}{path}")).host(&shop.host())
    }

    /// `POST` of JSON.
    pub fn post(self, shop: &Shop<'_>, path: &str, body: &Value) -> Call {
        self.request(shop, Method::POST, path).json(body)
    }
}

/// `POST` to the customers' routes.
pub fn post(shop: &Shop<'_>, path: &str, body: &Value) -> Call {
    Realm::Customer.post(shop, path, body)
}

/// A request as somebody who is signed in.
pub fn bearer(call: Call, access_token: &str) -> Call {
    call.header("authorization", format!("Bearer {access_token}"))
}

/// A registration by e-mail.
pub fn registration(email: &str) -> Value {
    json!({"email": email, "password": PASSWORD, "given_name": "سارة", "family_name": "القحطاني"})
}

/// What the page behind the link of a [`registration`] sends.
pub fn proof(letter: &Letter) -> Value {
    json!({"token": letter.token(), "password": PASSWORD})
}

/// Registers a customer and proves the address.
pub async fn register(shop: &Shop<'_>, email: &str) {
    post(shop, "/register", &registration(email)).await.expect(202);
    let letter = shop.world.mailbox().latest(email).await;
    post(shop, "/verify-email", &proof(&letter)).await.expect(200);
}

/// Signs in by password.
pub async fn login(shop: &Shop<'_>, email: &str, password: &str) -> Answer {
    post(shop, "/login", &json!({"email": email, "password": password})).await
}

/// Registers, proves and signs in a customer; the session's answer.
pub async fn customer(shop: &Shop<'_>, email: &str) -> Value {
    register(shop, email).await;
    login(shop, email, PASSWORD).await.expect(200).data()
}

/// The access token of a session's answer.
pub fn access(session: &Value) -> &str {
    session["access_token"].as_str().unwrap_or_else(|| panic!("no access token: {session}"))
}

/// The customer's profile as this token sees it.
pub async fn me(shop: &Shop<'_>, access_token: &str) -> Answer {
    bearer(shop.get("/me"), access_token).await
}

/// Asks for a reset link and takes it from the mailbox.
pub async fn reset_link(shop: &Shop<'_>, email: &str) -> Letter {
    // Letters that leave together may arrive in any order; this one is to be the latest.
    shop.world.mailbox().deliver().await;
    post(shop, "/password/forgot", &json!({"email": email})).await.expect(202);
    shop.world.mailbox().latest(email).await
}

/// Lets the wait between two messages to one address pass.
pub async fn let_send_gap_pass(world: &World) {
    let query = "update identity.throttle set blocked_until = now() - interval '1 second' where bucket = 'send'";
    world.sql.execute(query, &[]).await.unwrap();
}

/// Lets all waits after failed sign-ins pass. One that still lacks its second factor counts as failed.
pub async fn forget_failures(world: &World) {
    world.sql.execute("delete from identity.throttle where bucket <> 'send'", &[]).await.unwrap();
}

/// Lets every network fail so many times without waiting, from its next failure on.
pub async fn allow_failures(world: &World, count: i32) {
    let query = "update identity.throttle set count = -$1::int, blocked_until = null where bucket = 'pair'";
    world.sql.execute(query, &[&count]).await.unwrap();
}

/// Makes every waiting message due now.
pub async fn make_messages_due(world: &World) {
    world.sql.execute("update app.message set next_at = now() where status = 'waiting'", &[]).await.unwrap();
}

/// Makes all sessions look as if their people had proved themselves this long ago.
pub async fn age_sessions(world: &World, seconds: f64) {
    let query = "update app.session set authenticated_at = now() - make_interval(secs => $1)";
    world.sql.execute(query, &[&seconds]).await.unwrap();
}

/// How many answers have this status.
pub fn with_status(answers: &[Answer], status: u16) -> usize {
    answers.iter().filter(|answer| answer.status == status).count()
}

/// An answer without what differs between equal ones.
pub fn without_request_id(answer: &Answer) -> Value {
    let mut body = answer.json();
    body["meta"]["request_id"].take();
    body
}

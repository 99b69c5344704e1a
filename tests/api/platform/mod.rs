//! The platform's own routes, and what they share: its [`Desk`], and people who sit at it.

mod access;
mod grants;
mod plans;
mod purge;
mod refused;
mod tenants;

use http::Method;
use serde_json::{Value, json};
use tests::{Call, World};

use crate::api::auth::{Door, PASSWORD, Person, text};

/// Why a test does what it does.
pub const REASON: &str = "طلب التاجر 4711";

/// The platform's host.
#[derive(Clone, Copy)]
pub struct Desk<'w> {
    pub world: &'w World,
}

impl<'w> Desk<'w> {
    pub fn of(world: &'w World) -> Self {
        Self { world }
    }

    /// Where its people sign in.
    pub fn door(&self) -> Door<'w> {
        Door::staff(self.world, "platform")
    }

    /// A request; `path` follows `/api/v1`.
    pub fn request(&self, method: Method, path: &str) -> Call {
        let url = format!("{}/api/v1{path}", self.world.url());
        self.world.client().call(method, url).host(&self.door().shop.host())
    }

    /// The same by somebody, with a reason.
    pub fn call(&self, method: Method, path: &str, person: &Person) -> Call {
        person.sign(self.request(method, path)).header("x-reason", REASON)
    }

    pub fn get(&self, path: &str, person: &Person) -> Call {
        self.call(Method::GET, path, person)
    }

    pub fn post(&self, path: &str, person: &Person, body: &Value) -> Call {
        self.call(Method::POST, path, person).json(body)
    }

    pub fn patch(&self, path: &str, person: &Person, body: &Value) -> Call {
        self.call(Method::PATCH, path, person).json(body)
    }

    pub fn delete(&self, path: &str, person: &Person) -> Call {
        self.call(Method::DELETE, path, person)
    }

    /// Somebody with a grant from the command line, signed in with password and the code that is sent.
    pub async fn person(&self, email: &str, role: &str) -> Person {
        self.grant(json!({"email": email, "role": role})).await;
        let door = self.door();
        door.post("/password/forgot", &json!({"email": email})).await.expect(202);
        let letter = self.world.mailbox().latest(email).await;
        door.post("/password/reset", &json!({"token": letter.token(), "password": PASSWORD})).await.expect(200);
        self.sign_in(email).await
    }

    pub async fn grant(&self, grant: Value) -> Value {
        self.world.sql.query_one("select ops.seed_grant($1)", &[&grant]).await.unwrap().get(0)
    }

    /// A sign-in by password, which takes a second factor here whatever the person has.
    pub async fn sign_in(&self, email: &str) -> Person {
        let door = self.door();
        // Letters of one delivery arrive in any order: the code must be the newest.
        self.world.mailbox().deliver().await;
        let asked = door.login(email, PASSWORD).await.expect(200).data();
        assert_eq!(asked["status"], "second_factor_required");
        let letter = self.world.mailbox().latest(email).await;
        let answer = json!({"ticket": text(&asked, "/ticket"), "method": "email", "code": letter.code()});
        Person::read(door.post("/mfa/challenge", &answer).await)
    }

    /// The id of a shop, as it stands in paths.
    pub async fn id(&self, slug: &str) -> String {
        let sql = "select app.public_id('ten', id) from app.tenant where slug = $1 and deleted_at is null";
        self.world.sql.query_one(sql, &[&slug]).await.unwrap().get(0)
    }
}

/// A body that creates a shop.
pub fn new_shop(slug: &str) -> Value {
    json!({"slug": slug, "name": {"ar": "دكان", "en": "Dukkan"}, "owner_email": format!("owner@{slug}.example")})
}

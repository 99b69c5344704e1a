//! `/api/v1/auth` and `/api/v1/storefront/auth`, and what they share: a [`Door`] for each kind of people, and people who go through it.

mod administration;
mod aliases;
mod clerk;
mod hostile_tokens;
mod kill_points;
mod lockout;
mod messages;
pub mod oauth;
mod one_time_codes;
mod pages;
mod passwords;
mod refresh;
mod register;
pub mod second_factor;
mod sessions;
mod sign_in;
pub mod steps;
mod totp;
mod under_load;

use http::Method;
use serde_json::{Value, json};
use tests::{Answer, Call, Shop, World};

/// A password that every rule lets pass.
pub const PASSWORD: &str = "نخلة horse battery 7";

/// The routes of one kind of people at one shop.
#[derive(Clone, Copy)]
pub struct Door<'w> {
    pub shop: Shop<'w>,
    prefix: &'static str,
}

impl<'w> Door<'w> {
    pub fn staff(world: &'w World, slug: &'w str) -> Self {
        Self { shop: world.shop(slug), prefix: "/api/v1/auth" }
    }

    /// What staff do to the shop itself.
    pub fn tenant(world: &'w World, slug: &'w str) -> Self {
        Self { shop: world.shop(slug), prefix: "/api/v1/tenants/me" }
    }

    pub fn customers(world: &'w World, slug: &'w str) -> Self {
        Self { shop: world.shop(slug), prefix: "/api/v1/storefront/auth" }
    }

    pub fn request(&self, method: Method, path: &str) -> Call {
        let url = format!("{}{}{path}", self.shop.world.url(), self.prefix);
        self.shop.world.client().call(method, url).host(&self.shop.host())
    }

    pub fn post(&self, path: &str, body: &Value) -> Call {
        self.request(Method::POST, path).json(body)
    }

    pub fn get(&self, path: &str, person: &Person) -> Call {
        person.sign(self.request(Method::GET, path))
    }

    pub fn delete(&self, path: &str, person: &Person) -> Call {
        person.sign(self.request(Method::DELETE, path))
    }

    pub fn patch(&self, path: &str, person: &Person, body: &Value) -> Call {
        person.sign(self.request(Method::PATCH, path).json(body))
    }

    pub fn login(&self, email: &str, password: &str) -> Call {
        self.post("/login", &json!({"email": email, "password": password}))
    }

    pub fn refresh(&self, token: &str) -> Call {
        self.post("/refresh", &json!({"refresh_token": token}))
    }

    /// A member of staff with [`PASSWORD`], set through the link that proves the address.
    pub async fn employ(&self, email: &str, role: &str) {
        let world = self.shop.world;
        let staff = json!({"slug": self.shop.slug, "email": email, "role": role});
        world.sql.execute("select ops.seed_staff($1)", &[&staff]).await.unwrap();
        self.post("/password/forgot", &json!({"email": email})).await.expect(202);
        let letter = world.mailbox().latest(email).await;
        self.post("/password/reset", &json!({"token": letter.token(), "password": PASSWORD})).await.expect(200);
    }

    /// An employed and signed-in member of staff.
    pub async fn employee(&self, email: &str, role: &str) -> Person {
        self.employ(email, role).await;
        Person::read(self.login(email, PASSWORD).await)
    }

    /// Asks for a code by SMS: its challenge and the code.
    pub async fn code(&self, phone: &str) -> (String, String) {
        let asked = self.post("/otp/request", &json!({"channel": "sms", "phone": phone})).await.expect(202).data();
        let letter = self.shop.world.mailbox().latest(phone).await;
        (text(&asked, "/challenge_id"), letter.code().to_owned())
    }

    /// A customer who has signed in by a code.
    pub async fn customer(&self, phone: &str) -> Person {
        let (challenge_id, code) = self.code(phone).await;
        Person::read(self.post("/otp/verify", &json!({"challenge_id": challenge_id, "code": code})).await)
    }
}

/// Somebody who has signed in.
#[derive(Clone, Debug)]
pub struct Person {
    pub access: String,
    pub refresh: String,
    pub device: Option<String>,
    pub id: String,
    pub session: String,
    pub data: Value,
}

impl Person {
    #[track_caller]
    pub fn read(answer: Answer) -> Self {
        let data = answer.expect(200).data();
        assert_eq!(data["status"], "signed_in", "{data}");
        Self {
            access: text(&data, "/access_token"),
            refresh: text(&data, "/refresh_token"),
            device: data["device_token"].as_str().map(str::to_owned),
            id: text(&data, "/account/id"),
            session: text(&data, "/session_id"),
            data,
        }
    }

    pub fn sign(&self, call: Call) -> Call {
        call.header("authorization", format!("Bearer {}", self.access))
    }
}

#[track_caller]
pub fn text(data: &Value, pointer: &str) -> String {
    data.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("{pointer}: {data}")).to_owned()
}

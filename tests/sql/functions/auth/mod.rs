//! Identity: accounts, sessions, codes and second factors, as the auth component calls them.

mod carts;
mod codes;
mod customers;
mod external;
mod members;
mod messages;
mod passwords;
mod purge;
mod refresh;
mod registration;
mod second_factors;
mod sessions;
mod throttle;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tests::Database;
use tokio_postgres::Client;
use uuid::Uuid;

/// A request that was refused, whether by raising or by an answer that commits.
#[derive(Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Status and code, as `401 session_ended`.
    pub code: String,
    /// What the caller may know of it.
    pub detail: Value,
}

type Outcome = Result<Value, Refusal>;

/// Somebody who makes requests of a shop.
pub struct Caller {
    sql: Client,
    slug: &'static str,
    kind: &'static str,
    /// Changed by tests that come from several networks.
    network: String,
    session: Option<Value>,
}

/// What SHA-256 makes of a secret, as the functions take it.
pub fn hash(secret: &str) -> String {
    Sha256::digest(secret).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn traits() -> Value {
    json!({"length": 20, "lower": true, "upper": false, "digit": false, "symbol": false})
}

fn message(kind: &str) -> Value {
    json!({"id": Uuid::now_v7(), "kind": kind, "channel": "email", "sealed_body": "sealed"})
}

fn device(presented: Option<&str>) -> Value {
    let id = Uuid::now_v7();
    json!({"id": id, "new_hash": hash(&format!("device {id}")), "presented_hash": presented.map(hash)})
}

/// The refresh token of a session is `refresh <session id>`, its device's `device <device id>`.
fn session() -> Value {
    let id = Uuid::now_v7();
    json!({"id": id, "refresh_hash": hash(&format!("refresh {id}")), "refresh_ttl_s": 604_800, "cap_s": 2_592_000, "label": "Mac"})
}

/// How many outcomes are answers.
fn successes(outcomes: &[Outcome]) -> usize {
    outcomes.iter().filter(|outcome| outcome.is_ok()).count()
}

fn code(outcome: Outcome) -> String {
    outcome.expect_err("it was not refused").code
}

impl Caller {
    pub async fn new(database: &Database, slug: &'static str, kind: &'static str) -> Self {
        let sql = database.app_user_session().await;
        Self { sql, slug, kind, network: "203.0.113.0/24".to_owned(), session: None }
    }

    /// Another connection of the same caller.
    async fn again(&self, database: &Database) -> Self {
        let sql = database.app_user_session().await;
        Self { sql, slug: self.slug, kind: self.kind, network: self.network.clone(), session: self.session.clone() }
    }

    fn limits() -> Value {
        json!({"free_failures": 3, "delay_max_s": 900, "network_per_minute": 10_000, "tenant_per_minute": 10_000,
            "account_failures_per_hour": 100, "sends_per_hour": 50, "send_gap_s": 0})
    }

    fn client(&self) -> Value {
        json!({"network": self.network, "user_agent": "tests", "fingerprint": "coarse"})
    }

    pub async fn call(&self, function: &str, mut input: Value) -> Outcome {
        let mut context = json!({"slug": self.slug, "actor": "guest", "request_id": "auth", "ip": "203.0.113.9"});
        if let Some(session) = &self.session {
            context["session"] = session.clone();
        }
        // What nearly every function takes.
        for (name, value) in [("kind", json!(self.kind)), ("client", self.client()), ("limits", Self::limits())] {
            if input.get(name).is_none() {
                input[name] = value;
            }
        }
        match super::call(&self.sql, function, &context, &input).await {
            Ok(answer) => match answer.get("refused") {
                Some(refused) => Err(Refusal {
                    code: format!("{} {}", refused["status"], refused["code"].as_str().unwrap()),
                    detail: refused["detail"].clone(),
                }),
                None => Ok(answer),
            },
            Err(error) => {
                let error = error.as_db_error().unwrap_or_else(|| panic!("{function}: {error:?}"));
                let status = error.code().code().strip_prefix("WS").unwrap_or_else(|| panic!("{function}: {error:?}"));
                let detail = error.detail().map_or(Value::Null, |detail| serde_json::from_str(detail).unwrap());
                Err(Refusal { code: format!("{status} {}", error.message()), detail })
            }
        }
    }

    /// Goes on as the account that has just signed in.
    fn signed_in(&mut self, answer: &Value) {
        self.session =
            Some(json!({"id": answer["session_id"], "account_id": answer["account"]["id"], "kind": self.kind,
            "epoch": answer["epoch"]}));
    }

    async fn register(&self, email: &str, password: &str) -> (Uuid, Outcome) {
        let id = Uuid::now_v7();
        let input = json!({"id": id, "email": email, "password_hash": format!("a slow and salted hash of {password}"),
            "fingerprint": hash(&format!("{id} {password}")), "traits": traits(), "given_name": "Noura", "family_name": "A", "locale": "ar",
            "identifier_hash": hash(email), "challenge": {"id": Uuid::now_v7(), "secret_hash": hash(&format!("link {id}")), "ttl_s": 3600},
            "message": message("verify_email"), "message_if_known": message("already_registered")});
        (id, self.call("auth_register", input).await)
    }

    /// Follows the link of a registration.
    async fn verify(&self, id: Uuid, password: &str) -> Outcome {
        let input = json!({"purpose": "verify_email", "account_id": id, "secret_hash": hash(&format!("link {id}")),
            "fingerprint": hash(&format!("{id} {password}"))});
        self.call("auth_verify", input).await
    }

    /// A verified account.
    async fn account(&self, email: &str, password: &str) -> Uuid {
        let (id, outcome) = self.register(email, password).await;
        outcome.unwrap();
        self.verify(id, password).await.unwrap();
        id
    }

    async fn find(&self, email: &str, device: Option<&str>) -> Outcome {
        let input = json!({"email": email, "identifier_hash": hash(email), "device_hash": device.map(hash)});
        self.call("auth_find", input).await
    }

    async fn sign_in_with(&self, email: &str, device: &Value, cart: Option<Uuid>) -> Outcome {
        let presented = device["presented_hash"].as_str();
        let input = json!({"email": email, "identifier_hash": hash(email), "device_hash": presented});
        let found = self.call("auth_find", input).await?;
        let mut input = json!({"account_id": found["account"]["id"], "epoch": found["account"]["epoch"], "methods": ["password"],
            "identifier_hash": hash(email), "session": session(), "device": device, "notice": message("new_device")});
        if self.kind == "customer" {
            input["cart"] = json!({"id": cart, "max_quantity": 10, "max_items": 3});
        }
        self.call("auth_sign_in", input).await
    }

    /// A login whose password was right.
    async fn sign_in(&mut self, email: &str) -> Value {
        let answer = self.sign_in_with(email, &device(None), None).await.unwrap();
        self.signed_in(&answer);
        answer
    }

    async fn refresh(&self, token: &str, child: &str) -> Outcome {
        let input = json!({"refresh_hash": hash(token), "child_hash": hash(child), "child_sealed": format!("sealed {child}"),
            "refresh_ttl_s": 604_800, "grace_s": 10});
        self.call("auth_refresh", input).await
    }

    /// Asks for a code by this channel; the challenge.
    async fn ask_code(&self, purpose: &str, channel: &str, destination: &str, code: &str) -> Uuid {
        let id = Uuid::now_v7();
        let input = json!({"purpose": purpose, "channel": channel, "destination": destination, "identifier_hash": hash(destination),
            "challenge": {"id": id, "code_hash": hash(&format!("{id} {code}")), "ttl_s": 600},
            "message": {"id": Uuid::now_v7(), "kind": "code", "channel": channel, "sealed_body": "sealed"}});
        self.call("auth_otp_request", input).await.unwrap();
        id
    }

    async fn enter_code(&self, challenge: Uuid, code: &str) -> Outcome {
        let input = json!({"challenge_id": challenge, "code_hash": hash(&format!("{challenge} {code}")), "new_account_id": Uuid::now_v7(),
            "locale": "ar", "session": session(), "device": device(None), "cart": {"max_quantity": 10, "max_items": 3},
            "next": {"id": Uuid::now_v7(), "ttl_s": 300}});
        self.call("auth_otp_verify", input).await
    }
}

/// Runs as many requests at once, each over a connection of its own.
async fn at_once<F>(database: &Database, caller: &Caller, count: usize, request: F) -> Vec<Outcome>
where
    F: AsyncFn(Caller, usize) -> Outcome,
{
    let mut callers = Vec::new();
    for _ in 0..count {
        callers.push(caller.again(database).await);
    }
    futures::future::join_all(callers.into_iter().enumerate().map(|(number, caller)| request(caller, number))).await
}

/// Makes a member of a shop's staff.
async fn seed_staff(database: &Database, slug: &str, email: &str, role: &str) -> Value {
    let input = json!({"slug": slug, "email": email, "role": role});
    database.sql.query_one("select ops.seed_staff($1)", &[&input]).await.unwrap().get(0)
}

async fn count(database: &Database, query: &str) -> i64 {
    database.sql.query_one(query, &[]).await.unwrap().get(0)
}

//! `/me/integrations`: programs with keys, and what a key opens.

use futures::future::join_all;
use http::Method;
use serde_json::{Value, json};
use tests::{Call, World};

use crate::api::auth::steps::bearer;
use crate::api::auth::{Door, Person, text};

/// Somebody's program.
struct Program<'w> {
    door: Door<'w>,
    owner: Person,
    id: String,
}

impl<'w> Program<'w> {
    async fn make(world: &'w World, slug: &'w str, owner: Person, body: &Value) -> Self {
        let door = Door::tenant(world, slug);
        let made = owner.sign(door.post("/integrations", body)).await.expect(201).data();
        Self { id: text(&made, "/id"), door, owner }
    }

    fn path(&self) -> String {
        format!("/integrations/{}", self.id)
    }

    /// A new key: its id and its text.
    async fn key(&self) -> (String, String) {
        let issued =
            self.owner.sign(self.door.post(&format!("{}/keys", self.path()), &json!({}))).await.expect(201).data();
        (text(&issued, "/key/id"), text(&issued, "/token"))
    }

    /// A request by a key for what the program may see.
    fn ask(&self, key: &str) -> Call {
        bearer(self.door.request(Method::GET, "/members"), key)
    }
}

async fn owner(world: &World, slug: &str) -> Person {
    Door::staff(world, slug).employee(&format!("owner@{slug}.example"), "owner").await
}

fn reader() -> Value {
    json!({"name": "المخزون", "scopes": ["members.view"]})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_opens_what_its_scopes_say_and_is_shown_once() {
    let world = World::start().await;
    let program = Program::make(&world, "qahwa", owner(&world, "qahwa").await, &reader()).await;
    let (id, key) = program.key().await;
    assert!(key.starts_with(&id.replace("key_", "wsk_")), "{key}");
    program.ask(&key).await.expect(200);
    let door = &program.door;
    bearer(door.request(Method::GET, "/roles"), &key).await.expect(200);
    bearer(door.request(Method::GET, "/audit"), &key).await.expect_problem(403, "forbidden");
    // A route that is not open to programs knows no key.
    for path in ["", "/integrations", "/invitations"] {
        bearer(door.request(Method::GET, path), &key).await.expect_problem(401, "invalid_token");
    }
    let shown = door.get(&program.path(), &program.owner).await.expect(200);
    assert!(!shown.text().contains(&key[40..]), "the secret is shown once");
    let listed = shown.data()["keys"][0].clone();
    assert_eq!((listed["id"].as_str(), listed["last_used_at"].is_string()), (Some(id.as_str()), true), "{listed}");
    assert!(key.starts_with(listed["prefix"].as_str().unwrap()));

    // Neither the key nor its secret is in the database, and its maker and its deeds are in the trail.
    let dump = world.count(&format!("select count(*) from app.api_key k where k::text like '%{}%'", &key[40..])).await;
    assert_eq!(dump, 0);
    let patch = json!({"scopes": ["audit.view", "members.view"]});
    door.patch(&program.path(), &program.owner, &patch).await.expect(200);
    bearer(door.request(Method::GET, "/audit/export"), &key).await.expect(200);
    let trail = door.get("/audit?table=entry&action=read", &program.owner).await.expect(200);
    assert!(trail.text().contains(&id), "a program's reading is written down: {}", trail.text());
    let made = door.get("/audit?table=api_key", &program.owner).await.expect(200);
    assert!(made.text().contains("insert") && !made.text().contains("secret_hash"), "{}", made.text());
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_none_says_nothing_of_why() {
    let world = World::start().await;
    let program = Program::make(&world, "qahwa", owner(&world, "qahwa").await, &reader()).await;
    let (id, key) = program.key().await;
    let other = Program::make(&world, "moda", owner(&world, "moda").await, &reader()).await;
    let (_, foreign) = other.key().await;
    let (last, rest) = (key.chars().last().unwrap(), &key[..key.len() - 4]);
    for wrong in [
        foreign.clone(),
        format!("{rest}AAA{last}"),
        key.replace("wsk_", "wsk_0"),
        "wsk_".to_owned(),
        format!("wsk_{}_{}", "0".repeat(32), &key[37..]),
        key.to_uppercase(),
        format!("{key}x"),
    ] {
        program.ask(&wrong).await.expect_problem(401, "invalid_token");
    }
    // It is no cookie, and no customer's.
    let cookie = program.door.request(Method::GET, "/members").header("cookie", format!("__Host-wasla_staff={key}"));
    cookie.await.expect_problem(401, "invalid_token");
    bearer(world.shop("qahwa").get("/me"), &key).await.expect_problem(401, "invalid_token");
    program.ask(&key).await.expect(200);

    let revoke = format!("{}/keys/{id}", program.path());
    assert!(program.door.delete(&revoke, &program.owner).await.expect(200).data()["revoked_at"].is_string());
    program.ask(&key).await.expect_problem(401, "invalid_token");
    program.door.delete(&revoke, &program.owner).await.expect_problem(404, "key_not_found");
    let (_, second) = program.key().await;
    world.sql.execute("update app.api_key set expires_at = now() where revoked_at is null and tenant_id = (select id from app.tenant where slug = 'qahwa')", &[]).await.unwrap();
    program.ask(&second).await.expect_problem(401, "invalid_token");
    let (_, third) = program.key().await;
    program.ask(&third).await.expect(200);
    program.door.delete(&program.path(), &program.owner).await.expect(200);
    program.ask(&third).await.expect_problem(401, "invalid_token");
    program.door.get(&program.path(), &program.owner).await.expect_problem(404, "integration_not_found");
    other.ask(&foreign).await.expect(200);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_followed_by_another_while_it_is_good_yet() {
    let world = World::start().await;
    let program = Program::make(&world, "qahwa", owner(&world, "qahwa").await, &reader()).await;
    let (id, old) = program.key().await;
    let rotate = |id: &str, body: &Value| {
        program.owner.sign(program.door.post(&format!("{}/keys/{id}/rotate", program.path()), body))
    };
    let issued = rotate(&id, &json!({"overlap_s": 3600})).await.expect(201).data();
    let new = text(&issued, "/token");
    for key in [&old, &new] {
        program.ask(key).await.expect(200);
    }
    let issued =
        rotate(&text(&issued, "/key/id"), &json!({"overlap_s": 0, "expires_in_days": 1})).await.expect(201).data();
    program.ask(&new).await.expect_problem(401, "invalid_token");
    program.ask(&text(&issued, "/token")).await.expect(200);
    rotate(&id, &json!({"overlap_s": 604_801})).await.expect_problem(422, "invalid_request");
    rotate("key_00000000000000000000000000000001", &json!({})).await.expect_problem(404, "key_not_found");
    // Of twenty made at once, as many as a program can have: two are live.
    let made = join_all((0..20).map(|_| async {
        program.owner.sign(program.door.post(&format!("{}/keys", program.path()), &json!({}))).await
    }));
    let made = made.await;
    assert_eq!(made.iter().filter(|answer| answer.status == 201).count(), 8);
    assert!(made.iter().all(|answer| answer.status == 201 || answer.code() == "key_limit"));
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_good_from_where_it_is_allowed() {
    let world = World::start().await;
    let elsewhere =
        json!({"name": "ERP", "scopes": ["members.view"], "allowed_addresses": ["192.0.2.0/24", "2001:db8::1"]});
    let program = Program::make(&world, "qahwa", owner(&world, "qahwa").await, &elsewhere).await;
    let (_, key) = program.key().await;
    program.ask(&key).await.expect_problem(403, "address_not_allowed");
    let patch =
        |networks: Value| program.door.patch(&program.path(), &program.owner, &json!({"allowed_addresses": networks}));
    assert_eq!(patch(json!(["127.0.0.0/8"])).await.expect(200).data()["allowed_addresses"], json!(["127.0.0.0/8"]));
    program.ask(&key).await.expect(200);
    for wrong in [json!(["127.0.0.1/8"]), json!(["localhost"]), json!(["127.0.0.1/33"]), json!([""])] {
        patch(wrong).await.expect_problem(422, "invalid_request");
    }
    assert_eq!(patch(json!([])).await.expect(200).data()["allowed_addresses"], json!([]));
    program.ask(&key).await.expect(200);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_has_its_share_and_every_answer_tells_what_is_left() {
    let world = World::start().await;
    let body = json!({"name": "ERP", "scopes": ["members.view"], "rate_per_minute": 20});
    let program = Program::make(&world, "qahwa", owner(&world, "qahwa").await, &body).await;
    let (_, key) = program.key().await;
    let first = program.ask(&key).await.expect(200);
    assert_eq!(first.header("ratelimit-policy"), Some("\"key\";q=20;w=60"));
    assert!(first.header("ratelimit").unwrap().starts_with("\"key\";r=19;t="), "{first:?}");
    let answers = join_all((0..50).map(|_| async { program.ask(&key).await })).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 19);
    let refused = answers.iter().find(|answer| answer.status != 200).unwrap().clone();
    let refused = refused.expect_problem(429, "rate_limit_exceeded");
    assert!(refused.header("ratelimit").unwrap().starts_with("\"key\";r=0;t="), "{refused:?}");
    let wait: u32 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    // Another key has its own share, and people have none of it.
    let (_, another) = program.key().await;
    program.ask(&another).await.expect(200);
    assert_eq!(program.door.get("/members", &program.owner).await.expect(200).header("ratelimit"), None);
    world.sql.execute("update app.api_key_use set window_started_at = now() - interval '1 minute'", &[]).await.unwrap();
    program.ask(&key).await.expect(200);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_program_may_be_given_is_bounded() {
    let world = World::start().await;
    let staff = Door::staff(&world, "qahwa");
    let owner = owner(&world, "qahwa").await;
    let developer = staff.employee("dev@example.com", "developer").await;
    let door = Door::tenant(&world, "qahwa");
    let make = |person: &Person, body: Value| person.sign(door.post("/integrations", &body));
    for (body, field, code) in [
        (json!({"name": "", "scopes": ["members.view"]}), "name", "required"),
        (json!({"name": "A", "scopes": []}), "scopes", "required"),
        (json!({"name": "A", "scopes": ["orders.conjure"]}), "scopes", "unknown_permission"),
        (json!({"name": "A", "scopes": ["wallet.debit"]}), "scopes", "unsupported"),
        (json!({"name": "A", "scopes": ["integrations.manage"]}), "scopes", "unsupported"),
        (json!({"name": "A", "scopes": ["members.view"], "rate_per_minute": 0}), "rate_per_minute", "out_of_range"),
        (json!({"name": "A", "scopes": ["members.view"], "rate_per_minute": 6001}), "rate_per_minute", "out_of_range"),
        (json!({"name": "A", "scopes": ["members.view"], "tenant_id": "x"}), "tenant_id", "unknown_field"),
    ] {
        let refused = make(&owner, body).await.expect_problem(422, "invalid_request").json();
        assert_eq!((&refused["errors"][0]["field"], &refused["errors"][0]["code"]), (&json!(field), &json!(code)));
    }
    // Nobody hands on what they may not do themselves.
    let beyond = json!({"name": "A", "scopes": ["customers.view"]});
    make(&developer, beyond).await.expect_problem(403, "beyond_own_permissions");
    let made = make(&owner, reader()).await.expect(201);
    assert_eq!(made.header("etag"), Some("\"1\""));
    let path = format!("/integrations/{}", text(&made.data(), "/id"));
    let changed = door.patch(&path, &owner, &json!({"name": "B"})).header("if-match", "\"1\"").await.expect(200);
    assert_eq!((changed.data()["name"].as_str(), changed.header("etag")), (Some("B"), Some("\"2\"")));
    let late = door.patch(&path, &owner, &json!({"name": "C"})).header("if-match", "\"1\"").await;
    late.expect_problem(412, "version_mismatch");
    for days in [0, 366] {
        let key = owner.sign(door.post(&format!("{path}/keys"), &json!({"expires_in_days": days})));
        key.await.expect_problem(422, "invalid_request");
    }
    assert_eq!(door.get("/integrations", &owner).await.expect(200).data().as_array().unwrap().len(), 1);
    world.finish().await;
}

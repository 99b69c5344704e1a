//! What leaves a line in the trail, as the shop finds it: every sign-in, whatever became of it, and every change of rights and settings.

use http::Method;
use serde_json::{Value, json};
use tests::{Answer, Call, World, fresh_key};

use crate::api::auth::second_factor::enrol;
use crate::api::auth::{Door, PASSWORD, Person, text};

/// What is done, and which lines it must have left.
struct Deeds<'w> {
    door: Door<'w>,
    shop: Door<'w>,
    /// The request, and the lines it is to have left, as `table action`, with `outcome` of attempts.
    done: Vec<(String, String, Vec<&'static str>)>,
}

impl Deeds<'_> {
    /// Sends a request that succeeds or, of a sign-in, is refused.
    async fn of(&mut self, what: &str, call: Call, status: u16, lines: &[&'static str]) -> Answer {
        let id = fresh_key();
        let answer = call.request_id(&id).await.expect(status);
        self.done.push((what.to_owned(), id, lines.to_vec()));
        answer
    }

    /// Looks for every line as somebody who may.
    async fn find(&self, owner: &Person) {
        for (what, id, expected) in &self.done {
            let lines = self.shop.get(&format!("/audit?request_id={id}&limit=100"), owner).await.expect(200).data();
            let lines = lines.as_array().unwrap();
            let told: Vec<String> = lines.iter().map(tell).collect();
            for line in expected {
                assert!(told.iter().any(|told| told == line), "{what}: no {line:?} in {told:?}");
            }
            for line in lines {
                assert!(line["ip"] == "127.0.0.1" && line["actor"] != "system", "{what}: {line}");
            }
        }
    }

    fn owned(&self, person: &Person, method: Method, path: &str, body: &Value) -> Call {
        person.sign(self.shop.request(method, path).json(body))
    }
}

fn tell(line: &Value) -> String {
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    match line["table"] == "attempt" {
        true => format!("{} {}", word(&line["after"]["kind"]), word(&line["after"]["outcome"])),
        false => format!("{} {}", word(&line["table"]), word(&line["action"])),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_sign_in_is_found_whatever_became_of_it() {
    let world = World::start().await;
    let (door, shop) = (Door::staff(&world, "qahwa"), Door::tenant(&world, "qahwa"));
    let owner = door.employee("noura@example.com", "owner").await;
    door.employ("salem@example.com", "manager").await;
    let mut deeds = Deeds { door, shop, done: Vec::new() };
    let salem = "salem@example.com";
    let signed = deeds.of("login", door.login(salem, PASSWORD), 200, &["password succeeded", "session insert"]).await;
    let person = Person::read(signed);
    deeds.of("wrong password", door.login(salem, "another password 9"), 401, &["password failed"]).await;
    deeds.of("nobody", door.login("nobody@example.com", PASSWORD), 401, &["password failed"]).await;
    let refreshed = deeds.of("refresh", door.refresh(&person.refresh), 200, &["refresh succeeded"]).await;
    let person = Person::read(refreshed);
    let (secret, _) = enrol(&door, &person).await;
    world.sql.execute("delete from identity.throttle", &[]).await.unwrap();
    let asked = deeds.of("password of two", door.login(salem, PASSWORD), 200, &["password second_factor"]).await.data();
    let ticket = text(&asked, "/ticket");
    let factor = |code: &str| door.post("/mfa/challenge", &json!({"ticket": ticket, "method": "totp", "code": code}));
    let late = secret.code_at(crate::api::auth::second_factor::step() + 40);
    deeds.of("wrong code", factor(late.as_str()), 401, &["totp failed"]).await;
    deeds.of("logout", person.sign(door.request(Method::POST, "/logout")), 200, &["session update"]).await;

    let customers = Door::customers(&world, "qahwa");
    let (challenge, code) = customers.code("+966512345678").await;
    let wrong = json!({"challenge_id": challenge, "code": if code == "000000" { "000001" } else { "000000" }});
    deeds.of("wrong one-time code", customers.post("/otp/verify", &wrong), 401, &["otp failed"]).await;
    let right = customers.post("/otp/verify", &json!({"challenge_id": challenge, "code": code}));
    let lines = ["otp succeeded", "account insert", "session insert"];
    let customer = Person::read(deeds.of("one-time code", right, 200, &lines).await);
    deeds.find(&owner).await;

    // Which people's addresses were tried is nobody's to read.
    let attempts =
        world.sql.query("select after::text from audit.entry where table_name = 'attempt'", &[]).await.unwrap();
    assert!(attempts.len() > 8);
    assert!(attempts.iter().all(|row| !row.get::<_, &str>(0).contains("identifier_hash")));
    let own = format!("/audit?table=session&action=insert&actor={}", customer.id);
    let own = deeds.shop.get(&own, &owner).await.expect(200).data();
    assert_eq!(own.as_array().unwrap().len(), 1, "whoever signs in does it themselves: {own}");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_change_of_rights_and_settings_is_found() {
    let world = World::start().await;
    let (door, shop) = (Door::staff(&world, "qahwa"), Door::tenant(&world, "qahwa"));
    let owner = door.employee("noura@example.com", "owner").await;
    let clerk = door.employee("salem@example.com", "viewer").await;
    let admin = door.employee("huda@example.com", "admin").await;
    let mut deeds = Deeds { door, shop, done: Vec::new() };
    let (patch, post, delete) = (Method::PATCH, Method::POST, Method::DELETE);
    let role = json!({"key": "counter", "name": "Counter", "permissions": ["stock.adjust"]});
    let member = format!("/members/{}", clerk.id);
    let invited = json!({"email": "lina@example.com", "role": "viewer"});
    let deed = |method: &Method, path: &str, body: Value| deeds.owned(&owner, method.clone(), path, &body);
    let calls = [
        ("settings", deed(&patch, "", json!({"timezone": "Asia/Dubai"})), 200, "tenant update"),
        ("domain asked for", deed(&post, "/domains", json!({"domain": "shop.example"})), 201, "tenant_domain insert"),
        ("role made", deed(&post, "/roles", role), 201, "role insert"),
        ("role given", deed(&patch, &member, json!({"role": "counter"})), 200, "membership update"),
        ("role changed", deed(&patch, "/roles/counter", json!({"permissions": []})), 200, "role update"),
        ("role taken", deed(&patch, &member, json!({"role": "viewer"})), 200, "membership update"),
        ("suspension", deed(&patch, &member, json!({"status": "suspended"})), 200, "membership update"),
        ("removal", owner.sign(shop.request(delete.clone(), &member)), 200, "membership update"),
        ("role removed", owner.sign(shop.request(delete.clone(), "/roles/counter")), 200, "role update"),
    ];
    world.mailbox().deliver().await;
    let invite = deed(&post, "/invitations", invited);
    let taken_back = deed(&post, "/invitations", json!({"email": "rami@example.com", "role": "viewer"}));
    for (what, call, status, line) in calls {
        deeds.of(what, call, status, &[line]).await;
    }
    deeds.of("invitation", invite, 201, &["invitation insert"]).await;
    let other = deeds.of("another invitation", taken_back, 201, &["invitation insert"]).await.data();
    let revoke = owner.sign(shop.request(delete, &format!("/invitations/{}", text(&other, "/id"))));
    deeds.of("invitation taken back", revoke, 200, &["invitation update"]).await;
    let token = world.mailbox().latest("lina@example.com").await.token().to_owned();
    let accept = deeds.door.post("/invitations/accept", &json!({"token": token, "password": PASSWORD}));
    deeds.of("invitation accepted", accept, 200, &["invitation update", "membership insert", "account insert"]).await;
    let lina = Person::read(door.login("lina@example.com", PASSWORD).await);
    deeds.of("leaving", deeds.owned(&lina, post.clone(), "/leave", &json!({})), 200, &["membership update"]).await;
    let hand = deeds.owned(&owner, post, "/ownership", &json!({"account_id": admin.id}));
    deeds.of("ownership", hand, 200, &["membership update", "membership update"]).await;
    let new_owner = Person::read(door.login("huda@example.com", PASSWORD).await);
    deeds.find(&new_owner).await;
    world.finish().await;
}

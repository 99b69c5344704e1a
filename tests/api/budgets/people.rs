//! What people do: a sign-in takes two statements, everything else one.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use commerce_identity::corpus;
use commerce_identity::jwk::{JwkSet, generate_ed25519};
use commerce_identity::token::Signer;
use hmac::{Hmac, KeyInit, Mac};
use http::Method;
use serde_json::{Value, json};
use sha2::Sha256;
use tests::{Answer, Call, CountingSeam, Placed, Probe, World, address, fresh_key, peer};

use crate::api::auth::oauth::{Stand, begin, callback_call};
use crate::api::auth::second_factor::{secret, step};
use crate::api::auth::steps::{OTHER_PASSWORD, PASSWORD, bearer, forget_failures, let_send_gap_pass, proof};
use crate::api::auth::{Door, Person, text};

const SARA: &str = "sara@example.com";
const PHONE: &str = "+966500000091";
/// Longer than the edge believes what it knows of a tenant.
const FORGOTTEN: Duration = Duration::from_millis(5_200);

/// Sends a request and checks its status and how many statements it took.
#[derive(Clone)]
struct Budget(Arc<Probe>);

impl Budget {
    async fn keep(&self, call: Call, status: u16, most: usize) -> Answer {
        let id = fresh_key();
        let answer = call.request_id(&id).await.expect(status);
        let statements = self.0.statements_of(&id);
        assert!(statements.len() <= most, "{} instead of {most}: {statements:?} {}", statements.len(), answer.text());
        assert!(most == 0 || status >= 300 || !statements.is_empty(), "the seam saw nothing of {}", answer.text());
        answer
    }

    /// Everything but a sign-in.
    async fn one(&self, call: Call, status: u16) -> Answer {
        self.keep(call, status, 1).await
    }

    /// A sign-in.
    async fn two(&self, call: Call, status: u16) -> Answer {
        self.keep(call, status, 2).await
    }
}

async fn world() -> (Budget, World) {
    let probe = CountingSeam::new();
    let world = World::builder().seam(probe.clone()).start().await;
    (Budget(probe), world)
}

/// From the first message to the last password; staff and customers alike.
#[tokio::test(flavor = "multi_thread")]
async fn an_account_begins_and_changes_within_its_budget() {
    let (budget, world) = world().await;
    let mail = world.mailbox();
    for (door, role) in [(Door::customers(&world, "qahwa"), None), (Door::staff(&world, "qahwa"), Some("owner"))] {
        let registration = json!({"email": SARA, "password": PASSWORD});
        budget.one(door.post("/register", &registration), 202).await;
        budget.one(door.post("/verify-email", &proof(&mail.latest(SARA).await)), 200).await;
        if let Some(role) = role {
            let staff = json!({"slug": "qahwa", "email": SARA, "role": role});
            world.sql.execute("select ops.seed_staff($1)", &[&staff]).await.unwrap();
        }

        budget.two(door.login(SARA, "wrong password 1"), 401).await;
        budget.two(door.login("nobody@example.com", PASSWORD), 401).await;
        let sara = Person::read(budget.two(door.login(SARA, PASSWORD), 200).await);
        let_send_gap_pass(&world).await;
        budget.one(door.post("/password/forgot", &json!({"email": SARA})), 202).await;
        let reset = json!({"token": mail.latest(SARA).await.token(), "password": OTHER_PASSWORD});
        budget.one(door.post("/password/reset", &reset), 200).await;
        budget.one(door.get("/sessions", &sara), 401).await;
        let sara = Person::read(budget.two(door.login(SARA, OTHER_PASSWORD), 200).await);
        let change = json!({"current_password": OTHER_PASSWORD, "password": "nine quiet lamps in rain"});
        budget.one(sara.sign(door.post("/password/change", &change)), 200).await;
        let wrong = json!({"current_password": "not this one at all", "password": PASSWORD});
        budget.one(sara.sign(door.post("/password/change", &wrong)), 401).await;
        budget.one(door.post("/logout", &json!({"refresh_token": sara.refresh})), 200).await;
        let_send_gap_pass(&world).await;
        forget_failures(&world).await;
        mail.deliver().await;
        mail.clear();
    }
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_and_codes_keep_their_budget() {
    let (budget, world) = world().await;
    let door = Door::customers(&world, "qahwa");
    let code = json!({"channel": "sms", "phone": PHONE});
    let asked = budget.one(door.post("/otp/request", &code), 202).await.data();
    let letter = world.mailbox().latest(PHONE).await;
    let answer = |code: &str| json!({"challenge_id": asked["challenge_id"], "code": code});
    let wrong = if letter.code() == "000000" { "000001" } else { "000000" };
    budget.one(door.post("/otp/verify", &answer(wrong)), 401).await;
    let sara = Person::read(budget.one(door.post("/otp/verify", &answer(letter.code())), 200).await);

    let sara = Person::read(budget.one(door.refresh(&sara.refresh), 200).await);
    budget.one(door.refresh("wr_x"), 401).await;
    budget.one(door.get("/sessions", &sara), 200).await;
    budget.one(door.delete("/sessions", &sara), 200).await;
    budget.one(door.delete("/sessions/ses_00000000000000000000000000000001", &sara), 404).await;
    budget.one(door.request(Method::GET, "/oauth"), 200).await;

    // An authenticator, and a sign-in with it.
    let offer = budget.one(sara.sign(door.request(Method::POST, "/mfa/totp")), 200).await.data();
    let totp = secret(&text(&offer, "/secret"));
    let first = json!({"ticket": offer["ticket"], "code": totp.code_at(step() - 1).as_str()});
    budget.one(sara.sign(door.post("/mfa/totp/confirm", &first)), 200).await;
    let_send_gap_pass(&world).await;
    let (challenge_id, code) = door.code(PHONE).await;
    let asked =
        budget.one(door.post("/otp/verify", &json!({"challenge_id": challenge_id, "code": code})), 200).await.data();
    assert_eq!(asked["status"], "second_factor_required", "{asked}");
    let second = |code: &str| json!({"ticket": asked["ticket"], "method": "totp", "code": code});
    budget.one(door.post("/mfa/challenge", &second("000000")), 401).await;
    let sara = Person::read(budget.one(door.post("/mfa/challenge", &second(totp.code_at(step()).as_str())), 200).await);
    budget.one(sara.sign(door.request(Method::POST, "/mfa/recovery-codes")), 200).await;
    budget.one(door.delete("/mfa/totp", &sara), 200).await;
    budget.one(sara.sign(door.request(Method::POST, "/logout")), 200).await;
    budget.one(door.get("/sessions", &sara), 401).await;
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_staff_do_keeps_its_budget() {
    let (budget, world) = world().await;
    let door = Door::staff(&world, "qahwa");
    let owner = door.employee("owner@example.com", "owner").await;
    let member = door.employee("member@example.com", "viewer").await;
    let customer = Door::customers(&world, "qahwa").customer(PHONE).await;
    budget.one(door.get("/me", &owner), 200).await;
    budget.one(door.patch("/me", &owner, &json!({"given_name": "N"})), 200).await;
    let (members, customers) = (format!("/members/{}", member.id), format!("/customers/{}", customer.id));
    for of in [&members, &customers] {
        budget.one(door.get(&format!("{of}/sessions"), &owner), 200).await;
        budget.one(door.delete(&format!("{of}/sessions/ses_00000000000000000000000000000001"), &owner), 404).await;
        budget.one(door.delete(&format!("{of}/sessions"), &owner), 200).await;
    }
    let shop = Door::tenant(&world, "qahwa");
    budget.one(shop.get("", &owner), 200).await;
    budget.one(shop.patch("", &owner, &json!({"show_available": false})), 200).await;
    budget.one(shop.get("/members?q=member", &owner), 200).await;
    budget.one(shop.get("/audit?table=membership", &owner), 200).await;
    budget.one(shop.get("/audit/export?table=membership", &owner), 200).await;
    budget.one(shop.get(&members, &owner), 200).await;
    budget.one(shop.patch(&members, &owner, &json!({"role": "manager"})), 200).await;
    budget.one(shop.patch(&members, &owner, &json!({"status": "suspended"})), 200).await;
    let many = json!({"account_ids": [member.id], "status": "active"});
    budget.one(shop.patch("/members", &owner, &many), 200).await;
    let role = json!({"key": "counter", "name": "Counter", "permissions": ["stock.adjust"]});
    budget.one(owner.sign(shop.post("/roles", &role)), 201).await;
    budget.one(shop.get("/roles", &owner), 200).await;
    budget.one(shop.get("/usage", &owner), 200).await;
    budget.one(shop.get("/roles/counter", &owner), 200).await;
    budget.one(shop.patch("/roles/counter", &owner, &json!({"base": "viewer"})), 200).await;
    budget.one(shop.delete("/roles/counter", &owner), 200).await;
    let program = json!({"name": "ERP", "scopes": ["audit.view", "members.view"]});
    let program = budget.one(owner.sign(shop.post("/integrations", &program)), 201).await.data();
    let path = format!("/integrations/{}", text(&program, "/id"));
    budget.one(shop.get("/integrations", &owner), 200).await;
    budget.one(shop.get(&path, &owner), 200).await;
    budget.one(shop.patch(&path, &owner, &json!({"name": "E"})), 200).await;
    let issued = budget.one(owner.sign(shop.post(&format!("{path}/keys"), &json!({}))), 201).await.data();
    let rotate = format!("{path}/keys/{}/rotate", text(&issued, "/key/id"));
    let issued = budget.one(owner.sign(shop.post(&rotate, &json!({}))), 201).await.data();
    let by_key = |path: &str| bearer(shop.request(Method::GET, path), &text(&issued, "/token"));
    budget.one(by_key("/members"), 200).await;
    budget.one(by_key("/audit"), 200).await;
    budget.one(shop.delete(&format!("{path}/keys/{}", text(&issued, "/key/id")), &owner), 200).await;
    budget.one(by_key("/members"), 401).await;
    budget.one(shop.delete(&path, &owner), 200).await;
    a_domain_is_within_it(&budget, shop, &owner).await;
    let invitation = json!({"email": "new@example.com", "role": "viewer"});
    let invited = budget.one(owner.sign(shop.post("/invitations", &invitation)), 201).await.data();
    let link = json!({"token": world.mailbox().latest("new@example.com").await.token(), "password": OTHER_PASSWORD});
    budget.one(shop.get("/invitations", &owner), 200).await;
    let path = format!("/invitations/{}", text(&invited, "/id"));
    budget.one(owner.sign(shop.request(Method::POST, &format!("{path}/resend"))), 429).await;
    budget.one(door.post("/invitations/accept", &link), 200).await;
    budget.one(shop.delete(&path, &owner), 409).await;
    let heir = format!("usr_{}", "0".repeat(31) + "1");
    budget.one(owner.sign(shop.post("/ownership", &json!({"account_id": heir}))), 404).await;
    budget.one(door.patch(&customers, &owner, &json!({"status": "suspended"})), 200).await;

    let alias = |path: &str, body: Value| {
        world.request(Method::POST, &format!("/api/auth/token/{path}")).host(&door.shop.host()).json(&body)
    };
    let login = json!({"email": "owner@example.com", "password": crate::api::auth::PASSWORD});
    let fields = [("email", "owner@example.com"), ("password", crate::api::auth::PASSWORD)];
    let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let page = world.request(Method::POST, "/accounts/login").host(&door.shop.host());
    budget.two(page.header("content-type", "application/x-www-form-urlencoded").body(form), 303).await;
    let owner = Person::read(budget.two(alias("", login), 200).await);
    budget.one(alias("verify/", json!({"token": owner.access})), 200).await;
    budget.one(alias("refresh/", json!({"refresh_token": owner.refresh})), 200).await;

    // What a look at the request alone decides.
    budget.keep(world.request(Method::GET, "/.well-known/jwks.json"), 200, 0).await;
    budget.keep(door.request(Method::GET, "/me"), 401, 0).await;
    budget.keep(door.request(Method::GET, "/me").header("authorization", "Bearer a.b.c"), 401, 0).await;
    budget.keep(door.post("/login", &json!({"email": "nobody", "password": "x"})), 422, 0).await;
    let forbidden = door.employee("viewer@example.com", "viewer").await;
    budget.keep(shop.patch(&members, &forbidden, &json!({"role": "owner"})), 403, 0).await;
    budget.one(forbidden.sign(shop.post("/leave", &json!({}))), 200).await;
    world.finish().await;
}

/// What was asked for is read before the DNS is, and verified after: two statements; everything else is one.
async fn a_domain_is_within_it(budget: &Budget, shop: Door<'_>, owner: &Person) {
    let asked = budget.one(owner.sign(shop.post("/domains", &json!({"domain": "shop.example"}))), 201).await.data();
    let path = format!("/domains/{}", text(&asked, "/id"));
    let verify = || owner.sign(shop.request(Method::POST, &format!("{path}/verify")));
    budget.one(verify(), 409).await;
    let (name, value) = (text(&asked, "/proof/record_name"), text(&asked, "/proof/record_value"));
    shop.shop.world.gateway.set_txt(&name, &[&value]).unwrap();
    budget.two(verify(), 200).await;
    budget.one(verify(), 200).await;
    budget.one(shop.get("/domains", owner), 200).await;
    budget.one(shop.get(&path, owner), 200).await;
    budget.one(shop.patch(&path, owner, &json!({"is_primary": true})), 200).await;
    budget.one(shop.delete(&path, owner), 200).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_a_customers_own_keeps_its_budget() {
    let (budget, world) = world().await;
    let shop = world.shop("qahwa");
    let sara = Door::customers(&world, "qahwa").customer(PHONE).await;
    let cart = shop.cart_with(&[(&shop.any_variant().await, 1)]).await;
    let placed = Placed::read(sara.sign(shop.checkout(&cart, &fresh_key())).await);
    budget.one(sara.sign(shop.get("/me")), 200).await;
    budget.one(sara.sign(shop.patch("/me", &json!({"given_name": "Sara"}))), 200).await;
    let home = json!({"name": "Sara", "phone": "0501234567", "address": address("SA")});
    let added = budget.one(sara.sign(shop.post("/me/addresses", &home)), 201).await.data();
    let path = format!("/me/addresses/{}", text(&added, "/id"));
    budget.one(sara.sign(shop.get("/me/addresses")), 200).await;
    budget.one(sara.sign(shop.patch(&path, &json!({"label": "Home"}))), 200).await;
    budget.one(sara.sign(shop.delete(&path)), 200).await;
    budget.one(sara.sign(shop.delete(&path)), 404).await;
    budget.one(sara.sign(shop.get("/me/orders")), 200).await;
    budget.one(sara.sign(shop.get("/me/orders?limit=1")), 200).await;
    budget.one(sara.sign(shop.get(&format!("/me/orders/{}", placed.order_id))), 200).await;
    world.finish().await;
}

/// The statement that is there anyway finds the tenant too.
#[tokio::test(flavor = "multi_thread")]
async fn a_component_that_knows_no_tenant_keeps_the_budget() {
    let (budget, world) = world().await;
    let (staff, shop) = (Door::staff(&world, "qahwa"), world.shop("qahwa"));
    let noura = staff.employee("noura@example.com", "owner").await;
    let sara = Door::customers(&world, "qahwa").customer(PHONE).await;
    tokio::time::sleep(FORGOTTEN).await;
    let noura = Person::read(budget.one(staff.refresh(&noura.refresh), 200).await);
    tokio::time::sleep(FORGOTTEN).await;
    budget.two(staff.login("noura@example.com", crate::api::auth::PASSWORD), 200).await;
    tokio::time::sleep(FORGOTTEN).await;
    budget.one(staff.get("/me", &noura), 200).await;
    budget.one(sara.sign(shop.get("/me")), 200).await;
    world.finish().await;
}

/// A run at a provider: a callback finds out what the state asks for, and then begins the session.
#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_with_others_keeps_its_budget() {
    let probe = CountingSeam::new();
    let stand = Stand::of(Stand::builder().seam(probe.clone())).await;
    let (budget, door) = (Budget(probe), Door::customers(&stand.world, "qahwa"));
    budget.one(door.request(Method::GET, "/oauth"), 200).await;
    budget.one(door.request(Method::GET, "/oauth/test/start"), 303).await;
    // The first one creates the account, the second one finds it.
    for _ in 0..2 {
        let begun = begin(door, "").await;
        let callback = stand.provider.sign_in(&begun.location, "sara").await;
        Person::read(budget.two(callback_call(door, &callback, &begun.cookie), 200).await);
        // A state is good once.
        budget.two(callback_call(door, &callback, &begun.cookie), 401).await;
    }
    budget.keep(door.request(Method::GET, "/oauth/test/callback?code=x"), 401, 0).await;
    stand.world.finish().await;
}

const ISSUER: &str = "https://clerk.qahwa.example";
const PAGE: &str = "https://qahwa.example";
const HOOK: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    i64::try_from(since.as_secs()).unwrap()
}

/// A webhook after the Standard Webhooks specification.
fn webhook(door: Door<'_>, body: &Value) -> Call {
    let (id, at, body) = (fresh_key(), now(), body.to_string());
    let mut mac = Hmac::<Sha256>::new_from_slice(&STANDARD.decode(&HOOK["whsec_".len()..]).unwrap()).unwrap();
    mac.update(format!("{id}.{at}.{body}").as_bytes());
    let signature = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
    let call = door.request(Method::POST, "/oauth/clerk/webhook").body(body).header("webhook-id", id);
    call.header("webhook-timestamp", at.to_string()).header("webhook-signature", signature)
}

/// Tokens that clients bring, and what their issuer tells of its people.
#[tokio::test(flavor = "multi_thread")]
async fn a_brought_token_and_a_webhook_keep_their_budget() {
    let signer = Signer::from_jwk(&generate_ed25519("ins_1", [9; 32]).unwrap().private_jwk).unwrap();
    let published = JwkSet::new(vec![signer.public_jwk().clone()]).unwrap().to_json();
    let origin = peer::serve(move |_, _| std::future::ready((200, published.clone()))).await;
    let probe = CountingSeam::new();
    let world = World::builder().seam(probe.clone()).variable("sign_in_origin", "http://127.0.0.1:*");
    let world = world.variable("sign_in_credentials", &json!({"hook": HOOK}).to_string()).start().await;
    let row = json!({"slug": "qahwa", "name": "clerk", "title": "Clerk", "flow": "token", "issuer": ISSUER,
        "jwks_url": format!("{origin}/jwks"), "authorized_parties": [PAGE], "webhook_ref": "hook", "proves_email": "claimed"});
    world.sql.execute("select ops.set_provider($1)", &[&row]).await.unwrap();
    let (budget, door) = (Budget(probe), Door::customers(&world, "qahwa"));
    let user = json!({"type": "user.created", "timestamp": now() * 1_000, "data": {"id": "user_1", "first_name": "Sara", "banned": false,
        "primary_email_address_id": "e", "email_addresses": [{"id": "e", "email_address": SARA, "verification": {"status": "verified"}}]}});
    budget.two(webhook(door, &user), 200).await;
    budget.two(webhook(door, &user), 200).await;
    let claims =
        json!({"iss": ISSUER, "sub": "user_1", "azp": PAGE, "exp": now() + 60, "iat": now() - 1, "nbf": now() - 1});
    let token = corpus::sign(&signer, r#"{"alg":"EdDSA","kid":"ins_1"}"#, &claims.to_string()).unwrap();
    for _ in 0..2 {
        Person::read(budget.two(door.post("/oauth/clerk/token", &json!({"token": token})), 200).await);
    }
    budget.two(door.post("/oauth/clerk/token", &json!({"token": format!("{token}A")})), 401).await;
    let forged = webhook(door, &user).set_header("webhook-timestamp", "1");
    budget.two(forged, 401).await;
    world.finish().await;
}

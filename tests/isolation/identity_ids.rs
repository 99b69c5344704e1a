//! Another person's ids, and another shop's, answer as ids that do not exist; a token is good at the shop that gave it alone.

use http::Method;
use serde_json::json;
use tests::{Call, Shop, World, address};

use super::foreign_ids::face;
use crate::api::auth::steps::bearer;
use crate::api::auth::{Door, Person, text};

/// What a customer has, by id.
#[derive(Clone)]
struct Ids {
    address: String,
    order: String,
    session: String,
}

impl Ids {
    async fn of(shop: Shop<'_>, person: &Person) -> Self {
        let home = json!({"name": "سارة", "phone": "+966501234567", "address": address("SA")});
        let added = person.sign(shop.post("/me/addresses", &home)).await.expect(201).data();
        let placed = shop.place(&[(&shop.any_variant().await, 1)]).await;
        let give = format!(
            "begin; select set_config('app.tenant_id', '{}', true); update app.sales_order set customer_id = '{}' where id = '{}'; commit",
            shop.tenant_id().await,
            tests::uuid(&person.id),
            tests::uuid(&placed.order_id)
        );
        shop.world.sql.batch_execute(&give).await.unwrap();
        person.sign(shop.get(&format!("/me/orders/{}", placed.order_id))).await.expect(200);
        Self { address: text(&added, "/id"), order: placed.order_id, session: person.session.clone() }
    }

    /// Ids of the same kinds that nothing has.
    fn absent() -> Self {
        let id = |prefix: &str| format!("{prefix}_{}", uuid::Uuid::now_v7().simple());
        Self { address: id("adr"), order: id("ord"), session: id("ses") }
    }
}

/// Every customers' route that takes an id of a person's own.
fn requests(door: &Door<'_>, ids: &Ids) -> Vec<(&'static str, Call)> {
    let shop = door.shop;
    let address = format!("/me/addresses/{}", ids.address);
    vec![
        ("change address", shop.patch(&address, &json!({"label": "x"}))),
        ("remove address", shop.delete(&address)),
        ("order", shop.get(&format!("/me/orders/{}", ids.order))),
        ("session", door.request(Method::DELETE, &format!("/sessions/{}", ids.session))),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn another_customers_ids_do_not_exist() {
    let world = World::start().await;
    let (qahwa, moda) = (Door::customers(&world, "qahwa"), Door::customers(&world, "moda"));
    let sara = qahwa.customer("+966500000901").await;
    let (noura, stranger) = (qahwa.customer("+966500000902").await, moda.customer("+966500000902").await);
    let own = Ids::of(qahwa.shop, &sara).await;
    let others =
        [("same shop", Ids::of(qahwa.shop, &noura).await), ("other shop", Ids::of(moda.shop, &stranger).await)];
    for (whose, foreign) in &others {
        for ((name, call), (_, absent)) in requests(&qahwa, foreign).into_iter().zip(requests(&qahwa, &Ids::absent())) {
            let (answer, absent) = (sara.sign(call).await, sara.sign(absent).await);
            assert_eq!(answer.status, 404, "{name}, {whose}: {}", answer.text());
            assert_eq!(face(&answer), face(&absent), "{name}, {whose}");
        }
    }
    // All of it is still its owner's; what is one's own opens.
    for (door, person, ids) in [(qahwa, &sara, &own), (qahwa, &noura, &others[0].1), (moda, &stranger, &others[1].1)] {
        for (name, call) in requests(&door, ids) {
            let answer = person.sign(call).await;
            assert!(answer.is_success(), "{name}: {} {}", answer.status, answer.text());
        }
    }
    world.finish().await;
}

/// Every request of an administrator about somebody else and their sessions.
fn of_others(door: &Door<'_>, member: &str, customer: &str, session: &str) -> Vec<Call> {
    let mut calls = Vec::new();
    let tenant = Door::tenant(door.shop.world, door.shop.slug);
    let member_path = format!("/members/{member}");
    calls.push(tenant.request(Method::GET, &member_path));
    calls.push(tenant.request(Method::PATCH, &member_path).json(&json!({"status": "suspended"})));
    calls.push(tenant.request(Method::DELETE, &member_path));
    calls.push(tenant.post("/ownership", &json!({"account_id": member})));
    for account in [format!("/members/{member}"), format!("/customers/{customer}")] {
        calls.push(door.request(Method::GET, &format!("{account}/sessions")));
        calls.push(door.request(Method::DELETE, &format!("{account}/sessions")));
        calls.push(door.request(Method::DELETE, &format!("{account}/sessions/{session}")));
    }
    calls
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_manages_people_of_another_shop() {
    let world = World::start().await;
    let (qahwa, moda) = (Door::staff(&world, "qahwa"), Door::staff(&world, "moda"));
    let owner = qahwa.employee("noura@example.com", "owner").await;
    let member = moda.employee("salem@example.com", "manager").await;
    let shoppers = Door::customers(&world, "moda");
    let customer = shoppers.customer("+966500000904").await;
    let absent = |prefix: &str| format!("{prefix}_{}", uuid::Uuid::now_v7().simple());
    let nobody = of_others(&qahwa, &absent("usr"), &absent("cus"), &absent("ses"));
    // Theirs, and a member's id where a customer's belongs and the other way round.
    let swapped = |id: &str, prefix: &str| format!("{prefix}{}", &id[3..]);
    for (member_id, customer_id, session) in [
        (member.id.clone(), customer.id.clone(), &member.session),
        (member.id.clone(), customer.id.clone(), &customer.session),
        (swapped(&customer.id, "usr"), swapped(&member.id, "cus"), &customer.session),
    ] {
        let theirs = of_others(&qahwa, &member_id, &customer_id, session);
        for (call, nobodys) in theirs.into_iter().zip(nobody.clone()) {
            let (answer, nobodys) = (owner.sign(call).await, owner.sign(nobodys).await);
            assert_eq!(answer.status, 404, "{}", answer.text());
            assert_eq!(face(&answer), face(&nobodys));
        }
    }
    for call in of_others(&qahwa, "usr_1", "cus_1", &member.session) {
        let code = owner.sign(call).await.expect(404).code();
        assert!(["member_not_found", "customer_not_found"].contains(&&*code), "{code}");
    }
    // A session of one's own shop is not found with somebody else's account either, nor is a foreign one with one's own.
    let own = format!("/members/{}/sessions/{}", owner.id, member.session);
    qahwa.delete(&own, &owner).await.expect_problem(404, "session_not_found");
    let own = format!("/members/{}/sessions/{}", member.id, owner.session);
    qahwa.delete(&own, &owner).await.expect_problem(404, "member_not_found");
    moda.get("/me", &member).await.expect(200);
    shoppers.get("/sessions", &customer).await.expect(200);
    qahwa.get("/me", &owner).await.expect(200);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_one_shop_is_none_at_another() {
    let world = World::start().await;
    let any = "00000000000000000000000000000001";
    let [customers, staff] = [Door::customers, Door::staff].map(|door| (door(&world, "qahwa"), door(&world, "moda")));
    let sara = customers.0.customer("+966500000903").await;
    let noura = staff.0.employee("noura@example.com", "owner").await;
    let both = |door: Door<'_>| {
        let password = json!({"current_password": "x", "password": "nine quiet lamps in rain"});
        vec![
            door.post("/password/change", &password),
            door.post("/mfa/totp", &json!({})),
            door.post("/mfa/totp/confirm", &json!({"code": "000000"})),
            door.request(Method::DELETE, "/mfa/totp"),
            door.post("/mfa/recovery-codes", &json!({})),
            door.request(Method::GET, "/sessions"),
            door.request(Method::DELETE, "/sessions"),
            door.request(Method::DELETE, &format!("/sessions/ses_{any}")),
        ]
    };
    let moda = world.shop("moda");
    let mut of_customers = both(customers.1);
    let home = json!({"name": "سارة", "phone": "+966501234567", "address": address("SA")});
    of_customers.extend([
        moda.get("/me"),
        moda.patch("/me", &json!({"given_name": "x"})),
        moda.get("/me/addresses"),
        moda.post("/me/addresses", &home),
        moda.patch(&format!("/me/addresses/adr_{any}"), &json!({"label": "x"})),
        moda.delete(&format!("/me/addresses/adr_{any}")),
        moda.get("/me/orders"),
        moda.get(&format!("/me/orders/ord_{any}")),
    ]);
    let mut of_staff = both(staff.1);
    of_staff.extend([
        staff.1.request(Method::GET, "/me"),
        staff.1.request(Method::PATCH, "/me").json(&json!({"given_name": "x"})),
        staff.1.request(Method::PATCH, &format!("/customers/cus_{any}")).json(&json!({"status": "suspended"})),
    ]);
    let tenant = Door::tenant(&world, "moda");
    of_staff.extend([
        tenant.request(Method::GET, ""),
        tenant.request(Method::PATCH, "").json(&json!({"show_available": true})),
        tenant.request(Method::GET, "/members"),
        tenant.request(Method::GET, &format!("/members/usr_{any}")),
        tenant.request(Method::PATCH, &format!("/members/usr_{any}")).json(&json!({"role": "viewer"})),
        tenant.request(Method::DELETE, &format!("/members/usr_{any}")),
        tenant.post("/leave", &json!({})),
        tenant.post("/ownership", &json!({"account_id": format!("usr_{any}")})),
        tenant.request(Method::GET, "/roles"),
        tenant.post("/roles", &json!({"key": "counter", "name": "C"})),
        tenant.request(Method::GET, "/roles/owner"),
        tenant.request(Method::PATCH, "/roles/counter").json(&json!({"name": "N"})),
        tenant.request(Method::DELETE, "/roles/counter"),
        tenant.request(Method::GET, "/domains"),
        tenant.post("/domains", &json!({"domain": "shop.example"})),
        tenant.request(Method::GET, &format!("/domains/dom_{any}")),
        tenant.request(Method::PATCH, &format!("/domains/dom_{any}")).json(&json!({"is_primary": true})),
        tenant.request(Method::DELETE, &format!("/domains/dom_{any}")),
        tenant.request(Method::POST, &format!("/domains/dom_{any}/verify")),
        tenant.request(Method::GET, "/invitations"),
        tenant.request(Method::GET, "/audit"),
        tenant.request(Method::GET, "/integrations"),
        tenant.post("/integrations", &json!({"name": "E", "scopes": ["audit.view"]})),
        tenant.request(Method::GET, &format!("/integrations/int_{any}")),
        tenant.request(Method::DELETE, &format!("/integrations/int_{any}")),
        tenant.post(&format!("/integrations/int_{any}/keys"), &json!({})),
        tenant.request(Method::DELETE, &format!("/integrations/int_{any}/keys/key_{any}")),
        tenant.request(Method::GET, "/audit/export"),
        tenant.post("/invitations", &json!({"email": "a@example.com", "role": "viewer"})),
        tenant.request(Method::POST, &format!("/invitations/inv_{any}/resend")),
        tenant.request(Method::DELETE, &format!("/invitations/inv_{any}")),
    ]);
    of_staff.extend(of_others(&staff.1, &format!("usr_{any}"), &format!("cus_{any}"), &format!("ses_{any}")));
    for (person, calls) in [(&sara, of_customers), (&noura, of_staff)] {
        for call in calls {
            bearer(call, &person.access).await.expect_problem(404, "tenant_not_found");
        }
    }
    customers.0.get("/sessions", &sara).await.expect(200);
    staff.0.get("/me", &noura).await.expect(200);
    world.finish().await;
}

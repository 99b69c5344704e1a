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
        staff.1.request(Method::PATCH, &format!("/members/usr_{any}")).json(&json!({"role": "viewer"})),
        staff.1.request(Method::PATCH, &format!("/customers/cus_{any}")).json(&json!({"status": "suspended"})),
    ]);
    for (person, calls) in [(&sara, of_customers), (&noura, of_staff)] {
        for call in calls {
            bearer(call, &person.access).await.expect_problem(404, "tenant_not_found");
        }
    }
    customers.0.get("/sessions", &sara).await.expect(200);
    staff.0.get("/me", &noura).await.expect(200);
    world.finish().await;
}

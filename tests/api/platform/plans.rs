//! `/api/v1/platform/plans`, and which plan a shop is on.

use futures::future::join_all;
use serde_json::{Value, json};
use tests::{Call, Shop, Variant, World, fresh_key};

use super::{Desk, new_shop};
use crate::api::auth::{Door, PASSWORD, Person};

/// Puts a shop on a plan with other limits than the plan's.
async fn limit(desk: &Desk<'_>, admin: &Person, slug: &str, limits: Value) -> Value {
    let path = format!("/tenants/{}/subscribe", desk.id(slug).await);
    desk.post(&path, admin, &json!({"plan": "premium", "limits": limits})).await.expect(200).data()
}

/// What a shop uses of one limit.
async fn meter(door: &Door<'_>, owner: &Person, name: &str) -> Value {
    let usage = door.get("/usage", owner).await.expect(200).data();
    usage["meters"].as_array().unwrap().iter().find(|meter| meter["name"] == name).unwrap().clone()
}

/// Sends all at once; how many had this status, while the others were refused with the code.
async fn count(calls: Vec<Call>, status: u16, refused: (u16, &str)) -> usize {
    let answers = join_all(calls.into_iter().map(|call| async { call.await })).await;
    for answer in answers.iter().filter(|answer| answer.status != status) {
        assert_eq!((answer.status, answer.code().as_str()), (refused.0, refused.1), "{}", answer.text());
    }
    answers.iter().filter(|answer| answer.status == status).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_is_published_in_revisions_and_no_shop_is_moved_by_it() {
    let world = World::start().await;
    let desk = Desk::of(&world);
    let admin = desk.person("amal@wasla.example", "platform_admin").await;
    let listed = desk.get("/platform/plans", &admin).await.expect(200).data();
    let keys: Vec<&str> = listed.as_array().unwrap().iter().map(|plan| plan["key"].as_str().unwrap()).collect();
    assert_eq!(keys, ["basic", "free", "premium"]);
    assert_eq!(listed[1]["limits"], json!({"products": 50, "orders_monthly": 50, "seats": 2, "api_calls_monthly": 0}));

    desk.post("/tenants", &admin, &new_shop("dukkan")).await.expect(201);
    let path = format!("/tenants/{}", desk.id("dukkan").await);
    let plan = async || desk.get(&path, &admin).await.expect(200).data()["plan"].clone();
    assert_eq!((&plan().await["key"], &plan().await["limits"]["seats"]), (&json!("free"), &json!(2)));
    let free = json!({"key": "free", "name": {"ar": "مجانية", "en": "Free"}, "limits": {"seats": 1}, "features": ["custom_roles"]});
    let published = desk.post("/platform/plans", &admin, &free).await.expect(201).data();
    assert_eq!((&published["revision"], &published["limits"]), (&json!(2), &json!({"seats": 1})));
    assert_eq!((&plan().await["revision"], &plan().await["limits"]["seats"]), (&json!(1), &json!(2)), "it stays");

    let subscribe = |body: Value| desk.post(&format!("{path}/subscribe"), &admin, &body);
    let on = subscribe(json!({"plan": "free"})).await.expect(200).data()["plan"].clone();
    assert_eq!(on, json!({"key": "free", "revision": 2, "limits": {"seats": 1}, "features": ["custom_roles"]}));
    let own = json!({"plan": "free", "revision": 1, "limits": {"seats": null, "products": 7}, "features": {"custom_roles": true}});
    let on = subscribe(own).await.expect(200).data()["plan"].clone();
    assert_eq!(
        (&on["limits"], &on["features"]),
        (&json!({"products": 7, "orders_monthly": 50, "api_calls_monthly": 0}), &json!(["custom_roles"]))
    );
    let off =
        json!({"plan": "premium", "features": {"custom_roles": false, "api_keys": false, "custom_domains": false}});
    assert_eq!(subscribe(off).await.expect(200).data()["plan"]["features"], json!([]));
    for (body, field) in [
        (json!({"plan": "gold"}), "plan"),
        (json!({"plan": "free", "revision": 3}), "plan"),
        (json!({"plan": "free", "revision": 3_000_000_000_u32}), "revision"),
        (json!({"plan": "Free!"}), "plan"),
    ] {
        let refused = subscribe(body).await.expect_problem(422, "invalid_request").json();
        assert_eq!(refused["errors"][0]["field"], field, "{refused}");
    }
    let stale = subscribe(json!({"plan": "free"})).header("if-match", "\"1\"");
    stale.await.expect_problem(412, "version_mismatch");
    for body in [json!({"key": "x", "name": {}}), json!({"key": "X", "name": {"ar": "س"}})] {
        desk.post("/platform/plans", &admin, &body).await.expect_problem(422, "invalid_request");
    }
    let mut gold = new_shop("gold");
    gold["plan"] = json!("gold");
    desk.post("/tenants", &admin, &gold).await.expect_problem(422, "invalid_request");
    // Nobody else publishes, and a shop's own people do not move it (NEG-07).
    let books = desk.person("huda@wasla.example", "finance").await;
    desk.get("/platform/plans", &books).await.expect(200);
    desk.post("/platform/plans", &books, &free).await.expect_problem(403, "forbidden");
    desk.post(&format!("{path}/subscribe"), &books, &json!({"plan": "free"})).await.expect_problem(403, "forbidden");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn revisions_published_at_once_are_counted_one_by_one() {
    let world = World::start().await;
    let desk = Desk::of(&world);
    let admin = desk.person("amal@wasla.example", "platform_admin").await;
    let body = json!({"key": "launch_offer", "name": {"ar": "عرض"}});
    let calls = (0..20).map(|_| async { desk.post("/platform/plans", &admin, &body).await.expect(201).data() });
    let mut revisions: Vec<i64> = join_all(calls).await.iter().map(|plan| plan["revision"].as_i64().unwrap()).collect();
    revisions.sort_unstable();
    assert_eq!(revisions, (1..=20).collect::<Vec<_>>());
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_that_are_invited_at_once_get_the_seats_that_there_are() {
    let world = World::start().await;
    let desk = Desk::of(&world);
    let admin = desk.person("amal@wasla.example", "platform_admin").await;
    let staff = Door::staff(&world, "qahwa");
    let owner = staff.employee("noura@example.com", "owner").await;
    let shop = Door::tenant(&world, "qahwa");
    let taken = meter(&shop, &owner, "seats").await["used"].as_i64().unwrap();
    limit(&desk, &admin, "qahwa", json!({"seats": taken + 7})).await;
    let invite = |n: usize| {
        owner.sign(shop.post("/invitations", &json!({"email": format!("s{n}@example.com"), "role": "viewer"})))
    };
    assert_eq!(count((0..50).map(invite).collect(), 201, (402, "seat_limit_reached")).await, 7);
    let full = meter(&shop, &owner, "seats").await;
    assert_eq!((&full["used"], &full["limit"], &full["remaining"]), (&json!(taken + 7), &json!(taken + 7), &json!(0)));

    // Whoever accepts has a seat already; a seat that is given up is free again.
    let listed = shop.get("/invitations?limit=100", &owner).await.expect(200).data();
    let (first, second) = (&listed[0], &listed[1]);
    let letter = world.mailbox().latest(first["email"].as_str().unwrap()).await;
    staff.post("/invitations/accept", &json!({"token": letter.token(), "password": PASSWORD})).await.expect(200);
    assert_eq!(meter(&shop, &owner, "seats").await["used"], taken + 7);
    let id = second["id"].as_str().unwrap();
    shop.delete(&format!("/invitations/{id}"), &owner).await.expect(200);
    invite(90).await.expect(201);
    let refused = invite(91).await.expect_problem(402, "seat_limit_reached").json();
    assert_eq!((&refused["errors"][0]["limit"], &refused["errors"][0]["max"]), (&json!("seats"), &json!(taken + 7)));

    // A smaller plan breaks nothing: all of them go on working.
    limit(&desk, &admin, "qahwa", json!({"seats": taken + 2})).await;
    let over = meter(&shop, &owner, "seats").await;
    assert_eq!((&over["used"], &over["remaining"]), (&json!(taken + 7), &json!(0)));
    shop.get("/members", &owner).await.expect(200);
    // An invitation that ran out holds no seat, and takes one when it is sent again.
    world.sql.execute("update app.invitation set expires_at = now() - interval '1 s', sent_at = now() - interval '1 h' where status = 'pending'", &[]).await.unwrap();
    assert_eq!(meter(&shop, &owner, "seats").await["used"], taken + 1);
    let waiting = shop.get("/invitations?limit=100&status=expired", &owner).await.expect(200).data();
    let again =
        |n: usize| shop.post(&format!("/invitations/{}/resend", waiting[n]["id"].as_str().unwrap()), &json!({}));
    owner.sign(again(0)).await.expect(200);
    owner.sign(again(1)).await.expect_problem(402, "seat_limit_reached");
    world.finish().await;
}

/// As many carts with one line as are asked for.
async fn carts(shop: &Shop<'_>, variant: &Variant, many: usize) -> Vec<String> {
    join_all((0..many).map(|_| async { shop.cart_with(&[(variant, 1)]).await })).await
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_that_buy_at_once_get_the_orders_that_there_are() {
    let world = World::start().await;
    let desk = Desk::of(&world);
    let admin = desk.person("amal@wasla.example", "platform_admin").await;
    let owner = Door::staff(&world, "qahwa").employee("noura@example.com", "owner").await;
    let door = Door::tenant(&world, "qahwa");
    let shop = world.shop("qahwa");
    let variant = shop.any_variant().await;
    world.set_stock(&variant, 500).await;
    limit(&desk, &admin, "qahwa", json!({"orders_monthly": 21})).await;
    let first = shop.place(&[(&variant, 1)]).await;
    let carts = carts(&shop, &variant, 50).await;
    let calls = carts.iter().map(|cart| shop.checkout(cart, &fresh_key())).collect();
    assert_eq!(count(calls, 201, (403, "order_limit_reached")).await, 20);
    assert_eq!(world.stock(&variant).await.reserved, 21, "a refused checkout holds no stock");
    let used = meter(&door, &owner, "orders_monthly").await;
    assert_eq!((&used["used"], &used["remaining"]), (&json!(21), &json!(0)));
    assert!(used["resets_at"].as_str().unwrap().ends_with("T21:00:00.000Z"), "the month is Riyadh's: {used}");
    // Another shop sells on, and a cart that was refused can still be bought: an order that was not paid in time is none.
    world.shop("moda").place(&[(&world.shop("moda").any_variant().await, 1)]).await;
    world.expire_reservation(&first).await;
    assert_eq!(world.run_job("storefront/release-reservations").await, 1);
    let placed = join_all(carts.iter().map(|cart| async { shop.checkout(cart, &fresh_key()).await.status })).await;
    assert_eq!(placed.iter().filter(|status| **status == 201).count(), 1, "{placed:?}");
    // What was placed last month is not of this one.
    world
        .sql
        .execute("update app.sales_order set placed_at = placed_at - interval '32 days' where status = 'pending'", &[])
        .await
        .unwrap();
    assert_eq!(meter(&door, &owner, "orders_monthly").await["used"], 0);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn products_are_counted_wherever_they_come_from() {
    let world = World::start().await;
    let desk = Desk::of(&world);
    let admin = desk.person("amal@wasla.example", "platform_admin").await;
    let owner = Door::staff(&world, "qahwa").employee("noura@example.com", "owner").await;
    let door = Door::tenant(&world, "qahwa");
    let have = meter(&door, &owner, "products").await["used"].as_i64().unwrap();
    assert_eq!(have, world.count("select count(*) from app.product p join app.tenant t on t.id = p.tenant_id where t.slug = 'qahwa' and p.deleted_at is null").await);
    limit(&desk, &admin, "qahwa", json!({"products": have + 5})).await;
    let tenant = world.shop("qahwa").tenant_id().await;
    let add = async |n: usize| {
        let database = world.another_session().await;
        let sql = format!(
            "begin; set local app.tenant_id = '{tenant}'; insert into app.product (tenant_id, id, slug, name, description, price_from_minor) \
             values ('{tenant}', gen_random_uuid(), 'more-{n}', '{{\"ar\": \"س\"}}', '{{}}', 100); commit"
        );
        database.batch_execute(&sql).await.map_err(|error| error.as_db_error().map(|it| it.message().to_owned()))
    };
    let added = join_all((0..50).map(add)).await;
    for refused in added.iter().filter_map(|it| it.as_ref().err()) {
        assert_eq!(refused.as_deref(), Some("product_limit_reached"));
    }
    assert_eq!(added.iter().filter(|it| it.is_ok()).count(), 5);
    assert_eq!(meter(&door, &owner, "products").await["remaining"], 0);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_plan_does_not_hold_is_refused_by_name() {
    let world = World::start().await;
    let desk = Desk::of(&world);
    let admin = desk.person("amal@wasla.example", "platform_admin").await;
    let owner = Door::staff(&world, "qahwa").employee("noura@example.com", "owner").await;
    let door = Door::tenant(&world, "qahwa");
    let role = |key: &str| owner.sign(door.post("/roles", &json!({"key": key, "name": "C", "base": "viewer"})));
    role("counter").await.expect(201);
    let path = format!("/tenants/{}/subscribe", desk.id("qahwa").await);
    desk.post(&path, &admin, &json!({"plan": "free"})).await.expect(200);
    let refused = role("night").await.expect_problem(403, "feature_not_in_plan").json();
    assert_eq!(refused["errors"][0]["feature"], "custom_roles");
    let refuse = async |path: &str, body: Value, feature: &str| {
        let refused = owner.sign(door.post(path, &body)).await.expect_problem(403, "feature_not_in_plan").json();
        assert_eq!(refused["errors"][0]["feature"], feature);
    };
    refuse("/integrations", json!({"name": "ERP", "scopes": ["audit.view"]}), "api_keys").await;
    refuse("/domains", json!({"domain": "shop.example"}), "custom_domains").await;
    assert_eq!(door.get("/roles/counter", &owner).await.expect(200).data()["name"], "C", "what there is stays");
    assert_eq!(door.get("", &owner).await.expect(200).data()["plan"]["key"], "free");
    world.finish().await;
}

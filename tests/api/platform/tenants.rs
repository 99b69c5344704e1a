//! `/api/v1/tenants` as the platform has it.

use http::Method;
use serde_json::json;
use tests::{CountingSeam, World};
use tokio::task::JoinSet;

use super::{Desk, REASON, new_shop};
use crate::api::auth::{Door, PASSWORD, text};

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_is_created_and_its_owner_comes_in_by_the_letter() {
    let world = World::start().await;
    let desk = Desk::of(&world);
    let admin = desk.person("amal@wasla.example", "platform_admin").await;
    let body = json!({"slug": "bahr", "name": {"ar": "بحر", "en": "Bahr"}, "owner_email": "Owner@Bahr.example", "region": "mena",
        "currency": "KWD", "timezone": "Asia/Kuwait", "country": "KW", "tax": {"rate_bp": 0, "included": false}});
    let created = desk.post("/tenants", &admin, &body).await.expect(201);
    let shop = created.data();
    assert_eq!(created.header("etag"), Some("\"1\""));
    assert_eq!((&shop["slug"], &shop["currency"], &shop["status"]), (&json!("bahr"), &json!("KWD"), &json!("active")));
    assert_eq!((&shop["locales"], &shop["tax"]), (&json!(["ar", "en"]), &json!({"rate_bp": 0, "included": false})));
    desk.post("/tenants", &admin, &body).await.expect_problem(409, "slug_taken");

    let letter = world.mailbox().latest("owner@bahr.example").await;
    let door = Door::staff(&world, "bahr");
    door.post("/invitations/accept", &json!({"token": letter.token(), "password": PASSWORD})).await.expect(200);
    let owner = crate::api::auth::Person::read(door.login("owner@bahr.example", PASSWORD).await);
    assert_eq!(owner.data["account"]["role"], "owner");
    let seen = Door::tenant(&world, "bahr").get("", &owner).await.expect(200).data();
    assert_eq!((&seen["id"], &seen["timezone"]), (&shop["id"], &json!("Asia/Kuwait")));
    assert_eq!(world.shop("bahr").get("/shop").await.expect(200).data()["currency"]["code"], "KWD");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slug_that_twenty_want_at_once_is_one_shops() {
    let world = World::start().await;
    let desk = Desk::of(&world);
    let admin = desk.person("amal@wasla.example", "platform_admin").await;
    let mut all = JoinSet::new();
    for _ in 0..20 {
        let call = desk.post("/tenants", &admin, &new_shop("dukkan"));
        all.spawn(async move { call.await });
    }
    let mut statuses: Vec<u16> = Vec::new();
    while let Some(answer) = all.join_next().await {
        let answer = answer.unwrap();
        assert!(answer.status == 201 || answer.code() == "slug_taken", "{}", answer.text());
        statuses.push(answer.status);
    }
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{statuses:?}");
    assert_eq!(world.count("select count(*) from app.invitation where email = 'owner@dukkan.example'").await, 1);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn shops_are_listed_page_by_page_and_found() {
    let world = World::start().await;
    let desk = Desk::of(&world);
    let admin = desk.person("amal@wasla.example", "support").await;
    let mut slugs = Vec::new();
    let mut path = "/tenants?limit=2".to_owned();
    loop {
        let page = desk.get(&path, &admin).await.expect(200).json();
        slugs.extend(page["data"].as_array().unwrap().iter().map(|shop| text(shop, "/slug")));
        let Some(cursor) = page["meta"]["page"]["next_cursor"].as_str() else { break };
        path = format!("/tenants?limit=2&cursor={cursor}");
    }
    slugs.sort();
    assert_eq!(slugs, ["moda", "oud", "qahwa"], "and not the platform");
    for (query, expected) in
        [("q=qah", 1), ("q=%25", 0), ("q=QAHWA", 1), ("status=paused", 0), ("status=active&region=mena", 3)]
    {
        let found = desk.get(&format!("/tenants?{query}"), &admin).await.expect(200).data();
        assert_eq!(found.as_array().unwrap().len(), expected, "{query}");
    }
    // The other names of the same.
    for name in ["organizations", "stores"] {
        assert_eq!(desk.get(&format!("/{name}"), &admin).await.expect(200).data().as_array().unwrap().len(), 3);
    }
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_is_changed_suspended_deleted_and_restored() {
    let world = World::start().await;
    let desk = Desk::of(&world);
    let admin = desk.person("amal@wasla.example", "platform_admin").await;
    let staff = Door::staff(&world, "moda");
    let owner = staff.employee("noura@example.com", "owner").await;
    let path = format!("/tenants/{}", desk.id("moda").await);
    let read = desk.get(&path, &admin).await.expect(200);
    let tag = read.header("etag").unwrap().to_owned();
    let changed = desk.patch(&path, &admin, &json!({"region": "europe", "tax": {"rate_bp": 500, "included": true}}));
    let changed = changed.header("if-match", &tag).await.expect(200).data();
    assert_eq!((&changed["region"], &changed["tax"]["rate_bp"]), (&json!("europe"), &json!(500)));
    let late = desk.patch(&path, &admin, &json!({"region": "mena"})).header("if-match", &tag).await;
    late.expect_problem(412, "version_mismatch");
    desk.patch(&path, &admin, &json!({"slug": "oud"})).await.expect_problem(409, "slug_taken");
    desk.patch(&path, &admin, &json!({"locales": ["en"]})).await.expect_problem(422, "invalid_request");

    let post = |what: &str| desk.call(Method::POST, &format!("{path}/{what}"), &admin);
    for _ in 0..2 {
        assert_eq!(post("suspend").await.expect(200).data()["status"], "paused");
    }
    staff.get("/me", &owner).await.expect_problem(404, "shop_paused");
    staff.login("noura@example.com", PASSWORD).await.expect_problem(404, "shop_paused");
    tests::eventually(async || world.shop("moda").get("/shop").await.status == 404).await;
    world.shop("moda").get("/shop").await.expect_problem(404, "shop_paused");
    world.shop("qahwa").get("/shop").await.expect(200);
    assert_eq!(post("restore").await.expect(200).data()["status"], "active");
    staff.get("/me", &owner).await.expect(200);

    let deleted = desk.delete(&path, &admin).await.expect(200).data();
    assert!(
        deleted["deleted_at"].is_string() && deleted["purge_at"].as_str() > deleted["deleted_at"].as_str(),
        "{deleted}"
    );
    staff.get("/me", &owner).await.expect_problem(404, "tenant_not_found");
    post("suspend").await.expect_problem(409, "tenant_deleted");
    desk.patch(&path, &admin, &json!({"region": "mena"})).await.expect_problem(409, "tenant_deleted");
    let found = desk.get("/tenants?status=deleted", &admin).await.expect(200).data();
    assert_eq!(found.as_array().unwrap().len(), 1);
    // Back as it was, until somebody else has its name.
    post("restore").await.expect(200);
    staff.get("/me", &owner).await.expect(200);
    desk.delete(&path, &admin).await.expect(200);
    desk.post("/tenants", &admin, &new_shop("moda")).await.expect(201);
    post("restore").await.expect_problem(409, "slug_taken");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_slug_leads_on_from_the_old_one_and_is_nobody_elses_meanwhile() {
    let world = World::start().await;
    let desk = Desk::of(&world);
    let admin = desk.person("amal@wasla.example", "platform_admin").await;
    let path = format!("/tenants/{}", desk.id("moda").await);
    let changed = desk.patch(&path, &admin, &json!({"slug": "azya"})).await.expect(200).data();
    assert_eq!((&changed["slug"], &changed["former_slug"]), (&json!("azya"), &json!("moda")));
    tests::eventually(async || world.shop("moda").get("/shop").await.status == 308).await;
    // Whatever is asked for, in whatever way; only the host changes.
    let port = world.addr().port();
    for (method, path) in
        [(Method::GET, "/products?limit=3&lang=en"), (Method::HEAD, "/shop"), (Method::POST, "/carts")]
    {
        let sent_on = world.shop("moda").request(method.clone(), path).await.expect(308);
        let location = format!("//azya.localhost:{port}/api/v1/storefront{path}");
        assert_eq!(sent_on.header("location"), Some(&*location), "{method} {path}");
        assert_eq!(sent_on.header("cache-control"), Some("no-store"));
    }
    let page = world.request(Method::GET, "/accounts/login").host(&world.shop("moda").host()).await.expect(308);
    assert_eq!(page.header("location"), Some(&*format!("//azya.localhost:{port}/accounts/login")));
    world.shop("azya").get("/shop").await.expect(200);
    // Who names the old slug in a header learns the new one.
    let named = world.request(Method::GET, "/api/v1/storefront/shop").header("x-tenant", "moda").await;
    let problem = named.expect_problem(421, "tenant_moved").json();
    assert_eq!(problem["errors"][0]["slug"], "azya");
    // Nobody takes the old one, and the shop itself does not collect names.
    desk.post("/tenants", &admin, &new_shop("moda")).await.expect_problem(409, "slug_taken");
    let oud = format!("/tenants/{}", desk.id("oud").await);
    desk.patch(&oud, &admin, &json!({"slug": "moda"})).await.expect_problem(409, "slug_taken");
    desk.patch(&path, &admin, &json!({"slug": "thawb"})).await.expect_problem(409, "slug_changed_lately");
    // Back again: the other one leads on now.
    desk.patch(&path, &admin, &json!({"slug": "moda"})).await.expect(200);
    tests::eventually(async || world.shop("moda").get("/shop").await.status == 200).await;
    tests::eventually(async || world.shop("azya").get("/shop").await.status == 308).await;
    let over = "begin; select set_config('app.tenant_id', id::text, true) from app.tenant where slug = 'moda'; \
        update app.tenant set former_slug_until = now() where id = app.tenant_id(); commit";
    world.sql.batch_execute(over).await.unwrap();
    world.shop("azya").get("/shop").await.expect_problem(404, "tenant_not_found");
    desk.post("/tenants", &admin, &new_shop("azya")).await.expect(201);
    world.finish().await;
}

/// A shop gives its slug up while twenty others want it: nobody gets it.
#[tokio::test(flavor = "multi_thread")]
async fn a_slug_that_is_being_given_up_is_nobodys() {
    let world = World::start().await;
    let desk = Desk::of(&world);
    let admin = desk.person("amal@wasla.example", "platform_admin").await;
    let path = format!("/tenants/{}", desk.id("moda").await);
    let mut all = JoinSet::new();
    for at in 0..20 {
        let call = match at {
            10 => desk.patch(&path, &admin, &json!({"slug": "azya"})),
            _ => desk.post("/tenants", &admin, &new_shop("moda")),
        };
        all.spawn(async move { (at, call.await) });
    }
    while let Some(done) = all.join_next().await {
        let (at, answer) = done.unwrap();
        assert_eq!(answer.status, if at == 10 { 200 } else { 409 }, "{}", answer.text());
    }
    assert_eq!(world.count("select count(*) from app.tenant where slug in ('moda', 'azya')").await, 1);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_platform_asks_for_takes_one_statement() {
    let probe = CountingSeam::new();
    let world = World::builder().seam(probe.clone()).start().await;
    let desk = Desk::of(&world);
    let admin = desk.person("amal@wasla.example", "platform_admin").await;
    let id = desk.id("moda").await;
    let path = format!("/tenants/{id}");
    for (call, status, most) in [
        (desk.get("/tenants", &admin), 200, 1),
        (desk.get(&path, &admin), 200, 1),
        (desk.patch(&path, &admin, &json!({"region": "europe"})), 200, 1),
        (desk.call(Method::POST, &format!("{path}/suspend"), &admin), 200, 1),
        (desk.call(Method::POST, &format!("{path}/restore"), &admin), 200, 1),
        (desk.delete(&path, &admin), 200, 1),
        (desk.post("/tenants", &admin, &new_shop("dukkan")), 201, 1),
        (desk.get("/platform/grants", &admin), 200, 1),
        (desk.delete("/platform/grants/grn_00000000000000000000000000000007", &admin), 404, 1),
        (desk.get("/platform/access", &admin), 200, 1),
        (world.job("platform/purge"), 200, 1),
        // What the request alone decides.
        (desk.request(Method::GET, "/tenants"), 401, 0),
        (admin.sign(desk.request(Method::GET, "/tenants")), 400, 0),
        (desk.post("/tenants", &admin, &new_shop("www")), 422, 0),
    ] {
        let id = tests::fresh_key();
        let answer = call.request_id(&id).await.expect(status);
        let statements = probe.statements_of(&id);
        assert!(statements.len() <= most && (most == 0 || !statements.is_empty()), "{statements:?} {}", answer.text());
    }
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn shops_that_cannot_be_are_refused_and_nothing_is_made() {
    let world = World::start().await;
    let desk = Desk::of(&world);
    let admin = desk.person("amal@wasla.example", "platform_admin").await;
    for (change, field, code) in [
        (json!({"slug": "platform"}), "slug", "reserved"),
        (json!({"slug": "Qahwa"}), "slug", "invalid"),
        (json!({"slug": "x".repeat(64)}), "slug", "too_long"),
        (json!({"slug": 7}), "slug", "invalid_type"),
        (json!({"name": {}}), "name", "required"),
        (json!({"name": {"en": "Only"}}), "name.ar", "required"),
        (json!({"owner_email": "nobody"}), "owner_email", "invalid"),
        (json!({"owner_email": null}), "owner_email", "invalid_type"),
        (json!({"region": "mars"}), "region", "invalid"),
        (json!({"locale": "fr", "locales": ["ar"]}), "locale", "unsupported"),
        (json!({"currency": "XXX"}), "currency", "unsupported"),
        (json!({"country": "ZZ"}), "country", "unsupported"),
        (json!({"timezone": "../etc"}), "timezone", "invalid"),
        (json!({"tax": {"rate_bp": 10_001, "included": true}}), "tax.rate_bp", "out_of_range"),
        (json!({"tax": {"rate_bp": -1, "included": true}}), "tax.rate_bp", "out_of_range"),
        (json!({"status": "active"}), "status", "unknown_field"),
    ] {
        let mut body = new_shop("dukkan");
        for (name, value) in change.as_object().unwrap() {
            body[name] = value.clone();
        }
        let problem = desk.post("/tenants", &admin, &body).await.expect_problem(422, "invalid_request").json();
        assert_eq!(
            (&problem["errors"][0]["field"], &problem["errors"][0]["code"]),
            (&json!(field), &json!(code)),
            "{change}"
        );
    }
    for (query, status, code) in [
        ("limit=0", 422, "invalid_request"),
        ("limit=101", 422, "invalid_request"),
        ("status=gone", 422, "invalid_request"),
        ("region=mars", 422, "invalid_request"),
        ("cursor=AAAA", 400, "invalid_cursor"),
        ("x=1", 422, "invalid_request"),
    ] {
        desk.get(&format!("/tenants?{query}"), &admin).await.expect_problem(status, code);
    }
    for path in ["/tenants/x", "/tenants/ten_1", "/tenants/ten_00000000000000000000000000000001"] {
        desk.get(path, &admin).await.expect_problem(404, "tenant_not_found");
        desk.delete(path, &admin).await.expect_problem(404, "tenant_not_found");
    }
    for (method, path, allow) in [
        (Method::PUT, "/tenants", "GET,HEAD,POST"),
        (Method::POST, "/tenants/x", "DELETE,GET,HEAD,PATCH"),
        (Method::GET, "/tenants/x/suspend", "POST"),
        (Method::GET, "/tenants/x/restore", "POST"),
        (Method::PATCH, "/platform/grants", "GET,HEAD,POST"),
        (Method::GET, "/platform/grants/x", "DELETE"),
        (Method::POST, "/platform/access", "GET,HEAD"),
    ] {
        let answer = desk.call(method, path, &admin).await.expect_problem(405, "method_not_allowed");
        let mut allowed: Vec<&str> = answer.header("allow").unwrap().split(',').map(str::trim).collect();
        allowed.sort_unstable();
        assert_eq!(allowed.join(","), allow, "{path}");
    }
    assert_eq!(world.count("select count(*) from app.tenant").await, 4);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_shop_reads_in_its_own_trail_who_looked_and_why() {
    let world = World::start().await;
    let desk = Desk::of(&world);
    let support = desk.person("sami@wasla.example", "support").await;
    let owner = Door::staff(&world, "qahwa").employee("noura@example.com", "owner").await;
    let path = format!("/tenants/{}", desk.id("qahwa").await);
    desk.get(&path, &support).request_id("request-of-the-support").await.expect(200);
    let trail = Door::tenant(&world, "qahwa").get("/audit?table=access", &owner).await.expect(200).data();
    let line = &trail.as_array().unwrap()[0];
    assert_eq!((&line["actor"], &line["request_id"]), (&json!(support.id), &json!("request-of-the-support")));
    assert_eq!(
        line["after"],
        json!({"role": "support", "permission": "tenants.view", "record": null, "reason": REASON})
    );
    let other = Door::tenant(&world, "moda");
    let stranger = Door::staff(&world, "moda").employee("salem@example.com", "owner").await;
    assert_eq!(other.get("/audit?table=access", &stranger).await.expect(200).data(), json!([]));
    world.finish().await;
}

//! `/me`

use serde_json::json;
use tests::World;

use crate::api::auth::Door;

#[tokio::test(flavor = "multi_thread")]
async fn settings_change_for_shoppers_and_nobody_overwrites_what_they_have_not_read() {
    let world = World::start().await;
    let staff = Door::staff(&world, "qahwa");
    let (admin, manager) =
        (staff.employee("noura@example.com", "admin").await, staff.employee("salem@example.com", "manager").await);
    let shop = Door::tenant(&world, "qahwa");
    let read = shop.get("", &manager).await.expect(200);
    let (tag, before) = (read.header("etag").unwrap().to_owned(), read.data());
    assert_eq!(before["slug"], "qahwa");
    assert_eq!(tag, format!("\"{}\"", before["version"]));
    assert!(before["domains"].is_array() && before["password_rules"] == json!({}), "{before}");

    let change =
        json!({"name": {"ar": "محمصة الفجر", "en": "Dawn"}, "show_available": false, "timezone": "Asia/Dubai"});
    shop.patch("", &manager, &change).await.expect_problem(403, "forbidden");
    let changed = shop.patch("", &admin, &change).header("if-match", &tag).await.expect(200);
    assert_ne!(changed.header("etag"), Some(&*tag));
    assert_eq!(changed.data()["name"], change["name"]);
    let late = shop.patch("", &admin, &json!({"timezone": "Asia/Riyadh"})).header("if-match", &tag).await;
    let problem = late.expect_problem(412, "version_mismatch").json();
    assert_eq!(problem["errors"][0]["version"], changed.data()["version"]);
    assert_eq!(shop.get("", &admin).await.data()["timezone"], "Asia/Dubai");
    shop.patch("", &admin, &json!({})).header("if-match", "7").await.expect_problem(400, "invalid_if_match");
    // The other names of the same, and what shoppers see once their caches have run out.
    for name in ["organizations", "stores"] {
        let call = world.request(http::Method::GET, &format!("/api/v1/{name}/me")).host(&world.shop("qahwa").host());
        assert_eq!(admin.sign(call).await.expect(200).data()["timezone"], "Asia/Dubai");
    }
    let seen = world.shop("oud").get("/shop").await.data();
    assert_eq!(seen["timezone"], "Asia/Kuwait");
    tests::eventually(async || {
        let seen = world.shop("qahwa").get("/shop?lang=en").await.data();
        seen["name"] == "Dawn" && seen["timezone"] == "Asia/Dubai"
    })
    .await;
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_that_do_not_fit_are_refused_and_change_nothing() {
    let world = World::start().await;
    let owner = Door::staff(&world, "moda").employee("noura@example.com", "owner").await;
    let shop = Door::tenant(&world, "moda");
    let before = shop.get("", &owner).await.data();
    for (body, field, code) in [
        (json!({"locale": "fr"}), "locale", "unsupported"),
        (json!({"locales": ["en"]}), "locale", "unsupported"),
        (json!({"locales": []}), "locales", "required"),
        (json!({"name": {"en": "Only English"}}), "name.ar", "required"),
        (json!({"name": {"ar": "x".repeat(101)}}), "name", "too_long"),
        (json!({"timezone": "../etc"}), "timezone", "invalid"),
        (json!({"mfa": "sometimes"}), "mfa", "invalid"),
        (json!({"mfa_roles": ["emperor"]}), "mfa_roles", "unsupported"),
        (json!({"password_rules": {"min_length": 6}}), "password_rules.min_length", "out_of_range"),
        (json!({"password_rules": {"emoji": true}}), "password_rules.emoji", "unknown_field"),
        (json!({"cors_origins": ["https://a.example/path"]}), "cors_origins", "invalid"),
        (json!({"cors_origins": ["*"]}), "cors_origins", "invalid"),
        (json!({"cors_origins": ["null"]}), "cors_origins", "invalid"),
        (json!({"cors_origins": ["http://a.example"]}), "cors_origins", "invalid"),
        (
            json!({"cors_origins": (0..21).map(|n| format!("https://a{n}.example")).collect::<Vec<_>>()}),
            "cors_origins",
            "too_long",
        ),
        (json!({"slug": "mine"}), "slug", "unknown_field"),
        (json!({"tenant_id": "ten_00000000000000000000000000000001"}), "tenant_id", "unknown_field"),
        (json!({"store_id": 1}), "store_id", "unknown_field"),
    ] {
        let problem = shop.patch("", &owner, &body).await.expect_problem(422, "invalid_request").json();
        let error = &problem["errors"][0];
        assert_eq!((&error["field"], &error["code"]), (&json!(field), &json!(code)), "{body}");
    }
    assert_eq!(shop.get("", &owner).await.data(), before);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_that_asks_for_second_factors_asks_at_the_next_sign_in() {
    let world = World::start().await;
    let staff = Door::staff(&world, "moda");
    let owner = staff.employee("noura@example.com", "owner").await;
    staff.employ("salem@example.com", "manager").await;
    let shop = Door::tenant(&world, "moda");
    shop.patch("", &owner, &json!({"mfa": "required", "mfa_roles": ["manager"]})).await.expect(200);
    let asked = staff.login("salem@example.com", crate::api::auth::PASSWORD).await.expect(200).data();
    assert_eq!(asked["status"], "second_factor_required");
    world.finish().await;
}

//! `/api/v1/platform/grants`: who may work across shops.

use serde_json::json;
use tests::World;

use super::{Desk, REASON};
use crate::api::auth::steps::age_sessions;
use crate::api::auth::{Door, PASSWORD, text};

fn in_days(days: i64) -> String {
    (chrono::Utc::now() + chrono::Duration::days(days)).format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grant_lets_in_at_the_shops_that_it_is_about_and_ends() {
    let world = World::start().await;
    let desk = Desk::of(&world);
    let admin = desk.person("amal@wasla.example", "platform_admin").await;
    // Somebody who works at a shop already, and has a password.
    Door::staff(&world, "oud").employ("sami@example.com", "viewer").await;
    desk.door().login("sami@example.com", PASSWORD).await.expect_problem(401, "invalid_credentials");
    let (qahwa, moda) = (desk.id("qahwa").await, desk.id("moda").await);
    let body = json!({"email": "Sami@example.com", "role": "support", "tenants": [qahwa], "ends_at": in_days(30)});
    let granted = desk.post("/platform/grants", &admin, &body).await.expect(201).data();
    assert_eq!((&granted["reason"], &granted["granted_by"]), (&json!(REASON), &json!(admin.id)));
    assert_eq!((&granted["tenants"], &granted["status"]), (&json!([qahwa]), &json!("active")));
    desk.post("/platform/grants", &admin, &body).await.expect_problem(409, "grant_exists");

    crate::api::auth::steps::let_send_gap_pass(&world).await;
    let sami = desk.sign_in("sami@example.com").await;
    assert_eq!(desk.get("/tenants", &sami).await.expect(200).data().as_array().unwrap().len(), 1);
    desk.get(&format!("/tenants/{qahwa}"), &sami).await.expect(200);
    desk.get(&format!("/tenants/{moda}"), &sami).await.expect_problem(404, "tenant_not_found");
    desk.get("/platform/grants", &sami).await.expect_problem(403, "forbidden");

    // It is over at the next request: taken back, or run out.
    let end = "select set_config('app.tenant_id', app.platform_id()::text, false); update ops.platform_grant set starts_at = now() - interval '2 days', \
        ends_at = now() where role = 'support'; reset app.tenant_id";
    world.sql.batch_execute(end).await.unwrap();
    desk.get("/tenants", &sami).await.expect_problem(401, "session_ended");
    desk.door().refresh(&sami.refresh).await.expect_problem(401, "session_ended");
    let list = desk.get("/platform/grants", &admin).await.expect(200).data();
    let statuses: Vec<_> = list.as_array().unwrap().iter().map(|grant| text(grant, "/status")).collect();
    assert_eq!(statuses.iter().filter(|status| *status == "ended").count(), 1, "{list}");

    // Another grant, and no token of the first one is good for it.
    let body = json!({"email": "sami@example.com", "role": "finance", "ends_at": in_days(300)});
    let granted = desk.post("/platform/grants", &admin, &body).await.expect(201).data();
    desk.get("/tenants", &sami).await.expect_problem(401, "session_ended");
    crate::api::auth::steps::let_send_gap_pass(&world).await;
    let again = desk.sign_in("sami@example.com").await;
    assert_eq!(desk.get("/tenants", &again).await.expect(200).data().as_array().unwrap().len(), 3);
    let path = format!("/platform/grants/{}", text(&granted, "/id"));
    assert_eq!(desk.delete(&path, &admin).await.expect(200).data()["status"], "revoked");
    assert_eq!(desk.delete(&path, &admin).await.expect(200).data()["status"], "revoked");
    desk.get("/tenants", &again).await.expect_problem(401, "session_ended");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_raises_themselves_and_an_administrator_stays() {
    let world = World::start().await;
    let desk = Desk::of(&world);
    let amal = desk.person("amal@wasla.example", "platform_admin").await;
    let body = |email: &str| json!({"email": email, "role": "platform_admin", "ends_at": in_days(30)});
    desk.post("/platform/grants", &amal, &body("amal@wasla.example")).await.expect_problem(409, "own_grant");
    desk.post("/platform/grants", &amal, &body("nobody@example.com")).await.expect_problem(404, "account_not_found");
    let list = desk.get("/platform/grants", &amal).await.expect(200).data();
    let own = format!("/platform/grants/{}", text(&list[0], "/id"));
    desk.delete(&own, &amal).await.expect_problem(409, "last_platform_admin");

    let badr = desk.person("badr@wasla.example", "platform_admin").await;
    let list = desk.get("/platform/grants", &amal).await.expect(200).data();
    let [of_amal, of_badr] = [0, 1].map(|at| format!("/platform/grants/{}", text(&list[at], "/id")));
    // Each takes the other's at once: one stays.
    let (one, other) = tokio::join!(desk.delete(&of_badr, &amal), desk.delete(&of_amal, &badr));
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert!(statuses == [200, 401] || statuses == [200, 409], "{statuses:?}");
    let left = "select count(*) from ops.platform_grant where revoked_at is null and role = 'platform_admin'";
    assert_eq!(world.count(left).await, 1);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sensitive_asks_for_a_fresh_proof() {
    let world = World::start().await;
    let desk = Desk::of(&world);
    let admin = desk.person("amal@wasla.example", "platform_admin").await;
    let path = format!("/tenants/{}", desk.id("moda").await);
    age_sessions(&world, 11.0 * 60.0).await;
    desk.get(&path, &admin).await.expect(200);
    desk.delete(&path, &admin).await.expect_problem(403, "step_up_required");
    desk.post("/tenants", &admin, &super::new_shop("dukkan")).await.expect_problem(403, "step_up_required");
    let body = json!({"email": "a@example.com", "role": "support", "ends_at": in_days(1)});
    desk.post("/platform/grants", &admin, &body).await.expect_problem(403, "step_up_required");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn grants_that_cannot_be_are_refused() {
    let world = World::start().await;
    let desk = Desk::of(&world);
    let admin = desk.person("amal@wasla.example", "platform_admin").await;
    Door::staff(&world, "oud").employ("sami@example.com", "viewer").await;
    let nobody = "ten_00000000000000000000000000000009";
    for (change, field, code) in [
        (json!({"email": "sami"}), "email", "invalid"),
        (json!({"role": "owner"}), "role", "unsupported"),
        (json!({"ends_at": "tomorrow"}), "ends_at", "invalid"),
        (json!({"ends_at": in_days(-1)}), "ends_at", "out_of_range"),
        (json!({"ends_at": in_days(400)}), "ends_at", "out_of_range"),
        (json!({"tenants": []}), "tenants", "required"),
        (json!({"tenants": [nobody]}), "tenants", "unsupported"),
        (json!({"tenants": ["ten_00000000000000000000000000000001"]}), "tenants", "unsupported"),
        (json!({"role": "platform_admin", "tenants": [nobody]}), "tenants", "unsupported"),
    ] {
        let mut body = json!({"email": "sami@example.com", "role": "support", "ends_at": in_days(30)});
        for (name, value) in change.as_object().unwrap() {
            body[name] = value.clone();
        }
        let problem = desk.post("/platform/grants", &admin, &body).await.expect_problem(422, "invalid_request").json();
        assert_eq!(
            (&problem["errors"][0]["field"], &problem["errors"][0]["code"]),
            (&json!(field), &json!(code)),
            "{change}"
        );
    }
    desk.delete("/platform/grants/grn_1", &admin).await.expect_problem(404, "grant_not_found");
    world.finish().await;
}

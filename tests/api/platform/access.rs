//! `/api/v1/platform/access`: every call is written down.

use serde_json::json;
use tests::World;

use super::{Desk, REASON};
use crate::api::auth::text;

#[tokio::test(flavor = "multi_thread")]
async fn every_look_is_written_down_with_its_reason() {
    let world = World::start().await;
    let desk = Desk::of(&world);
    let admin = desk.person("amal@wasla.example", "platform_admin").await;
    let support = desk.person("sami@wasla.example", "support").await;
    let qahwa = desk.id("qahwa").await;
    desk.get("/tenants?q=oud", &support).await.expect(200);
    desk.get(&format!("/tenants/{qahwa}"), &support).request_id("request-one").await.expect(200);
    // What was refused looked at nothing.
    desk.get("/tenants/ten_00000000000000000000000000000009", &support).await.expect_problem(404, "tenant_not_found");
    desk.get("/platform/access", &support).await.expect_problem(403, "forbidden");

    let page =
        desk.get(&format!("/platform/access?account_id={}&limit=1", support.id), &admin).await.expect(200).json();
    let line = &page["data"][0];
    assert_eq!((&line["tenant_id"], &line["permission"]), (&json!(qahwa), &json!("tenants.view")));
    assert_eq!(
        (&line["reason"], &line["request_id"], &line["role"]),
        (&json!(REASON), &json!("request-one"), &json!("support"))
    );
    let cursor = text(&page, "/meta/page/next_cursor");
    let next = format!("/platform/access?account_id={}&limit=1&cursor={cursor}", support.id);
    let page = desk.get(&next, &admin).await.expect(200).json();
    assert!(text(&page, "/data/0/record").contains("oud") && page["meta"]["page"]["next_cursor"].is_null(), "{page}");
    let of_shop = desk.get(&format!("/platform/access?tenant_id={qahwa}"), &admin).await.expect(200).data();
    assert_eq!(of_shop.as_array().unwrap().len(), 1);
    // The looks at the looks stand there too.
    let all = desk.get("/platform/access", &admin).await.expect(200).data();
    let own = all.as_array().unwrap().iter().filter(|line| line["account_id"] == json!(admin.id));
    assert_eq!(own.count(), 4, "{all}");
    world.finish().await;
}

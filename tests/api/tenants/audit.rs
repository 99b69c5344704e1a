//! `/me/audit`

use serde_json::{Value, json};
use tests::World;

use crate::api::auth::Door;

#[tokio::test(flavor = "multi_thread")]
async fn what_was_changed_is_found_by_who_what_and_when() {
    let world = World::start().await;
    let door = Door::staff(&world, "qahwa");
    let shop = Door::tenant(&world, "qahwa");
    let owner = door.employee("noura@example.com", "owner").await;
    let clerk = door.employee("salem@example.com", "viewer").await;
    let id = tests::fresh_key();
    let path = format!("/members/{}", clerk.id);
    shop.patch(&path, &owner, &json!({"role": "manager"})).request_id(&id).await.expect(200);
    shop.patch("", &owner, &json!({"timezone": "Asia/Dubai"})).await.expect(200);
    door.patch("/me", &owner, &json!({"birth_date": "1990-02-28"})).await.expect(200);

    let found = async |query: &str| shop.get(&format!("/audit?{query}"), &owner).await.expect(200).data();
    let of_request = found(&format!("request_id={id}")).await;
    let line = &of_request[0];
    assert_eq!((of_request.as_array().unwrap().len(), &line["table"]), (1, &json!("membership")));
    assert_eq!((&line["actor"], &line["action"]), (&json!(owner.id), &json!("update")));
    assert_eq!(line["changed"], json!(["epoch", "role"]));
    assert_eq!((&line["before"]["role"], &line["after"]["role"]), (&json!("viewer"), &json!("manager")));
    assert_eq!(line["before"].as_object().unwrap().len(), 2, "what has not changed is not told: {line}");
    let tenant = world.shop("qahwa").tenant_id().await;
    let of_shop = found(&format!("table=tenant&record_id=ten_{}&limit=1", tenant.simple())).await;
    assert_eq!(of_shop[0]["after"]["timezone"], "Asia/Dubai");
    // Of a colleague's account it is told that it changed, and no more.
    let of_account = found(&format!("table=account&action=update&actor={}", owner.id)).await;
    let birth = of_account.as_array().unwrap().iter().find(|line| line["changed"] == json!(["birth_date"]));
    assert_eq!((&birth.unwrap()["before"], &birth.unwrap()["after"]), (&Value::Null, &Value::Null));
    assert_eq!(found("since=2099-01-01T00:00:00Z").await, json!([]));
    assert_eq!(found("until=2001-01-01T00:00:00Z").await, json!([]));
    assert!(!found("actor=usr_00000000000000000000000000000001").await.as_array().unwrap().iter().any(|_| true));

    // Page by page, each line once, the newest first.
    let mut path = "/audit?table=session&limit=1".to_owned();
    let mut seen: Vec<i64> = Vec::new();
    loop {
        let page = shop.get(&path, &owner).await.expect(200).json();
        seen.extend(page["data"].as_array().unwrap().iter().map(|line| line["id"].as_i64().unwrap()));
        let Some(cursor) = page["meta"]["page"]["next_cursor"].as_str() else { break };
        path = format!("/audit?table=session&limit=1&cursor={cursor}");
    }
    assert!(seen.len() >= 2 && seen.is_sorted_by(|one, next| one > next), "{seen:?}");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_trail_is_the_shops_own_and_for_those_who_may() {
    let world = World::start().await;
    let door = Door::staff(&world, "qahwa");
    let shop = Door::tenant(&world, "qahwa");
    let admin = door.employee("noura@example.com", "admin").await;
    let manager = door.employee("salem@example.com", "manager").await;
    shop.get("/audit", &manager).await.expect_problem(403, "forbidden");
    let stranger = Door::staff(&world, "moda").employee("stranger@example.com", "owner").await;
    let theirs = Door::tenant(&world, "moda").get("/audit?limit=100", &stranger).await.expect(200).text();
    assert!(!theirs.contains(&admin.id) && !theirs.contains("noura@example.com"));
    for (query, field, code) in [
        ("since=yesterday", "since", "invalid"),
        ("until=2026-01-01T00:00:00%2B03:00", "until", "invalid"),
        ("record_id=x", "record_id", "invalid"),
        ("action=drop", "action", "invalid"),
        ("limit=0", "limit", "out_of_range"),
        ("tenant_id=x", "tenant_id", "unknown_parameter"),
    ] {
        let problem = shop.get(&format!("/audit?{query}"), &admin).await.expect_problem(422, "invalid_request").json();
        assert_eq!((&problem["errors"][0]["field"], &problem["errors"][0]["code"]), (&json!(field), &json!(code)));
    }
    shop.get("/audit?cursor=x", &admin).await.expect_problem(400, "invalid_cursor");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rare_line_is_found_among_many_by_going_on() {
    let world = World::start().await;
    let owner = Door::staff(&world, "qahwa").employee("noura@example.com", "owner").await;
    let shop = Door::tenant(&world, "qahwa");
    world.allow_untold_changes();
    let fill = "insert into audit.entry (tenant_id, actor, action, table_name, row_id, after) \
        select t.id, 'system', 'insert', case n when 1 then 'needle' else 'hay' end, app.uuid_v7()::text, '{\"n\": 1}' \
        from app.tenant t, generate_series(1, 45000) n where t.slug = 'qahwa'";
    world.sql.execute(fill, &[]).await.unwrap();
    let mut path = "/audit?table=needle".to_owned();
    let (mut pages, mut found) = (0, 0);
    loop {
        let page = shop.get(&path, &owner).await.expect(200).json();
        pages += 1;
        found += page["data"].as_array().unwrap().len();
        let Some(cursor) = page["meta"]["page"]["next_cursor"].as_str() else { break };
        path = format!("/audit?table=needle&cursor={cursor}");
    }
    assert_eq!((pages, found), (3, 1), "each page looks at twenty thousand lines");
    world.finish().await;
}

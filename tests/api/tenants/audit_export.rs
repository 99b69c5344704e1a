//! `/me/audit/export`

use serde_json::{Value, json};
use tests::{Answer, World};

use crate::api::auth::Door;

fn lines(answer: &Answer) -> Vec<Value> {
    let text = answer.text();
    assert!(text.is_empty() || text.ends_with('\n'), "{text}");
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Where `Link` leads, below the shop's routes.
fn next(answer: &Answer) -> Option<String> {
    let link = answer.header("link")?;
    let path = link.strip_prefix("</api/v1/tenants/me").unwrap().strip_suffix(">; rel=\"next\"").unwrap();
    Some(path.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_trail_is_taken_out_page_by_page_with_its_seals() {
    let world = World::start().await;
    let owner = Door::staff(&world, "oud").employee("noura@example.com", "owner").await;
    let shop = Door::tenant(&world, "oud");
    assert!(world.run_job("audit/seal").await > 700, "all that the seeds wrote");
    shop.patch("", &owner, &json!({"timezone": "Asia/Dubai"})).await.expect(200);
    let first = shop.get("/audit/export?limit=300", &owner).await.expect(200);
    assert_eq!(first.header("content-type"), Some("application/x-ndjson"));
    assert_eq!(first.header("content-disposition"), Some("attachment; filename=\"audit.ndjson\""));
    let mut taken = lines(&first);
    assert_eq!(taken.len(), 300);
    let mut path = next(&first);
    while let Some(at) = path {
        assert!(at.starts_with("/audit/export?limit=300&cursor="), "{at}");
        let page = shop.get(&at, &owner).await.expect(200);
        taken.extend(lines(&page));
        path = next(&page);
    }
    let ids: Vec<i64> = taken.iter().map(|line| line["id"].as_i64().unwrap()).collect();
    assert!(ids.is_sorted_by(|one, next| one < next));
    let query = "select l.seq, encode(l.hash, 'hex') from audit.link l join audit.entry e on e.tenant_id = l.tenant_id and e.id = l.entry_id \
        where l.tenant_id = $1 order by e.id";
    let sealed = world.sql.query(query, &[&world.shop("oud").tenant_id().await]).await.unwrap();
    for (row, line) in sealed.iter().zip(&taken) {
        let (seq, hash): (i64, String) = (row.get(0), row.get(1));
        assert_eq!((&line["seq"], &line["hash"]), (&json!(seq), &json!(hash)));
    }
    let waiting = &taken[sealed.len()..];
    assert!(waiting.iter().all(|line| line["seq"].is_null() && line["hash"].is_null()), "{waiting:?}");
    assert!(waiting.iter().any(|line| line["after"]["timezone"] == "Asia/Dubai"));
    // As the search shows them.
    let shown = shop.get("/audit?table=tenant&action=update&limit=1", &owner).await.expect(200).data();
    let mut line = taken.iter().find(|line| line["id"] == shown[0]["id"]).unwrap().clone();
    line.as_object_mut().unwrap().retain(|name, _| !["seq", "hash"].contains(&name.as_str()));
    assert_eq!(line, shown[0]);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_took_what_out_is_told_and_only_those_who_may_do() {
    let world = World::start().await;
    let door = Door::staff(&world, "qahwa");
    let (owner, manager) =
        (door.employee("noura@example.com", "owner").await, door.employee("salem@example.com", "manager").await);
    let shop = Door::tenant(&world, "qahwa");
    shop.get("/audit/export", &manager).await.expect_problem(403, "forbidden");
    let stranger = Door::staff(&world, "moda").employee("stranger@example.com", "owner").await;
    shop.get("/audit/export", &stranger).await.expect_problem(404, "tenant_not_found");
    let theirs = Door::tenant(&world, "moda").get("/audit/export?since=2020-01-01T00:00:00Z", &stranger).await;
    assert!(!theirs.expect(200).text().contains(&owner.id));
    for (query, field, code) in [
        ("since=yesterday", "since", "invalid"),
        ("record_id=x", "record_id", "invalid"),
        ("limit=0", "limit", "out_of_range"),
        ("limit=1001", "limit", "out_of_range"),
        ("format=csv", "format", "unknown_parameter"),
    ] {
        let path = format!("/audit/export?{query}");
        let problem = shop.get(&path, &owner).await.expect_problem(422, "invalid_request").json();
        assert_eq!((&problem["errors"][0]["field"], &problem["errors"][0]["code"]), (&json!(field), &json!(code)));
    }
    let searched = shop.get("/audit?limit=1", &owner).await.expect(200).json()["meta"]["page"]["next_cursor"].take();
    let path = format!("/audit/export?cursor={}", searched.as_str().unwrap());
    shop.get(&path, &owner).await.expect_problem(400, "invalid_cursor");

    let id = tests::fresh_key();
    let query = "/audit/export?table=membership&until=2099-01-01T00:00:00Z&limit=2";
    let taken = lines(&shop.get(query, &owner).request_id(&id).await.expect(200));
    assert!(taken.len() == 2 && taken.iter().all(|line| line["table"] == "membership"), "{taken:?}");
    let told = shop.get(&format!("/audit?action=read&request_id={id}"), &owner).await.expect(200).data();
    assert_eq!((told.as_array().unwrap().len(), &told[0]["actor"]), (1, &json!(owner.id)));
    let facts = json!({"table": "membership", "until": "2099-01-01T00:00:00Z", "limit": 2, "lines": 2});
    assert_eq!((&told[0]["table"], &told[0]["after"]), (&json!("entry"), &facts));
    let reads = "select count(*) from audit.entry where action = 'read'";
    assert_eq!(world.count(reads).await, 2, "what was refused took nothing out");
    // Nothing found is an empty file, and the last.
    let none = shop.get("/audit/export?since=2099-01-01T00:00:00Z", &owner).await.expect(200);
    assert_eq!((none.text(), next(&none)), (String::new(), None));
    world.finish().await;
}

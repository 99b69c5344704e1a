//! `/me/members`, `/me/ownership`, `/me/leave`

use futures::future::{join, join_all};
use serde_json::{Value, json};
use tests::World;

use crate::api::auth::{Door, PASSWORD, Person};

fn ids(listed: &Value) -> Vec<&str> {
    listed.as_array().unwrap().iter().map(|member| member["account_id"].as_str().unwrap()).collect()
}

/// Removes everybody but these: the demo shops come with an owner.
async fn remove_others(shop: &Door<'_>, owner: &Person, stay: &[&Person]) {
    for id in ids(&shop.get("/members", owner).await.expect(200).data()) {
        if !stay.iter().any(|person| person.id == id) {
            shop.delete(&format!("/members/{id}"), owner).await.expect(200);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn members_are_found_by_name_role_and_status_page_by_page() {
    let world = World::start().await;
    let staff = Door::staff(&world, "qahwa");
    let owner = staff.employee("noura@example.com", "owner").await;
    let manager = staff.employee("salem@example.com", "manager").await;
    let viewer = staff.employee("lina@example.com", "viewer").await;
    Door::staff(&world, "moda").employee("stranger@example.com", "owner").await;
    staff.patch("/me", &manager, &json!({"given_name": "سالم", "family_name": "الأحمد"})).await.expect(200);
    let shop = Door::tenant(&world, "qahwa");
    remove_others(&shop, &owner, &[&owner, &manager, &viewer]).await;
    let all = shop.get("/members", &owner).await.expect(200);
    assert_eq!(ids(&all.data()), [&*owner.id, &*manager.id, &*viewer.id]);
    assert_eq!(all.data()[1]["email"], "salem@example.com");
    assert_eq!((&all.data()[1]["role"], &all.data()[1]["status"]), (&json!("manager"), &json!("active")));
    let found = async |query: &str| {
        let data = shop.get(&format!("/members?{query}"), &owner).await.expect(200).data();
        ids(&data).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    // However it is spelt.
    assert_eq!(found("q=%D8%A7%D9%84%D8%A7%D8%AD%D9%85%D8%AF").await, [&*manager.id]);
    assert_eq!(found("q=LINA%40").await, [&*viewer.id]);
    assert_eq!(found("role=owner").await, [&*owner.id]);
    assert_eq!(found("status=suspended").await, Vec::<String>::new());
    assert_eq!(found("q=stranger").await, Vec::<String>::new(), "another shop's");

    let mut path = "/members?limit=1".to_owned();
    let mut seen = Vec::new();
    loop {
        let page = shop.get(&path, &owner).await.expect(200).json();
        seen.extend(ids(&page["data"]).into_iter().map(str::to_owned));
        let Some(cursor) = page["meta"]["page"]["next_cursor"].as_str() else { break };
        path = format!("/members?limit=1&cursor={cursor}");
        shop.get(&format!("{path}&role=owner"), &owner).await.expect_problem(400, "invalid_cursor");
    }
    assert_eq!(seen, [&*owner.id, &*manager.id, &*viewer.id]);

    assert_eq!(shop.get(&format!("/members/{}", viewer.id), &manager).await.expect(200).data()["role"], "viewer");
    // Who only looks at orders does not see who works here.
    shop.get("/members", &viewer).await.expect_problem(403, "forbidden");
    for (query, code) in [("limit=0", "out_of_range"), ("limit=101", "out_of_range"), ("status=removed", "invalid")] {
        let problem =
            shop.get(&format!("/members?{query}"), &owner).await.expect_problem(422, "invalid_request").json();
        assert_eq!(problem["errors"][0]["code"], code);
    }
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suspended_member_is_out_at_the_next_request() {
    let world = World::start().await;
    let door = Door::staff(&world, "qahwa");
    let shop = Door::tenant(&world, "qahwa");
    let owner = door.employee("noura@example.com", "owner").await;
    let member = door.employee("salem@example.com", "manager").await;
    let path = format!("/members/{}", member.id);
    shop.patch(&path, &member, &json!({"role": "owner"})).await.expect_problem(403, "forbidden");
    let changed = shop.patch(&path, &owner, &json!({"status": "suspended"})).await.expect(200).data();
    assert_eq!((&changed["account_id"], &changed["role"]), (&json!(member.id), &json!("manager")));
    assert_eq!(changed["status"], "suspended");
    door.get("/me", &member).await.expect_problem(401, "session_ended");
    door.refresh(&member.refresh).await.expect_problem(401, "session_ended");
    door.login("salem@example.com", PASSWORD).await.expect_problem(401, "invalid_credentials");
    shop.patch(&path, &owner, &json!({"status": "active"})).await.expect(200);
    Person::read(door.login("salem@example.com", PASSWORD).await);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_role_ends_the_token_and_not_the_session() {
    let world = World::start().await;
    let door = Door::staff(&world, "qahwa");
    let shop = Door::tenant(&world, "qahwa");
    let owner = door.employee("noura@example.com", "owner").await;
    let member = door.employee("salem@example.com", "owner").await;
    shop.patch(&format!("/members/{}", member.id), &owner, &json!({"role": "viewer"})).await.expect(200);
    door.get("/me", &member).await.expect_problem(401, "session_ended");
    let member = Person::read(door.refresh(&member.refresh).await);
    assert_eq!(member.data["account"]["role"], "viewer");
    let path = format!("/members/{}", owner.id);
    shop.patch(&path, &member, &json!({"role": "viewer"})).await.expect_problem(403, "forbidden");
    // Nor does anybody change their own.
    shop.patch(&path, &owner, &json!({"role": "viewer"})).await.expect_problem(409, "own_membership");
    for (body, code) in [(json!({"role": "emperor"}), "unsupported"), (json!({}), "required")] {
        let problem = shop.patch(&format!("/members/{}", member.id), &owner, &body).await;
        assert_eq!(problem.expect_problem(422, "invalid_request").json()["errors"][0]["code"], code);
    }
    // A customer's id, even a good one, is nobody's here.
    let customer = Door::customers(&world, "qahwa").customer("+966500000031").await;
    let path = format!("/members/{}", customer.id.replace("cus", "usr"));
    shop.patch(&path, &owner, &json!({"status": "suspended"})).await.expect_problem(404, "member_not_found");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_removed_is_gone_here_and_nowhere_else() {
    let world = World::start().await;
    let (here, there) = (Door::staff(&world, "qahwa"), Door::staff(&world, "moda"));
    let owner = here.employee("noura@example.com", "owner").await;
    let member = here.employee("salem@example.com", "manager").await;
    let as_viewer = json!({"slug": "moda", "email": "salem@example.com", "role": "viewer"});
    world.sql.execute("select ops.seed_staff($1)", &[&as_viewer]).await.unwrap();
    let elsewhere = Person::read(there.login("salem@example.com", PASSWORD).await);
    let shop = Door::tenant(&world, "qahwa");
    let path = format!("/members/{}", member.id);
    remove_others(&shop, &owner, &[&owner, &member]).await;
    shop.delete(&path, &member).await.expect_problem(403, "forbidden");
    let removed = shop.delete(&path, &owner).await.expect(200).data();
    assert_eq!(removed["status"], "removed");
    here.get("/me", &member).await.expect_problem(401, "session_ended");
    here.login("salem@example.com", PASSWORD).await.expect_problem(401, "invalid_credentials");
    assert_eq!(ids(&shop.get("/members", &owner).await.data()), [&*owner.id]);
    shop.delete(&path, &owner).await.expect_problem(404, "member_not_found");
    shop.patch(&path, &owner, &json!({"status": "active"})).await.expect_problem(404, "member_not_found");
    there.get("/me", &elsewhere).await.expect(200);
    // Somebody who comes back has nothing of what they had: the old token stays what it is.
    let again = json!({"slug": "qahwa", "email": "salem@example.com", "role": "owner"});
    world.sql.execute("select ops.seed_staff($1)", &[&again]).await.unwrap();
    assert_eq!(shop.get(&path, &owner).await.expect(200).data()["status"], "active");
    here.get("/me", &member).await.expect_problem(401, "session_ended");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_keeps_an_owner_whoever_leaves_at_once() {
    let world = World::start().await;
    let door = Door::staff(&world, "qahwa");
    let shop = Door::tenant(&world, "qahwa");
    let owners = [door.employee("noura@example.com", "owner").await, door.employee("salem@example.com", "owner").await];
    remove_others(&shop, &owners[0], &[&owners[0], &owners[1]]).await;
    let remove = |who: usize| {
        let call = shop.delete(&format!("/members/{}", owners[1 - who].id), &owners[who]);
        async move { call.await.status }
    };
    // Each removes the other: one is too late, by token, by membership or by being the last.
    let (one, other) = join(remove(0), remove(1)).await;
    assert!((one == 200) != (other == 200), "{one} {other}");
    let last = if one == 200 { &owners[0] } else { &owners[1] };
    last.sign(shop.post("/leave", &json!({}))).await.expect_problem(409, "last_owner");
    let owners = "select count(*) from app.membership m join app.tenant t on t.id = m.tenant_id \
        where t.slug = 'qahwa' and m.role = 'owner' and m.status = 'active'";
    assert_eq!(world.count(owners).await, 1);

    let member = door.employee("lina@example.com", "manager").await;
    member.sign(shop.post("/leave", &json!({}))).await.expect(200);
    door.get("/me", &member).await.expect_problem(401, "session_ended");
    door.login("lina@example.com", PASSWORD).await.expect_problem(401, "invalid_credentials");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_hands_the_shop_over() {
    let world = World::start().await;
    let door = Door::staff(&world, "qahwa");
    let shop = Door::tenant(&world, "qahwa");
    let owner = door.employee("noura@example.com", "owner").await;
    let admin = door.employee("salem@example.com", "admin").await;
    let hand = |to: &Person, by: &Person| by.sign(shop.post("/ownership", &json!({"account_id": to.id})));
    hand(&admin, &admin).await.expect_problem(403, "forbidden");
    hand(&owner, &owner).await.expect_problem(409, "own_membership");
    shop.patch(&format!("/members/{}", admin.id), &owner, &json!({"status": "suspended"})).await.expect(200);
    hand(&admin, &owner).await.expect_problem(409, "member_suspended");
    shop.patch(&format!("/members/{}", admin.id), &owner, &json!({"status": "active"})).await.expect(200);

    // The money of a shop goes with it: a proof of who asks must be recent.
    let old = "update app.session set authenticated_at = now() - interval '11 minutes'";
    world.sql.execute(old, &[]).await.unwrap();
    hand(&admin, &owner).await.expect_problem(403, "step_up_required");
    let owner = Person::read(door.login("noura@example.com", PASSWORD).await);
    assert_eq!(hand(&admin, &owner).await.expect(200).data()["role"], "owner");
    hand(&admin, &owner).await.expect_problem(401, "session_ended");
    let former = Person::read(door.refresh(&owner.refresh).await);
    assert_eq!(former.data["account"]["role"], "admin");
    let new = Person::read(door.login("salem@example.com", PASSWORD).await);
    assert_eq!(new.data["account"]["role"], "owner");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_are_changed_at_once_or_none_of_them() {
    let world = World::start().await;
    let staff = Door::staff(&world, "qahwa");
    let owner = staff.employee("noura@example.com", "owner").await;
    let shop = Door::tenant(&world, "qahwa");
    let mut team = Vec::new();
    for n in 0..3 {
        team.push(staff.employee(&format!("s{n}@example.com"), "staff").await);
    }
    let ids: Vec<&str> = team.iter().map(|person| &*person.id).collect();
    let roles = async || -> Vec<Value> {
        let listed = shop.get("/members?limit=100", &owner).await.expect(200).data();
        let all = listed.as_array().unwrap().clone();
        let of =
            |id: &&str| all.iter().find(|one| one["account_id"] == **id).map_or(Value::Null, |one| one["role"].clone());
        ids.iter().map(of).collect()
    };
    let change = |body: Value| shop.patch("/members", &owner, &body);
    let changed = change(json!({"account_ids": ids, "role": "viewer"})).await.expect(200).data();
    assert_eq!(changed.as_array().unwrap().len(), 3);
    assert_eq!(roles().await, ["viewer", "viewer", "viewer"]);
    shop.get("/members", &team[0]).await.expect_problem(401, "session_ended");

    // One that is refused refuses all of them.
    let stranger = Door::staff(&world, "moda").employee("stranger@example.com", "staff").await;
    let nobody = "usr_00000000000000000000000000000001";
    for other in [&*stranger.id, nobody] {
        let refused = change(json!({"account_ids": [ids[0], other, ids[1]], "role": "manager"})).await;
        let refused = refused.expect_problem(422, "invalid_request").json();
        let error = (&refused["errors"][0]["field"], &refused["errors"][0]["code"]);
        assert_eq!(error, (&json!("account_ids.1"), &json!("member_not_found")), "{other}");
    }
    change(json!({"account_ids": [ids[0], owner.id], "role": "manager"})).await.expect_problem(409, "own_membership");
    change(json!({"account_ids": ids, "role": "night_shift"})).await.expect_problem(422, "invalid_request");
    for body in [
        json!({"account_ids": [], "role": "viewer"}),
        json!({"account_ids": ids}),
        json!({"account_ids": vec![nobody; 101], "role": "viewer"}),
    ] {
        change(body).await.expect_problem(422, "invalid_request");
    }
    assert_eq!(roles().await, ["viewer", "viewer", "viewer"]);

    // Two that change the same ones in opposite orders both come to an end.
    let back: Vec<&str> = ids.iter().rev().copied().collect();
    let calls = join_all((0..10).map(|n| {
        let order = if n % 2 == 0 { &ids } else { &back };
        let body = json!({"account_ids": order, "role": if n % 2 == 0 { "staff" } else { "manager" }});
        async { change(body).await.status }
    }));
    assert_eq!(calls.await, [200; 10]);
    let once = roles().await;
    assert!(once.iter().all(|role| *role == once[0]), "{once:?}");
    change(json!({"account_ids": back, "status": "removed"})).await.expect(200);
    assert_eq!(roles().await, [Value::Null, Value::Null, Value::Null]);
    world.finish().await;
}

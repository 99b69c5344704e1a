//! The job that removes deleted shops.

use std::collections::BTreeMap;

use serde_json::json;
use tests::World;
use uuid::Uuid;

use super::Desk;
use crate::api::auth::Door;

/// Rows of a tenant in every table that says whose its rows are.
async fn rows(world: &World, tenant: Uuid) -> BTreeMap<String, i64> {
    let sql = "select c.oid::regclass::text, (select string_agg(format('x.%I = $1', a.attname), ' or ') from pg_attribute a \
          where a.attrelid = c.oid and not a.attisdropped and a.attname in ('tenant_id', 'realm_id')) from pg_class c \
        where c.relkind in ('r', 'p') and c.relnamespace in ('app'::regnamespace, 'identity'::regnamespace, 'audit'::regnamespace)";
    let mut all = BTreeMap::new();
    for row in world.sql.query(sql, &[]).await.unwrap() {
        let (table, own): (String, Option<String>) = (row.get(0), row.get(1));
        let own = own.unwrap_or_else(|| "x.id = $1".to_owned());
        let count =
            world.sql.query_one(&format!("select count(*) from {table} x where {own}"), &[&tenant]).await.unwrap();
        all.insert(table, count.get(0));
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_left_of_a_shop_and_nothing_of_another_is_touched() {
    let world = World::start().await;
    // A shop's trail goes with it.
    world.allow_untold_changes();
    let desk = Desk::of(&world);
    let admin = desk.person("amal@wasla.example", "platform_admin").await;
    let owner = Door::staff(&world, "moda").employee("noura@example.com", "owner").await;
    Door::customers(&world, "moda").customer("+966500000961").await;
    let shop = world.shop("moda");
    shop.buy(&[(&shop.any_variant().await, 1)]).await;
    world.deliver_events().await;
    let other = world.shop("qahwa");
    other.buy(&[(&other.any_variant().await, 1)]).await;
    world.deliver_events().await;
    let (moda, qahwa) = (shop.tenant_id().await, other.tenant_id().await);
    desk.delete(&format!("/tenants/{}", desk.id("moda").await), &admin).await.expect(200);
    assert_eq!(world.run_job("platform/purge").await, 0, "before its time");

    let age = format!(
        "begin; select set_config('app.tenant_id', '{moda}', true); \
        update app.tenant set deleted_at = now() - app.tenant_retention() - interval '1 second' where id = app.tenant_id(); commit"
    );
    world.sql.batch_execute(&age).await.unwrap();
    let before = rows(&world, qahwa).await;
    let filled = rows(&world, moda).await.values().filter(|rows| **rows > 0).count();
    assert!(filled > 25, "only {filled} tables had rows");
    // In many small steps, some of them at once.
    let admin_session = world.app_admin_session().await;
    let mut steps = 0;
    loop {
        let step = "select ops.purge_tenants('{}', '{\"limit\": 97}')";
        let answer: serde_json::Value = admin_session.query_one(step, &[]).await.unwrap().get(0);
        steps += 1;
        if steps == 3 {
            let (one, two) = tokio::join!(world.job("platform/purge"), world.job("platform/purge"));
            one.expect(200);
            two.expect(200);
        }
        if answer["more"] == json!(false) {
            break;
        }
    }
    let left: Vec<_> = rows(&world, moda).await.into_iter().filter(|(_, rows)| *rows > 0).collect();
    assert_eq!(left, [], "after {steps} steps");
    assert_eq!(rows(&world, qahwa).await, before);
    other.get("/products").await.expect(200);
    // Staff are the platform's; what is gone is their membership. The platform remembers that there was such a shop.
    assert_eq!(world.count("select count(*) from identity.account where email = 'noura@example.com'").await, 1);
    let gone = "select count(*) from audit.entry where tenant_id = app.platform_id() and table_name = 'tenant' and action = 'delete' and before ->> 'slug' = 'moda'";
    assert_eq!(world.count(gone).await, 1);
    Door::staff(&world, "moda").get("/me", &owner).await.expect_problem(404, "tenant_not_found");
    world.finish().await;
}

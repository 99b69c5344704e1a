//! The purge job: what has had its time goes, what is in use stays.

use tests::{World, fresh_key};

#[tokio::test(flavor = "multi_thread")]
async fn old_keys_and_abandoned_carts_go_and_nothing_else() {
    let world = World::start().await;
    let shop = world.shop("qahwa");
    let tenant = shop.tenant_id().await;
    let variant = shop.any_variant().await;
    let (abandoned, in_use) = (shop.cart_with(&[(&variant, 1)]).await, shop.cart_with(&[(&variant, 1)]).await);
    let ordered = shop.cart_with(&[(&variant, 1)]).await;
    shop.checkout(&ordered, &fresh_key()).await.expect(201);
    // Time, as only SQL can make it pass: the trigger would put updated_at back to now.
    let bare = abandoned.trim_start_matches("crt_");
    world.allow_untold_changes();
    world
        .sql
        .batch_execute(&format!(
            "alter table app.cart disable trigger cart_touch; alter table app.cart disable trigger cart_audit;
             update app.cart set updated_at = now() - interval '31 days' where id = '{bare}' or status = 'closed';
             alter table app.cart enable trigger cart_touch; alter table app.cart enable trigger cart_audit;
             insert into app.idempotency (tenant_id, scope, key, fingerprint, status, lease_until, expires_at)
             values ('{tenant}', 'checkout', 'of last week', 'f', 'in_flight', now(), now());"
        ))
        .await
        .unwrap();

    assert_eq!(world.run_job("storefront/purge").await, 2, "one key and one cart");
    shop.get(&format!("/carts/{abandoned}")).await.expect_problem(404, "cart_not_found");
    shop.get(&format!("/carts/{in_use}")).await.expect(200);
    let left = |query: &'static str| async { world.sql.query_one(query, &[]).await.unwrap().get::<_, i64>(0) };
    assert_eq!(left("select count(*) from app.idempotency").await, 1, "the order's key stays");
    assert_eq!(left("select count(*) from app.cart where status = 'closed'").await, 1, "an order's cart stays with it");
    assert_eq!(left("select count(*) from app.cart_item").await, 2, "the abandoned cart's item went with it");
    assert_eq!(world.run_job("storefront/purge").await, 0);
    world.finish().await;
}

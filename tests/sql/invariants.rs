//! The invariants that end every test notice what they name.

use tests::World;

/// What is done to a database behind the triggers' back, and the beginning of the invariant that notices it.
const TAMPERINGS: [(&str, &str); 13] = [
    ("update app.stock set reserved = reserved + 1 where on_hand > reserved", "reserved units"),
    ("update app.stock set on_hand = on_hand + 1", "units that left the shop"),
    ("delete from app.order_line", "an order's sums"),
    ("update app.sales_order set currency = 'USD'", "an order's sums"),
    ("update app.payment set amount_minor = amount_minor + 1", "an order has one payment"),
    ("delete from app.payment", "an order has one payment"),
    ("update app.sales_order set status = 'pending'", "status, reservation and payment"),
    ("delete from app.outbox where kind = 'order.paid'", "every order was announced"),
    ("update app.cart set status = 'open', order_id = null", "an order's cart"),
    ("update app.idempotency set order_id = gen_random_uuid()", "an idempotency key"),
    ("delete from app.idempotency", "one idempotency key"),
    ("update app.outbox set seq = 1000, published_at = now() where kind = 'order.paid'", "the feed has no gaps"),
    ("delete from audit.entry where table_name = 'payment'", "every change is in the audit trail"),
];

#[tokio::test(flavor = "multi_thread")]
async fn every_invariant_notices_what_it_names() {
    let world = World::start().await;
    let shop = world.shop("qahwa");
    shop.buy(&[(&shop.any_variant().await, 1)]).await;
    world.assert_invariants().await;
    for (tampering, invariant) in TAMPERINGS {
        // No trigger and no foreign key stands in the way of the superuser who says so.
        world
            .sql
            .batch_execute(&format!("begin; set local session_replication_role = replica; {tampering}"))
            .await
            .unwrap();
        let violations = world.violations().await;
        assert!(violations.iter().any(|found| found.starts_with(invariant)), "{tampering}: {violations:?}");
        world.sql.batch_execute("rollback").await.unwrap();
    }
    world.finish().await;
}

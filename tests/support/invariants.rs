//! What holds after every test, whatever it did. Each query lists offenders; a list that is not empty fails the test.

use crate::World;

const INVARIANTS: [(&str, &str); 12] = [
    (
        "reserved units are those of orders whose reservation is held",
        "select v.sku, s.on_hand, s.reserved, h.units from app.stock s join app.variant v on v.tenant_id = s.tenant_id and v.id = s.id \
         left join lateral (select coalesce(sum(l.quantity), 0) as units from app.order_line l \
           join app.sales_order o on o.tenant_id = l.tenant_id and o.id = l.order_id \
           where l.tenant_id = s.tenant_id and l.variant_id = s.id and o.reservation = 'held') h on true \
         where s.reserved <> h.units or s.reserved < 0 or s.reserved > s.on_hand",
    ),
    (
        "units that left the shop are those of orders whose reservation is committed",
        "select v.sku, b.on_hand as before, s.on_hand as after, c.units from app.stock s \
         join test_support.stock_before b on b.tenant_id = s.tenant_id and b.id = s.id \
         join app.variant v on v.tenant_id = s.tenant_id and v.id = s.id \
         left join lateral (select coalesce(sum(l.quantity), 0) as units from app.order_line l \
           join app.sales_order o on o.tenant_id = l.tenant_id and o.id = l.order_id \
           where l.tenant_id = s.tenant_id and l.variant_id = s.id and o.reservation = 'committed') c on true \
         where b.on_hand - s.on_hand <> c.units",
    ),
    (
        "an order's sums are those of its lines",
        "select o.number from app.sales_order o join app.tenant t on t.id = o.tenant_id where \
         o.subtotal_minor <> (select coalesce(sum(l.total_minor), 0) from app.order_line l where l.tenant_id = o.tenant_id and l.order_id = o.id) \
         or o.tax_minor < (select coalesce(sum(l.tax_minor), 0) from app.order_line l where l.tenant_id = o.tenant_id and l.order_id = o.id) \
         or o.total_minor <> o.subtotal_minor + o.shipping_minor + case when o.tax_included then 0 else o.tax_minor end \
         or o.currency <> t.currency \
         or exists (select from app.order_line l where l.tenant_id = o.tenant_id and l.order_id = o.id and l.total_minor <> l.unit_price_minor * l.quantity)",
    ),
    (
        "an order has one payment, over its total",
        "select o.number, count(p.id) from app.sales_order o left join app.payment p on p.tenant_id = o.tenant_id and p.order_id = o.id \
         group by o.tenant_id, o.id, o.number, o.total_minor, o.currency \
         having count(p.id) <> 1 or bool_or(p.amount_minor <> o.total_minor or p.currency <> o.currency)",
    ),
    (
        "status, reservation and payment agree",
        "select o.number, o.status, o.reservation, p.status from app.sales_order o \
         join app.payment p on p.tenant_id = o.tenant_id and p.order_id = o.id where not case o.status \
           when 'pending' then o.reservation in ('held', 'released') and p.status in ('initiated', 'pending', 'failed') \
           when 'paid' then o.reservation = 'committed' and p.status = 'paid' and o.paid_at is not null \
           when 'cancelled' then o.reservation = 'released' and p.status = 'expired' \
           when 'refund_review' then o.reservation = 'released' and p.status = 'paid' else false end",
    ),
    (
        "every order was announced once, and so was what became of it",
        "select o.number, o.status, k.kind, k.events from app.sales_order o cross join lateral (\
           select w.kind, (select count(*) from app.outbox e where e.tenant_id = o.tenant_id and e.aggregate_id = o.id and e.kind = w.kind) as events, \
             w.expected from (values ('order.created', 1), ('order.paid', (o.status = 'paid')::int), \
               ('order.cancelled', (o.cancelled_at is not null)::int), ('order.refund_review', (o.status = 'refund_review')::int)) w (kind, expected)) k \
         where k.events <> k.expected",
    ),
    (
        "an order's cart is closed, and a closed cart has its order",
        "select c.id from app.cart c full join app.sales_order o on o.tenant_id = c.tenant_id and o.cart_id = c.id \
         where (c.status = 'closed') is distinct from (o.id is not null) or (o.id is not null and c.order_id is distinct from o.id)",
    ),
    (
        "an idempotency key stands for one order, which exists",
        "select i.scope, i.key from app.idempotency i left join app.sales_order o on o.tenant_id = i.tenant_id and o.id = i.order_id \
         where o.id is null",
    ),
    (
        "one idempotency key for each order",
        "select o.number from app.sales_order o where \
         (select count(*) from app.idempotency i where i.tenant_id = o.tenant_id and i.order_id = o.id) <> 1",
    ),
    (
        "the feed has no gaps",
        "select tenant_id, count(seq), max(seq) from app.outbox group by 1 having count(seq) <> coalesce(max(seq), 0)",
    ),
    (
        "no secret is kept in a gateway event",
        "select id from app.gateway_event where position('webhook-secret-of-'::bytea in body) > 0",
    ),
    (
        "every foreign row is of the same shop",
        "select o.number from app.sales_order o join app.cart c on c.id = o.cart_id where c.tenant_id <> o.tenant_id",
    ),
];

impl World {
    /// Checks every invariant, in all shops.
    pub async fn assert_invariants(&self) {
        let violations = self.violations().await;
        assert!(violations.is_empty(), "invariants are violated:\n{}", violations.join("\n"));
    }

    /// The invariants that do not hold, with a few offenders each.
    pub async fn violations(&self) -> Vec<String> {
        let mut violations = Vec::new();
        for (name, query) in INVARIANTS {
            let query = format!("select coalesce(jsonb_agg(to_jsonb(x)), '[]') from ({query} limit 5) x");
            let offenders: serde_json::Value = match self.sql.query_one(&query, &[]).await {
                Ok(row) => row.get(0),
                Err(error) => panic!("{name}: {error:?}"),
            };
            if offenders != serde_json::json!([]) {
                violations.push(format!("{name}: {offenders}"));
            }
        }
        violations.extend(self.unaudited().await);
        violations
    }

    /// Every row of an audited table has as many audit entries as it has versions; every entry names its actor.
    async fn unaudited(&self) -> Vec<String> {
        let tables = "select c.relnamespace::regnamespace || '.' || c.relname from pg_trigger g join pg_class c on c.oid = g.tgrelid join pg_proc p on p.oid = g.tgfoid \
             where p.proname in ('audit_row', 'audit_tenant') and c.relnamespace <> 'audit'::regnamespace order by 1";
        let tables: Vec<String> = self.sql.query(tables, &[]).await.unwrap().iter().map(|row| row.get(0)).collect();
        assert!(tables.len() > 10, "{tables:?}");
        let mut violations = Vec::new();
        for table in tables {
            let query = format!(
                "select count(*) from {table} x where x.version <> (\
                   select count(*) from audit.entry e where '{table}' in ('app.' || e.table_name, 'ops.' || e.table_name) and e.row_id = x.id::text and e.actor <> '')"
            );
            let rows = self.count(&query).await;
            if rows > 0 {
                violations.push(format!("every change is in the audit trail: {rows} rows of app.{table} are not"));
            }
        }
        violations
    }
}

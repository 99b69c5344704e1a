//! Releasing reservations and settling payments at the same time: every unit moves once.

use serde_json::json;
use tests::Database;
use tokio_postgres::Client;
use uuid::Uuid;

use super::call;

const ORDERS: usize = 24;
const UNITS: i32 = 2;

struct Placed {
    tenant: Uuid,
    account: Uuid,
    payments: Vec<Uuid>,
}

/// Orders of two lines each, in opposite orders of their lines, all with their time just run out; the shelf holds exactly them.
async fn place(sql: &Client) -> Placed {
    let query = "select t.id, a.id, array(select v.id from app.variant v where v.tenant_id = t.id order by v.id limit 2) \
         from app.tenant t join app.gateway_account a on a.tenant_id = t.id where t.slug = 'moda'";
    let row = sql.query_one(query, &[]).await.unwrap();
    let (tenant, account, variants): (Uuid, Uuid, Vec<Uuid>) = (row.get(0), row.get(1), row.get(2));
    sql.execute("select set_config('app.tenant_id', $1, false)", &[&tenant.to_string()]).await.unwrap();
    let units = UNITS * i32::try_from(ORDERS).unwrap();
    sql.execute("update app.stock set on_hand = $2, reserved = $2 where id = any ($1)", &[&variants, &units])
        .await
        .unwrap();
    let mut payments = Vec::new();
    for number in 0..ORDERS {
        let (order, payment) = (Uuid::now_v7(), Uuid::now_v7());
        let insert = "insert into app.sales_order (tenant_id, id, number, reservation_expires_at, cart_id, email, phone, customer_name, shipping_address, \
               shipping_method, currency, locale, tax_rate_bp, tax_included, subtotal_minor, shipping_minor, tax_minor, total_minor) \
             values ($1, $2, $3, now() - interval '1 second', $4, 'a@example.com', '+966500000000', 'A', '{}', 'standard', 'SAR', 'ar', 0, true, 400, 0, 0, 400)";
        sql.execute(insert, &[&tenant, &order, &format!("RACE-{number}"), &Uuid::new_v4()]).await.unwrap();
        for position in 0..2_usize {
            let variant = variants[(position + number) % 2];
            let line = "insert into app.order_line (tenant_id, id, order_id, position, product_id, variant_id, sku, name, options, unit_price_minor, quantity, \
                   total_minor, tax_minor) values ($1, $2, $3, $4, $5, $5, 'S', '{}', '{}', 100, $6, 200, 0)";
            let position = i32::try_from(position).unwrap();
            sql.execute(line, &[&tenant, &Uuid::now_v7(), &order, &position, &variant, &UNITS]).await.unwrap();
        }
        let insert = "insert into app.payment (tenant_id, id, order_id, gateway_account_id, method, status, amount_minor, currency, gateway_ref) \
             values ($1, $2, $3, $4, 'card', 'pending', 400, 'SAR', $5)";
        sql.execute(insert, &[&tenant, &payment, &order, &account, &format!("inv_{number}")]).await.unwrap();
        payments.push(payment);
    }
    Placed { tenant, account, payments }
}

#[tokio::test]
async fn settling_while_reservations_run_out_moves_every_unit_once() {
    let database = Database::start().await;
    let placed = place(&database.sql).await;
    let mut tasks = Vec::new();
    for _ in 0..3 {
        let sql = database.app_user_session().await;
        tasks.push(tokio::spawn(async move {
            let context = json!({"actor": "job", "request_id": "release"});
            for _ in 0..20 {
                call(&sql, "jobs_release_reservations", &context, &json!({"limit": 3})).await.unwrap();
            }
        }));
    }
    // Two of three orders are paid, each told twice at once; the rest expires at the gateway.
    for (number, payment) in placed.payments.iter().enumerate() {
        for _ in 0..2 {
            let sql = database.app_user_session().await;
            let context = json!({"tenant_id": placed.tenant, "actor": "gateway", "request_id": "settle"});
            let status = if number % 3 == 0 { "expired" } else { "paid" };
            let input = json!({"account_id": placed.account, "payment_id": payment, "gateway_ref": format!("inv_{number}"), "truth": {
                "gateway_ref": format!("inv_{number}"), "gateway_payment_ref": "p", "status": status, "failure": null,
                "amount_minor": 400, "currency": "SAR", "live": false}});
            tasks.push(tokio::spawn(async move {
                call(&sql, "payment_settle", &context, &input).await.unwrap();
            }));
        }
    }
    for task in tasks {
        task.await.unwrap();
    }
    let sql = &database.sql;
    // All units were there, so every paid order got its own, late or not.
    let orders = "select o.status || ' ' || o.reservation || ' ' || p.status, count(*) from app.sales_order o join app.payment p on p.order_id = o.id group by 1 order by 1";
    let orders: Vec<(String, i64)> =
        sql.query(orders, &[]).await.unwrap().iter().map(|row| (row.get(0), row.get(1))).collect();
    let third = i64::try_from(ORDERS / 3).unwrap();
    assert_eq!(
        orders,
        [("cancelled released expired".to_owned(), third), ("paid committed paid".to_owned(), 2 * third)]
    );
    let stock = "select s.on_hand, s.reserved from app.stock s where s.id in (select variant_id from app.order_line)";
    for row in sql.query(stock, &[]).await.unwrap() {
        let left: (i32, i32) = (row.get(0), row.get(1));
        assert_eq!(left, (UNITS * i32::try_from(ORDERS / 3).unwrap(), 0));
    }
    let events = "select e.kind, count(*), count(distinct e.aggregate_id) from app.outbox e where e.kind <> 'order.reservation_released' group by 1 order by 1";
    let events: Vec<(String, i64, i64)> =
        sql.query(events, &[]).await.unwrap().iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect();
    assert_eq!(events, [("order.cancelled".to_owned(), third, third), ("order.paid".to_owned(), 2 * third, 2 * third)]);
}

/// Every reservation that is released while its payment is under way is released once.
#[tokio::test]
async fn a_reservation_is_released_once() {
    let database = Database::start().await;
    place(&database.sql).await;
    let mut tasks = Vec::new();
    for _ in 0..6 {
        let sql = database.app_user_session().await;
        tasks.push(tokio::spawn(async move {
            let context = json!({"actor": "job", "request_id": "release"});
            let mut done = 0;
            for _ in 0..12 {
                let answer = call(&sql, "jobs_release_reservations", &context, &json!({"limit": 4})).await.unwrap();
                done += answer["done"].as_u64().unwrap();
            }
            done
        }));
    }
    let mut done = 0;
    for task in tasks {
        done += task.await.unwrap();
    }
    assert_eq!(done, ORDERS as u64);
    let held =
        "select count(*), sum(s.reserved) from app.stock s where s.id in (select variant_id from app.order_line)";
    let row = database.sql.query_one(held, &[]).await.unwrap();
    assert_eq!((row.get::<_, i64>(0), row.get::<_, i64>(1)), (2, 0));
}

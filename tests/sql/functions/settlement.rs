//! `api.payment_settle` decides as the table in commerce-domain does, in every situation that the database can hold and in some
//! that it should never come to.

use commerce_domain::Currency;
use commerce_domain::order::OrderStatus;
use commerce_domain::payment::PaymentStatus;
use commerce_domain::settlement::{
    Decision, Outcome, Reservation, Situation, StockEffect, Terms, Truth, TruthStatus, decide,
};
use serde_json::{Value, json};
use tests::Database;
use tokio_postgres::Client;
use uuid::Uuid;

use super::call;

const UNITS: i32 = 2;
const EXPECTED: Terms = Terms { amount_minor: 5_000, currency: Currency::Sar, live: false };

/// Two lines: the second is always in stock, so that taking again is all or nothing.
struct Shop {
    tenant: Uuid,
    account: Uuid,
    variants: [Uuid; 2],
}

impl Shop {
    async fn find(sql: &Client) -> Self {
        let query = "select t.id, a.id, array(select v.id from app.variant v where v.tenant_id = t.id order by v.id limit 2) \
             from app.tenant t join app.gateway_account a on a.tenant_id = t.id where t.slug = 'qahwa'";
        let row = sql.query_one(query, &[]).await.unwrap();
        let variants: Vec<Uuid> = row.get(2);
        Self { tenant: row.get(0), account: row.get(1), variants: [variants[0], variants[1]] }
    }

    /// Makes the situation true.
    async fn set_up(&self, sql: &Client, case: &Case, order: Uuid, payment: Uuid) {
        sql.execute("select set_config('app.tenant_id', $1, true)", &[&self.tenant.to_string()]).await.unwrap();
        let cart = Uuid::new_v4();
        let held = case.reservation == Reservation::Held;
        for (index, variant) in self.variants.iter().enumerate() {
            let free = if index == 0 && !case.stock_available { UNITS - 1 } else { UNITS };
            let reserved = if held { UNITS } else { 0 };
            let stock = "update app.stock set on_hand = $2, reserved = $3 where id = $1";
            sql.execute(stock, &[variant, &(reserved + free), &reserved]).await.unwrap();
        }
        let sales_order = "insert into app.sales_order (tenant_id, id, number, status, reservation, reservation_expires_at, cart_id, email, phone, \
               customer_name, shipping_address, shipping_method, currency, locale, tax_rate_bp, tax_included, subtotal_minor, shipping_minor, \
               tax_minor, total_minor) values ($1, $2, 'SETTLE-1', $3, $4, now() + interval '10 minutes', $5, 'a@example.com', '+966500000000', 'A', \
               '{}', 'standard', 'SAR', 'ar', 0, true, 5000, 0, 0, 5000)";
        let status = case.order.as_str();
        sql.execute(sales_order, &[&self.tenant, &order, &status, &reservation(case.reservation), &cart])
            .await
            .unwrap();
        for (position, variant) in self.variants.iter().enumerate() {
            let line = "insert into app.order_line (tenant_id, id, order_id, position, product_id, variant_id, sku, name, options, unit_price_minor, \
                   quantity, total_minor, tax_minor) values ($1, $2, $3, $4, $5, $5, 'S', '{}', '{}', 1250, $6, 2500, 0)";
            let position = i32::try_from(position).unwrap();
            sql.execute(line, &[&self.tenant, &Uuid::now_v7(), &order, &position, variant, &UNITS]).await.unwrap();
        }
        let insert = "insert into app.payment (tenant_id, id, order_id, gateway_account_id, method, status, amount_minor, currency, gateway_ref) \
             values ($1, $2, $3, $4, 'card', $5, 5000, 'SAR', 'inv_1')";
        sql.execute(insert, &[&self.tenant, &payment, &order, &self.account, &case.payment.as_str()]).await.unwrap();
    }

    async fn read(&self, sql: &Client, order: Uuid) -> After {
        let query = "select o.status, o.reservation, p.status, array(select s.on_hand from unnest($2::uuid[]) with ordinality v (id, n) join app.stock s on s.id = v.id order by n), \
               array(select s.reserved from unnest($2::uuid[]) with ordinality v (id, n) join app.stock s on s.id = v.id order by n), \
               array(select e.kind from app.outbox e where e.aggregate_id = o.id order by e.occurred_at) \
             from app.sales_order o join app.payment p on p.order_id = o.id where o.id = $1";
        let row = sql.query_one(query, &[&order, &&self.variants[..]]).await.unwrap();
        After {
            order: row.get(0),
            reservation: row.get(1),
            payment: row.get(2),
            on_hand: row.get(3),
            reserved: row.get(4),
            events: row.get(5),
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
struct After {
    order: String,
    reservation: String,
    payment: String,
    on_hand: Vec<i32>,
    reserved: Vec<i32>,
    events: Vec<String>,
}

#[derive(Clone, Copy, Debug)]
struct Case {
    order: OrderStatus,
    reservation: Reservation,
    stock_available: bool,
    payment: PaymentStatus,
    truth: Option<Truth>,
}

impl Case {
    fn decision(&self) -> Decision {
        let situation = Situation {
            order: self.order,
            reservation: self.reservation,
            stock_available: self.stock_available,
            payment: self.payment,
            expected: EXPECTED,
        };
        decide(Some(&situation), self.truth.as_ref())
    }

    /// What the tables must hold afterwards.
    fn expected(&self, decision: &Decision) -> After {
        let held = self.reservation == Reservation::Held;
        let mut reserved = vec![if held { UNITS } else { 0 }; 2];
        let mut on_hand = vec![reserved[0] + if self.stock_available { UNITS } else { UNITS - 1 }, reserved[1] + UNITS];
        let mut kept = self.reservation;
        let (mut leave, mut free) = (0, 0);
        match decision.stock {
            StockEffect::None => {}
            StockEffect::Commit => (leave, free, kept) = (UNITS, UNITS, Reservation::Committed),
            StockEffect::Retake => (leave, kept) = (UNITS, Reservation::Committed),
            StockEffect::Release => (free, kept) = (UNITS, Reservation::Released),
        }
        on_hand.iter_mut().for_each(|units| *units -= leave);
        reserved.iter_mut().for_each(|units| *units -= free);
        if decision.order == Some(OrderStatus::Cancelled) {
            kept = Reservation::Released;
        }
        After {
            order: decision.order.unwrap_or(self.order).as_str().to_owned(),
            reservation: reservation(kept).to_owned(),
            payment: decision.payment.unwrap_or(self.payment).as_str().to_owned(),
            on_hand,
            reserved,
            events: decision.event.map(str::to_owned).into_iter().collect(),
        }
    }

    fn input(&self, account: Uuid, digest: Option<&str>) -> Value {
        let mut input = json!({"account_id": account, "gateway_ref": "inv_1", "truth": self.truth.map(|truth| json!({
            "gateway_ref": "inv_1", "gateway_payment_ref": "pay_1", "status": truth.status.as_str(), "failure": null,
            "amount_minor": truth.terms.amount_minor, "currency": truth.terms.currency.code(), "live": truth.terms.live}))});
        if let Some(digest) = digest {
            input["event"] =
                json!({"digest": digest, "body": "e30=", "type": "payment_paid", "ref": "evt_1", "live": false});
        }
        input
    }
}

fn reservation(reservation: Reservation) -> &'static str {
    match reservation {
        Reservation::Held => "held",
        Reservation::Committed => "committed",
        Reservation::Released => "released",
        // Every order of the database reserved its stock when it was placed.
        Reservation::None => unreachable!(),
    }
}

fn cases() -> Vec<Case> {
    let truth = |status, terms| Some(Truth { status, terms });
    let other = [
        Terms { amount_minor: 4_999, ..EXPECTED },
        Terms { amount_minor: 0, ..EXPECTED },
        Terms { currency: Currency::Kwd, ..EXPECTED },
        Terms { live: true, ..EXPECTED },
    ];
    let mut truths: Vec<Option<Truth>> = TruthStatus::ALL.iter().map(|status| truth(*status, EXPECTED)).collect();
    truths.push(None);
    truths.extend(other.map(|terms| truth(TruthStatus::Paid, terms)));
    let mut cases = Vec::new();
    for order in OrderStatus::ALL {
        for reservation in [Reservation::Held, Reservation::Committed, Reservation::Released] {
            for payment in PaymentStatus::ALL {
                for stock_available in [true, false] {
                    cases.extend(truths.iter().map(|truth| Case {
                        order,
                        reservation,
                        stock_available,
                        payment,
                        truth: *truth,
                    }));
                }
            }
        }
    }
    cases
}

#[tokio::test]
async fn every_situation_is_settled_as_the_table_says() {
    let database = Database::start().await;
    let sql = &database.sql;
    let shop = Shop::find(sql).await;
    let context = json!({"tenant_id": shop.tenant, "actor": "gateway", "request_id": "settlement"});
    let cases = cases();
    assert!(cases.len() >= 2_000, "{} cases", cases.len());
    let mut wrong = Vec::new();
    for case in &cases {
        let (order, payment) = (Uuid::now_v7(), Uuid::now_v7());
        sql.batch_execute("begin").await.unwrap();
        shop.set_up(sql, case, order, payment).await;
        let answer = call(sql, "payment_settle", &context, &case.input(shop.account, None)).await;
        let answer = answer.unwrap_or_else(|error| panic!("{case:?}: {error:?}"));
        let after = shop.read(sql, order).await;
        sql.batch_execute("rollback").await.unwrap();
        let decision = case.decision();
        let outcome = answer["outcome"].as_str().unwrap_or_default();
        if outcome != decision.outcome.as_str() || after != case.expected(&decision) {
            wrong.push(format!("{case:?}\n  decided {decision:?}\n  database {outcome}, {after:?}"));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        cases.len(),
        wrong.iter().take(10).cloned().collect::<Vec<_>>().join("\n")
    );
}

/// Whatever was decided first, the same event and the same truth again change nothing more; nor does any older truth bring an order back.
#[tokio::test]
async fn no_sequence_of_truths_moves_an_order_backwards() {
    let database = Database::start().await;
    let sql = &database.sql;
    let shop = Shop::find(sql).await;
    let context = json!({"tenant_id": shop.tenant, "actor": "gateway", "request_id": "settlement"});
    for first in TruthStatus::ALL {
        for second in TruthStatus::ALL {
            for third in TruthStatus::ALL {
                let (order, payment) = (Uuid::now_v7(), Uuid::now_v7());
                sql.batch_execute("begin").await.unwrap();
                let start = Case {
                    order: OrderStatus::Pending,
                    reservation: Reservation::Held,
                    stock_available: true,
                    payment: PaymentStatus::Pending,
                    truth: None,
                };
                shop.set_up(sql, &start, order, payment).await;
                let mut paid = false;
                for (index, status) in [first, second, third].into_iter().enumerate() {
                    let case = Case { truth: Some(Truth { status, terms: EXPECTED }), ..start };
                    let digest = format!("{index:064x}");
                    let before = shop.read(sql, order).await;
                    for repeat in [false, true] {
                        let answer = call(sql, "payment_settle", &context, &case.input(shop.account, Some(&digest)))
                            .await
                            .unwrap();
                        if repeat {
                            assert_eq!(
                                answer["outcome"],
                                Outcome::Duplicate.as_str(),
                                "{first:?} {second:?} {third:?}"
                            );
                        }
                    }
                    let after = shop.read(sql, order).await;
                    if paid {
                        assert_eq!(before, after, "after the money came: {first:?} {second:?} {third:?}");
                    }
                    paid |= after.payment == "paid";
                }
                assert_eq!(paid, [first, second, third].contains(&TruthStatus::Paid), "{first:?} {second:?} {third:?}");
                sql.batch_execute("rollback").await.unwrap();
            }
        }
    }
}

#[tokio::test]
async fn what_is_not_ours_is_recorded_and_changes_nothing() {
    let database = Database::start().await;
    let sql = &database.sql;
    let shop = Shop::find(sql).await;
    let context = json!({"tenant_id": shop.tenant, "actor": "gateway", "request_id": "settlement"});
    let truth = Some(Truth { status: TruthStatus::Paid, terms: EXPECTED });
    let case = Case {
        order: OrderStatus::Pending,
        reservation: Reservation::Held,
        stock_available: true,
        payment: PaymentStatus::Pending,
        truth,
    };
    let (order, payment) = (Uuid::now_v7(), Uuid::now_v7());
    sql.batch_execute("begin").await.unwrap();
    shop.set_up(sql, &case, order, payment).await;
    let before = shop.read(sql, order).await;
    let mut input = case.input(shop.account, Some(&"a".repeat(64)));
    input["gateway_ref"] = json!("inv_of_somebody_else");
    let answer = call(sql, "payment_settle", &context, &input).await.unwrap();
    assert_eq!(answer["outcome"], decide(None, case.truth.as_ref()).outcome.as_str());
    // The invoice of another of our payments: found by id, but the gateway speaks of other goods.
    let mut swapped = case.input(shop.account, Some(&"b".repeat(64)));
    swapped["truth"]["gateway_ref"] = json!("inv_of_somebody_else");
    let answer = call(sql, "payment_settle", &context, &swapped).await.unwrap();
    assert_eq!(answer["outcome"], Outcome::Mismatch.as_str());
    // The event says live, the account and the gateway say test.
    let mut live = case.input(shop.account, Some(&"c".repeat(64)));
    live["event"]["live"] = json!(true);
    let answer = call(sql, "payment_settle", &context, &live).await.unwrap();
    assert_eq!(answer["outcome"], Outcome::Mismatch.as_str());
    let mut after = shop.read(sql, order).await;
    // Two mismatches, told once: the reconciling job would repeat it for ever.
    assert_eq!(std::mem::take(&mut after.events), ["payment.mismatch"]);
    assert_eq!(before, after);
    let recorded: i64 = sql.query_one("select count(*) from app.gateway_event", &[]).await.unwrap().get(0);
    assert_eq!(recorded, 3);
    sql.batch_execute("rollback").await.unwrap();
}

//! What a customer has: addresses and orders, and nobody else's.

use serde_json::{Value, json};
use tests::Database;
use uuid::Uuid;

use super::{Caller, at_once, code, count, successes};

async fn customer(database: &Database, email: &str) -> Caller {
    let mut caller = Caller::new(database, "qahwa", "customer").await;
    caller.account(email, "one").await;
    caller.sign_in(email).await;
    caller
}

fn address(is_default: bool) -> Value {
    json!({"id": Uuid::now_v7(), "name": "Noura", "phone": "+966512345678", "address": {"city": "Riyadh"}, "is_default": is_default, "max": 12})
}

async fn defaults(caller: &Caller) -> Vec<bool> {
    let listed = caller.call("customer_addresses", json!({})).await.unwrap();
    listed["addresses"].as_array().unwrap().iter().map(|address| address["is_default"] == true).collect()
}

#[tokio::test]
async fn one_address_is_the_default_whatever_happens_at_once() {
    let database = Database::start().await;
    let shopper = customer(&database, "noura@example.com").await;
    let added =
        at_once(&database, &shopper, 20, async |caller, _| caller.call("customer_address_add", address(true)).await)
            .await;
    assert_eq!(successes(&added), 12, "the limit holds");
    let refused: Vec<_> = added.iter().filter_map(|outcome| outcome.as_ref().err()).collect();
    assert!(refused.iter().all(|refusal| refusal.code == "409 address_limit"), "{refused:?}");
    let ids: Vec<Value> =
        added.iter().filter_map(|outcome| outcome.as_ref().ok()).map(|added| added["id"].clone()).collect();
    let changed = at_once(&database, &shopper, 12, async |caller, n| match n % 3 {
        0 => caller.call("customer_address_remove", json!({"id": ids[n]})).await,
        _ => caller.call("customer_address_update", json!({"id": ids[n], "patch": {"is_default": true}})).await,
    })
    .await;
    assert_eq!(successes(&changed), 12, "{changed:?}");
    let listed = defaults(&shopper).await;
    assert_eq!((listed.len(), listed.iter().filter(|is_default| **is_default).count(), listed[0]), (8, 1, true));
    // Soft: an order may still be explained by it.
    assert_eq!(count(&database, "select count(*) from app.customer_address where deleted_at is not null").await, 4);
}

#[tokio::test]
async fn the_first_is_the_default_and_the_newest_takes_its_place() {
    let database = Database::start().await;
    let shopper = customer(&database, "noura@example.com").await;
    let first = shopper.call("customer_address_add", address(false)).await.unwrap();
    assert_eq!(first["is_default"], true);
    shopper.call("customer_address_add", address(false)).await.unwrap();
    let newest = shopper.call("customer_address_add", address(false)).await.unwrap();
    // That nothing is the default cannot be asked for.
    let patch = json!({"id": first["id"], "patch": {"is_default": false, "label": "Home"}});
    let same = shopper.call("customer_address_update", patch).await.unwrap();
    assert_eq!((same["is_default"].clone(), same["label"].clone()), (json!(true), json!("Home")));
    shopper.call("customer_address_remove", json!({"id": first["id"]})).await.unwrap();
    let listed = shopper.call("customer_addresses", json!({})).await.unwrap();
    assert_eq!(listed["addresses"][0]["id"], newest["id"]);
    assert_eq!(
        code(shopper.call("customer_address_remove", json!({"id": first["id"]})).await),
        "404 address_not_found"
    );
}

#[tokio::test]
async fn nobody_reaches_what_is_anothers() {
    let database = Database::start().await;
    let shopper = customer(&database, "noura@example.com").await;
    let stranger = customer(&database, "other@example.com").await;
    let mine = shopper.call("customer_address_add", address(true)).await.unwrap();
    let guest = {
        let mut guest = shopper.again(&database).await;
        guest.session = None;
        guest
    };
    for (function, input, foreign) in [
        (
            "customer_address_update",
            json!({"id": mine["id"], "patch": {"name": "Eve", "is_default": true}}),
            "404 address_not_found",
        ),
        ("customer_address_remove", json!({"id": mine["id"]}), "404 address_not_found"),
        ("customer_order", json!({"id": Uuid::now_v7()}), "404 order_not_found"),
    ] {
        assert_eq!(code(stranger.call(function, input.clone()).await), foreign);
        assert_eq!(code(guest.call(function, input).await), "401 authentication_required");
    }
    assert_eq!(code(guest.call("customer_addresses", json!({})).await), "401 authentication_required");
    assert_eq!(code(guest.call("customer_address_add", address(true)).await), "401 authentication_required");
    let kept = shopper.call("customer_addresses", json!({})).await.unwrap();
    assert_eq!(kept["addresses"], json!([mine]));
}

#[tokio::test]
async fn orders_come_page_by_page_the_newest_first() {
    let database = Database::start().await;
    let shopper = customer(&database, "noura@example.com").await;
    let id = shopper.session.as_ref().unwrap()["account_id"].as_str().unwrap().parse::<Uuid>().unwrap();
    database
        .sql
        .batch_execute("select set_config('app.tenant_id', id::text, false) from app.tenant where slug = 'qahwa'")
        .await
        .unwrap();
    // Seven orders, of which some were placed at the very same time.
    for n in 0..7_i32 {
        let insert = "insert into app.sales_order (tenant_id, id, number, reservation_expires_at, cart_id, email, phone, customer_name, shipping_address, \
               shipping_method, currency, locale, tax_rate_bp, tax_included, subtotal_minor, shipping_minor, tax_minor, total_minor, placed_at, customer_id) \
             values (app.tenant_id(), $1, $2, now(), gen_random_uuid(), 'a@example.com', '+966', 'A', '{}', 's', 'SAR', 'ar', 0, true, 1, 0, 0, 1, \
               '2026-01-01T00:00:00Z'::timestamptz + make_interval(secs => ($3::int / 3) * 0.000001), $4)";
        let number = format!("PAGE-{n}");
        database.sql.execute(insert, &[&Uuid::now_v7(), &number, &n, &id]).await.unwrap();
    }
    let mut numbers = Vec::new();
    let mut after = Value::Null;
    loop {
        let page = shopper.call("customer_orders", json!({"limit": 2, "after": after})).await.unwrap();
        numbers.extend(
            page["orders"].as_array().unwrap().iter().map(|order| order["number"].as_str().unwrap().to_owned()),
        );
        after = page["next"].clone();
        if after.is_null() {
            break;
        }
    }
    assert_eq!(numbers, ["PAGE-6", "PAGE-3", "PAGE-4", "PAGE-5", "PAGE-0", "PAGE-1", "PAGE-2"]);
    let stranger = customer(&database, "other@example.com").await;
    assert_eq!(stranger.call("customer_orders", json!({"limit": 9})).await.unwrap()["orders"], json!([]));
}

//! A guest's cart comes along at sign-in.

use serde_json::{Value, json};
use tests::Database;
use uuid::Uuid;

use super::{Caller, count, device};

const EMAIL: &str = "noura@example.com";

async fn variants(database: &Database) -> Vec<Uuid> {
    let query = "select array(select v.id from app.variant v join app.tenant t on t.id = v.tenant_id where t.slug = 'qahwa' and v.is_active order by v.id limit 4)";
    database.sql.query_one(query, &[]).await.unwrap().get(0)
}

async fn cart(caller: &Caller, items: &[(Uuid, i32)]) -> Uuid {
    let id = Uuid::new_v4();
    caller.call("cart_create", json!({"id": id})).await.unwrap();
    for (variant, quantity) in items {
        let add = json!({"cart_id": id, "item_id": Uuid::now_v7(), "variant_id": variant, "quantity": quantity, "max_quantity": 10, "max_items": 9});
        caller.call("cart_add", add).await.unwrap();
    }
    id
}

async fn quantities(caller: &Caller, cart: Uuid) -> Vec<(Value, i64)> {
    let facts = caller.call("cart_read", json!({"id": cart})).await.unwrap();
    let items = facts["items"].as_array().unwrap();
    items.iter().map(|item| (item["variant_id"].clone(), item["quantity"].as_i64().unwrap())).collect()
}

#[tokio::test]
async fn the_first_becomes_the_customers_and_the_next_go_into_it() {
    let database = Database::start().await;
    let v = variants(&database).await;
    let shopper = Caller::new(&database, "qahwa", "customer").await;
    shopper.account(EMAIL, "one").await;
    let first = cart(&shopper, &[(v[0], 2), (v[1], 1)]).await;
    let answer = shopper.sign_in_with(EMAIL, &device(None), Some(first)).await.unwrap();
    assert_eq!((answer["cart_id"].clone(), answer["merged"].clone()), (json!(first), json!(true)));
    // Quantities add up to ten; the third line is the last that fits.
    let second = cart(&shopper, &[(v[0], 9), (v[2], 1), (v[3], 1)]).await;
    let answer = shopper.sign_in_with(EMAIL, &device(None), Some(second)).await.unwrap();
    assert_eq!((answer["cart_id"].clone(), answer["merged"].clone()), (json!(first), json!(true)));
    let mut merged = quantities(&shopper, first).await;
    merged.sort_by_key(|(variant, _)| variant.to_string());
    assert_eq!(merged, [(json!(v[0]), 10), (json!(v[1]), 1), (json!(v[2]), 1)]);
    assert_eq!(count(&database, "select count(*) from app.cart").await, 1);
    let answer = shopper.sign_in_with(EMAIL, &device(None), None).await.unwrap();
    assert_eq!((answer["cart_id"].clone(), answer["merged"].clone()), (json!(first), json!(false)));
}

#[tokio::test]
async fn a_cart_that_is_somebodys_stays_theirs() {
    let database = Database::start().await;
    let v = variants(&database).await;
    let mut owner = Caller::new(&database, "qahwa", "customer").await;
    owner.account(EMAIL, "one").await;
    owner.sign_in(EMAIL).await;
    // Begun by somebody who is signed in: theirs from the beginning.
    let theirs = cart(&owner, &[(v[0], 1)]).await;
    assert_eq!(owner.call("auth_me", json!({})).await.unwrap()["cart_id"], json!(theirs));
    let stranger = Caller::new(&database, "qahwa", "customer").await;
    stranger.account("other@example.com", "one").await;
    let moda = Caller::new(&database, "moda", "customer").await;
    moda.account(EMAIL, "one").await;
    for (caller, email) in [(&stranger, "other@example.com"), (&moda, EMAIL)] {
        let answer = caller.sign_in_with(email, &device(None), Some(theirs)).await.unwrap();
        assert_eq!((answer["cart_id"].clone(), answer["merged"].clone()), (json!(null), json!(false)));
    }
    assert_eq!(quantities(&owner, theirs).await, [(json!(v[0]), 1)]);
}

//! `/api/v1/storefront/me`: a customer's profile, addresses and orders.

use std::future::IntoFuture;

use futures::future::join_all;
use serde_json::{Value, json};
use tests::{Placed, Shop, World, address, fresh_key};

use crate::api::auth::steps::{access, bearer, customer, me};

const SARA: &str = "sara@example.com";

fn home() -> Value {
    json!({"label": "المنزل", "name": "سارة القحطاني", "phone": "0501234567", "address": address("SA")})
}

async fn addresses(shop: &Shop<'_>, token: &str) -> Vec<Value> {
    bearer(shop.get("/me/addresses"), token).await.expect(200).data().as_array().unwrap().clone()
}

async fn add(shop: &Shop<'_>, token: &str, body: &Value) -> Value {
    bearer(shop.post("/me/addresses", body), token).await.expect(201).data()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_is_read_and_changed() {
    let world = World::start().await;
    let shop = world.shop("qahwa");
    let session = customer(&shop, SARA).await;
    let token = access(&session);
    let change = json!({
        "given_name": "Sara", "locale": "en-GB", "timezone": "Asia/Kuwait", "birth_date": "1990-02-28", "gender": "female",
        "notify_sms": true, "metadata": {"points": 3}
    });
    let changed = bearer(shop.patch("/me", &change), token).await.expect(200).data();
    for (field, value) in change.as_object().unwrap() {
        assert_eq!(&changed[field], value, "{field}");
    }
    assert_eq!((&changed["email"], &changed["family_name"]), (&json!(SARA), &json!("القحطاني")));
    let cleared = bearer(shop.patch("/me", &json!({"birth_date": null})), token).await.expect(200).data();
    assert_eq!((&cleared["birth_date"], &cleared["gender"]), (&Value::Null, &json!("female")));
    assert_eq!(me(&shop, token).await.expect(200).data()["given_name"], "Sara");

    for (body, field, code) in [
        (json!({"locale": "english"}), "locale", "invalid"),
        (json!({"birth_date": "2999-01-01"}), "birth_date", "out_of_range"),
        (json!({"email": "other@example.com"}), "email", "unknown_field"),
        (json!({"given_name": 7}), "given_name", "invalid_type"),
        (json!({"avatar_url": "javascript:alert(1)"}), "avatar_url", "invalid"),
    ] {
        let refused = bearer(shop.patch("/me", &body), token).await.expect_problem(422, "invalid_request").json();
        let error = &refused["errors"][0];
        assert_eq!((&error["field"], &error["code"]), (&json!(field), &json!(code)), "{body}");
    }
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn exactly_one_address_is_the_default() {
    let world = World::start().await;
    let shop = world.shop("qahwa");
    let session = customer(&shop, SARA).await;
    let token = access(&session);
    let first = add(&shop, token, &home()).await;
    assert_eq!((&first["is_default"], &first["phone"]), (&json!(true), &json!("+966501234567")));
    let mut office = home();
    office["label"] = json!("Office");
    office["is_default"] = json!(true);
    let second = add(&shop, token, &office).await;
    let defaults = |all: &[Value]| all.iter().filter(|one| one["is_default"] == true).count();
    let all = addresses(&shop, token).await;
    assert_eq!((all.len(), defaults(&all), &all[0]["id"]), (2, 1, &second["id"]));

    let path = |one: &Value| format!("/me/addresses/{}", one["id"].as_str().unwrap());
    let change = json!({"label": null, "is_default": true, "phone": "+96550123456"});
    let changed = bearer(shop.patch(&path(&first), &change), token).await.expect(200).data();
    assert_eq!((&changed["label"], &changed["phone"]), (&Value::Null, &json!("+96550123456")));
    // Ten at once, all of them to be the default.
    let adding = join_all((0..10).map(|_| bearer(shop.post("/me/addresses", &office), token).into_future()));
    for answer in adding.await {
        answer.expect(201);
    }
    let all = addresses(&shop, token).await;
    assert_eq!((all.len(), defaults(&all)), (12, 1));
    bearer(shop.delete(&path(&all[0])), token).await.expect(200);
    let left = addresses(&shop, token).await;
    assert_eq!((left.len(), defaults(&left)), (11, 1), "another one takes the place of the default");
    bearer(shop.delete(&path(&all[0])), token).await.expect_problem(404, "address_not_found");
    bearer(shop.patch(&path(&all[0]), &json!({})), token).await.expect_problem(404, "address_not_found");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_is_its_customers_alone() {
    let world = World::start().await;
    let (shop, elsewhere) = (world.shop("qahwa"), world.shop("moda"));
    let sara = customer(&shop, SARA).await;
    let noura = customer(&shop, "noura@example.com").await;
    let foreign = customer(&elsewhere, SARA).await;
    let added = add(&shop, access(&sara), &home()).await;
    let path = format!("/me/addresses/{}", added["id"].as_str().unwrap());
    for (shop, session) in [(&shop, &noura), (&elsewhere, &foreign)] {
        assert!(addresses(shop, access(session)).await.is_empty());
        bearer(shop.patch(&path, &json!({"name": "x"})), access(session))
            .await
            .expect_problem(404, "address_not_found");
        bearer(shop.delete(&path), access(session)).await.expect_problem(404, "address_not_found");
    }
    // A token of one shop says nothing at another.
    bearer(elsewhere.get("/me/addresses"), access(&sara)).await.expect_problem(404, "tenant_not_found");
    for path in ["/me", "/me/addresses", "/me/orders", "/me/orders/ord_00000000000000000000000000000000"] {
        shop.get(path).await.expect_problem(401, "authentication_required");
        bearer(shop.get(path), "nonsense").await.expect_problem(401, "invalid_token");
    }
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_address_is_refused_by_field() {
    let world = World::start().await;
    let shop = world.shop("qahwa");
    let session = customer(&shop, SARA).await;
    for (pointer, value, field, code) in [
        ("/name", json!(""), "name", "required"),
        ("/phone", json!("12"), "phone", "invalid"),
        ("/label", json!("x".repeat(61)), "label", "too_long"),
        ("/address/country", json!("ZZ"), "address.country", "unsupported"),
        ("/address/city", json!("a\u{202E}b"), "address.city", "invalid_characters"),
        ("/address/postal_code", json!("1"), "address.postal_code", "invalid"),
        ("/address/planet", json!("Mars"), "address.planet", "unknown_field"),
        ("/is_default", json!("yes"), "is_default", "invalid_type"),
    ] {
        let mut body = home();
        let (parent, last) = pointer.rsplit_once('/').unwrap();
        body.pointer_mut(parent).unwrap()[last] = value;
        let call = bearer(shop.post("/me/addresses", &body), access(&session));
        let refused = call.await.expect_problem(422, "invalid_request").json();
        let error = &refused["errors"][0];
        assert_eq!((&error["field"], &error["code"]), (&json!(field), &json!(code)), "{pointer}");
    }
    for _ in 0..50 {
        add(&shop, access(&session), &home()).await;
    }
    let full = bearer(shop.post("/me/addresses", &home()), access(&session)).await;
    assert_eq!(full.expect_problem(409, "address_limit").json()["errors"][0]["max"], 50);
    world.finish().await;
}

/// A checkout as somebody who is signed in.
async fn buy(shop: &Shop<'_>, token: &str) -> Placed {
    let variant = shop.any_variant().await;
    let cart = bearer(shop.request(http::Method::POST, "/carts"), token).await.expect(201).data();
    let cart = cart["id"].as_str().unwrap().to_owned();
    let item = json!({"variant_id": variant.id, "quantity": 1});
    bearer(shop.post(&format!("/carts/{cart}/items"), &item), token).await.expect(200);
    Placed::read(bearer(shop.checkout(&cart, &fresh_key()), token).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_reads_own_orders_without_their_tokens() {
    let world = World::start().await;
    let shop = world.shop("qahwa");
    let sara = customer(&shop, SARA).await;
    let noura = customer(&shop, "noura@example.com").await;
    let variant = shop.any_variant().await;
    let of_a_guest = shop.place(&[(&variant, 1)]).await;
    let mut placed = Vec::new();
    for _ in 0..3 {
        placed.push(buy(&shop, access(&sara)).await);
    }
    let list = |session: &Value, query: &str| bearer(shop.get(&format!("/me/orders{query}")), access(session));
    let first = list(&sara, "?limit=2").await.expect(200).json();
    let cursor = first["meta"]["page"]["next_cursor"].as_str().unwrap().to_owned();
    let second = list(&sara, &format!("?limit=2&cursor={cursor}")).await.expect(200).json();
    assert_eq!(second["meta"]["page"]["next_cursor"], Value::Null);
    let shown = first["data"].as_array().unwrap().iter().chain(second["data"].as_array().unwrap());
    let shown: Vec<_> = shown.map(|order| order["id"].as_str().unwrap().to_owned()).collect();
    let expected: Vec<_> = placed.iter().rev().map(|order| order.order_id.clone()).collect();
    assert_eq!(shown, expected, "the latest first");
    assert_eq!(first["data"][0]["total"]["amount_minor"], placed[2].total_minor);
    // A cursor belongs to its customer's list.
    list(&noura, &format!("?cursor={cursor}")).await.expect_problem(400, "invalid_cursor");
    list(&sara, "?limit=0").await.expect_problem(422, "invalid_request");
    assert_eq!(list(&noura, "").await.expect(200).data(), json!([]));

    let own = &placed[0];
    for path in [format!("/me/orders/{}", own.order_id), format!("/orders/{}", own.order_id)] {
        let page = bearer(shop.get(&path), access(&sara)).await.expect(200).data();
        assert_eq!((&page["number"], &page["payment"]["id"]), (&json!(own.number), &json!(own.payment_id)));
        bearer(shop.get(&path), access(&noura)).await.expect_problem(404, "order_not_found");
    }
    let guests = format!("/me/orders/{}", of_a_guest.order_id);
    bearer(shop.get(&guests), access(&sara)).await.expect_problem(404, "order_not_found");
    shop.get(&format!("/orders/{}", own.order_id)).await.expect_problem(404, "order_not_found");
    shop.get(&format!("/orders/{}?token={}", own.order_id, own.token)).await.expect(200);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_signed_out_does_not_buy_as_a_stranger() {
    let world = World::start().await;
    let shop = world.shop("qahwa");
    let session = customer(&shop, SARA).await;
    let token = access(&session);
    let cart = bearer(shop.request(http::Method::POST, "/carts"), token).await.expect(201).data();
    world.sql.execute("update app.session set ended_at = now(), end_reason = 'logout'", &[]).await.unwrap();
    let path = format!("/carts/{}", cart["id"].as_str().unwrap());
    bearer(shop.get(&path), token).await.expect_problem(401, "session_ended");
    bearer(shop.request(http::Method::POST, "/carts"), token).await.expect_problem(401, "session_ended");
    shop.get(&path).await.expect(200);
    world.finish().await;
}

use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{OUD_KEY, QAHWA_KEY, World, id, in_millis, order};

#[tokio::test]
async fn an_invoice_has_the_documented_fields() {
    let world = World::start().await;
    let extra = json!({
        "callback_url": "http://127.0.0.1:1/callback", "success_url": "https://qahwa.example/done",
        "back_url": "https://qahwa.example/cart", "expired_at": "2999-01-12T00:00:00.000Z",
        "metadata": {"payment_id": "pay_1", "attempt": 2},
    });
    let mut invoice = world.invoice(extra).await;
    let (id, created_at) = (invoice["id"].clone(), invoice["created_at"].clone());
    assert!(created_at.as_str().unwrap().ends_with('Z'));
    let url = format!("{}/invoices/{}", world.sandbox.url(), id.as_str().unwrap());
    let documented = json!({
        "id": id, "status": "initiated", "amount": 4500, "currency": "SAR", "description": "Order 1001",
        "logo_url": null, "amount_format": "45.00 SAR", "url": url, "callback_url": "http://127.0.0.1:1/callback",
        "expired_at": "2999-01-12T00:00:00.000Z", "created_at": created_at, "updated_at": created_at,
        "back_url": "https://qahwa.example/cart", "success_url": "https://qahwa.example/done", "payments": [],
        "metadata": {"payment_id": "pay_1", "attempt": 2},
    });
    assert_eq!(invoice, documented);
    invoice["fetched"] = world.get(&format!("/v1/invoices/{}", id.as_str().unwrap()), QAHWA_KEY).await.json();
    assert_eq!(invoice["fetched"], documented);
}

#[tokio::test]
async fn without_a_known_key_everything_is_401() {
    let world = World::start().await;
    for key in [None, Some("sk_test_nobody"), Some("")] {
        let answer = world.send(Method::GET, "/v1/invoices", key, &Value::Null).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        let expected = json!({
            "type": "authentication_error", "message": "Invalid authorization credentials", "errors": null
        });
        assert_eq!(answer.json(), expected);
    }
}

#[tokio::test]
async fn a_bad_request_names_every_field_at_fault() {
    let world = World::start().await;
    let cases = [
        (json!({}), vec!["amount", "currency", "description"]),
        (json!({"amount": 99, "currency": "SAR", "description": "x"}), vec!["amount"]),
        (json!({"amount": "4500", "currency": "SAR", "description": "x"}), vec!["amount"]),
        (json!({"amount": 45.5, "currency": "SAR", "description": "x"}), vec!["amount"]),
        (json!({"amount": 4500, "currency": "riyal", "description": "x"}), vec!["currency"]),
        (json!({"amount": 4500, "currency": "SAR", "description": " "}), vec!["description"]),
        (json!({"amount": 4500, "currency": "SAR", "description": "x", "success_url": "/done"}), vec!["success_url"]),
        (
            json!({"amount": 4500, "currency": "SAR", "description": "x", "expired_at": "2001-01-01"}),
            vec!["expired_at"],
        ),
        (json!({"amount": 4500, "currency": "SAR", "description": "x", "expired_at": "soon"}), vec!["expired_at"]),
        (json!({"amount": 4500, "currency": "SAR", "description": "x", "metadata": {"a": []}}), vec!["metadata"]),
        (json!([]), vec!["body"]),
    ];
    for (body, fields) in cases {
        let answer = world.create(QAHWA_KEY, &body).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{body}");
        let error = answer.json();
        assert_eq!(error["type"], "invalid_request_error");
        let named: Vec<_> = error["errors"].as_object().unwrap().keys().cloned().collect();
        assert_eq!(named, fields, "{body}");
    }
    assert_eq!(world.sandbox.counters().invoices_created, 0);
}

#[tokio::test]
async fn an_account_sees_only_its_own_objects() {
    let world = World::start().await;
    let invoice = world.invoice(json!({"metadata": {"k": "v"}})).await;
    let payment = world.sandbox.pay(id(&invoice), false).unwrap().payment_id;
    for path in [format!("/v1/invoices/{}", id(&invoice)), format!("/v1/payments/{payment}")] {
        assert_eq!(world.get(&path, QAHWA_KEY).await.status, StatusCode::OK);
        let answer = world.get(&path, OUD_KEY).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
        assert_eq!(answer.json()["type"], "record_not_found");
    }
    for path in ["/v1/invoices", "/v1/invoices?metadata[k]=v", "/v1/payments"] {
        assert_eq!(world.get(path, QAHWA_KEY).await.json()["meta"]["total_count"], 1, "{path}");
        assert_eq!(world.get(path, OUD_KEY).await.json()["meta"]["total_count"], 0, "{path}");
    }
    let cancel = format!("/v1/invoices/{}/cancel", id(&invoice));
    assert_eq!(world.send(Method::PUT, &cancel, Some(OUD_KEY), &Value::Null).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn lists_are_paged_by_forty_newest_first_and_filtered() {
    let world = World::start().await;
    for number in 0..41 {
        world
            .invoice(json!({"description": format!("n{number}"), "metadata": {"parity": (number % 2).to_string()}}))
            .await;
    }
    let first = world.get("/v1/invoices", QAHWA_KEY).await.json();
    assert_eq!(first["invoices"].as_array().unwrap().len(), 40);
    assert_eq!(first["invoices"][0]["description"], "n40");
    let meta = json!({"current_page": 1, "next_page": 2, "prev_page": null, "total_pages": 2, "total_count": 41});
    assert_eq!(first["meta"], meta);
    let second = world.get("/v1/invoices?page=2", QAHWA_KEY).await.json();
    assert_eq!(second["invoices"].as_array().unwrap().len(), 1);
    assert_eq!(second["invoices"][0]["description"], "n0");
    assert_eq!(second["meta"]["prev_page"], 1);
    assert_eq!(second["meta"]["next_page"], Value::Null);

    let odd = world.get("/v1/invoices?metadata%5Bparity%5D=1", QAHWA_KEY).await.json();
    assert_eq!(odd["meta"]["total_count"], 20);
    assert_eq!(odd["invoices"][0]["description"], "n39");
    assert_eq!(world.get("/v1/invoices?metadata[parity]=2", QAHWA_KEY).await.json()["meta"]["total_count"], 0);

    let newest = id(&first["invoices"][0]);
    world.sandbox.pay(newest, false).unwrap();
    assert_eq!(world.get("/v1/invoices?status=paid", QAHWA_KEY).await.json()["meta"]["total_count"], 1);
    assert_eq!(world.get(&format!("/v1/invoices?id={newest}"), QAHWA_KEY).await.json()["meta"]["total_count"], 1);
    let payments = world.get(&format!("/v1/payments?invoice_id={newest}"), QAHWA_KEY).await.json();
    assert_eq!(payments["payments"][0]["invoice_id"], newest.to_string());
    assert_eq!(world.get("/v1/payments?metadata[parity]=0", QAHWA_KEY).await.json()["meta"]["total_count"], 1);
    assert_eq!(world.get("/v1/payments?metadata[parity]=1", QAHWA_KEY).await.json()["meta"]["total_count"], 0);
    assert_eq!(world.get("/v1/invoices?page=0", QAHWA_KEY).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn the_oldest_invoices_are_forgotten() {
    let config = sandbox::Config { invoices_kept: 3, ..sandbox::Config::default() };
    let world = World::start_with(config, std::time::Duration::ZERO).await;
    let oldest = world.invoice(json!({"metadata": {"k": "v"}})).await;
    let payment = world.sandbox.pay(id(&oldest), false).unwrap().payment_id;
    for _ in 0..3 {
        world.invoice(json!({"metadata": {"k": "v"}})).await;
    }
    assert_eq!(world.get("/v1/invoices?metadata[k]=v", QAHWA_KEY).await.json()["meta"]["total_count"], 3);
    assert_eq!(world.get("/v1/invoices", QAHWA_KEY).await.json()["meta"]["total_count"], 3);
    let forgotten = [format!("/v1/invoices/{}", id(&oldest)), format!("/v1/payments/{payment}")];
    for path in forgotten {
        assert_eq!(world.get(&path, QAHWA_KEY).await.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn an_invoice_is_canceled_once_and_then_cannot_be_paid() {
    let world = World::start().await;
    let invoice = id(&world.invoice(json!({})).await);
    let cancel = format!("/v1/invoices/{invoice}/cancel");
    let answer = world.send(Method::PUT, &cancel, Some(QAHWA_KEY), &Value::Null).await;
    assert_eq!((answer.status, answer.json()["status"].clone()), (StatusCode::OK, json!("canceled")));
    let again = world.send(Method::PUT, &cancel, Some(QAHWA_KEY), &Value::Null).await;
    assert_eq!(again.status, StatusCode::BAD_REQUEST);
    assert_eq!(again.json()["message"], "Cancel failed. The Invoice is already canceled");
    assert!(world.sandbox.pay(invoice, true).is_err());
}

#[tokio::test]
async fn an_invoice_expires_by_itself() {
    let world = World::start().await;
    let invoice = id(&world.invoice(json!({"expired_at": in_millis(50)})).await);
    tokio::time::sleep(std::time::Duration::from_millis(60)).await;
    assert_eq!(world.get(&format!("/v1/invoices/{invoice}"), QAHWA_KEY).await.json()["status"], "expired");
    assert_eq!(world.get("/v1/invoices?status=expired", QAHWA_KEY).await.json()["meta"]["total_count"], 1);
    assert_eq!(world.sandbox.pay(invoice, false), Err(sandbox::Refusal::NotPayable("expired")));
    world.sandbox.pay(invoice, true).unwrap();
    assert_eq!(world.get(&format!("/v1/invoices/{invoice}"), QAHWA_KEY).await.json()["status"], "paid");
}

#[tokio::test]
async fn a_payment_is_refunded_in_parts_and_never_beyond_its_amount() {
    let world = World::start().await;
    let invoice = id(&world.invoice(json!({})).await);
    let payment = world.sandbox.pay(invoice, false).unwrap().payment_id;
    let refund = format!("/v1/payments/{payment}/refund");
    let part = world.send(Method::POST, &refund, Some(QAHWA_KEY), &json!({"amount": 500})).await;
    assert_eq!(part.status, StatusCode::OK);
    assert_eq!((&part.json()["status"], &part.json()["refunded"]), (&json!("refunded"), &json!(500)));
    let beyond = world.send(Method::POST, &refund, Some(QAHWA_KEY), &json!({"amount": 4001})).await;
    assert_eq!(beyond.status, StatusCode::BAD_REQUEST);
    let rest = world.send(Method::POST, &refund, Some(QAHWA_KEY), &Value::Null).await;
    assert_eq!(rest.json()["refunded"], 4500);
    let invoice = world.get(&format!("/v1/invoices/{invoice}"), QAHWA_KEY).await.json();
    assert_eq!(invoice["status"], "refunded");
    world.sandbox.idle().await;
    let kinds: Vec<_> = world.receiver.received().iter().map(|event| event["type"].clone()).collect();
    assert_eq!(kinds.iter().filter(|kind| *kind == "payment_refunded").count(), 2);
}

#[tokio::test]
async fn unknown_routes_and_methods_are_refused() {
    let world = World::start().await;
    assert_eq!(world.get("/v1/tokens", QAHWA_KEY).await.status, StatusCode::NOT_FOUND);
    assert_eq!(world.get("/v1/invoices/none", QAHWA_KEY).await.status, StatusCode::NOT_FOUND);
    assert_eq!(world.get("/elsewhere", QAHWA_KEY).await.status, StatusCode::NOT_FOUND);
    let deleted = world.send(Method::DELETE, "/v1/invoices", Some(QAHWA_KEY), &order()).await;
    assert_eq!(deleted.status, StatusCode::METHOD_NOT_ALLOWED);
    let huge = "x".repeat(2 * 1024 * 1024);
    let answer = world.try_send(Method::POST, "/v1/invoices", Some(QAHWA_KEY), &huge).await;
    assert!(answer.is_err() || answer.is_ok_and(|answer| answer.status == StatusCode::PAYLOAD_TOO_LARGE));
}

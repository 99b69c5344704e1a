use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{QAHWA_KEY, World, id, in_millis};

#[tokio::test]
async fn the_page_is_arabic_first_and_needs_no_script() {
    let world = World::start().await;
    let invoice = world.invoice(json!({
        "amount": 12345, "currency": "KWD", "description": "<b>عود & \"بخور\"</b>",
        "back_url": "https://oud.example/?a=1&b=2",
    }));
    let invoice = id(&invoice.await);
    let page = world.get(&format!("/invoices/{invoice}"), "").await;
    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(page.headers["content-type"], "text/html; charset=utf-8");
    assert!(page.text.starts_with("<!doctype html><html lang=\"ar\" dir=\"rtl\">"));
    assert!(page.text.contains("12.345 KWD"));
    assert!(page.text.contains("&lt;b&gt;عود &amp; &quot;بخور&quot;&lt;/b&gt;"));
    assert!(page.text.contains("href=\"https://oud.example/?a=1&amp;b=2\""));
    assert!(page.text.contains("lang=\"en\""));
    assert!(!page.text.contains("<script"));
    for act in ["pay", "decline"] {
        let form = format!("<form method=\"post\" action=\"/invoices/{invoice}/{act}\">");
        assert_eq!(page.text.matches(&form).count(), 1);
    }
}

#[tokio::test]
async fn paying_redirects_to_the_shop_with_the_result() {
    let world = World::start().await;
    let invoice = id(&world.invoice(json!({"success_url": "http://qahwa.localhost:3000/done?order=7"})).await);
    let paid = world.post(&format!("/invoices/{invoice}/pay"), &Value::Null).await;
    assert_eq!(paid.status, StatusCode::SEE_OTHER);
    let fetched = world.get(&format!("/v1/invoices/{invoice}"), QAHWA_KEY).await.json();
    assert_eq!(fetched["status"], "paid");
    let payment = fetched["payments"][0]["id"].as_str().unwrap();
    let location = format!(
        "http://qahwa.localhost:3000/done?order=7&id={payment}&status=paid&message=APPROVED&invoice_id={invoice}"
    );
    assert_eq!(paid.headers["location"], location.as_str());

    let again = world.post(&format!("/invoices/{invoice}/pay"), &Value::Null).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    assert!(again.text.contains("تم دفع هذه الفاتورة"));
    assert!(!again.text.contains("<form"));
    assert_eq!(world.sandbox.counters().payments_paid, 1);
}

#[tokio::test]
async fn declining_leaves_the_invoice_payable() {
    let world = World::start().await;
    let invoice = id(&world.invoice(json!({})).await);
    let declined = world.post(&format!("/invoices/{invoice}/decline"), &Value::Null).await;
    let here = format!("{}/invoices/{invoice}", world.sandbox.url());
    assert_eq!((declined.status, &declined.headers["location"]), (StatusCode::SEE_OTHER, &here.parse().unwrap()));
    let page = world.get(&format!("/invoices/{invoice}"), "").await;
    assert!(page.text.contains("رُفضت عملية الدفع") && page.text.contains("<form"));
    let paid = world.post(&format!("/invoices/{invoice}/pay"), &Value::Null).await;
    assert_eq!(paid.headers["location"], here.as_str());
    let fetched = world.get(&format!("/v1/invoices/{invoice}"), QAHWA_KEY).await.json();
    let statuses: Vec<_> = fetched["payments"].as_array().unwrap().iter().map(|payment| &payment["status"]).collect();
    assert_eq!(statuses, ["failed", "paid"]);
    assert_eq!(fetched["payments"][0]["source"]["message"], "DECLINED");
}

#[tokio::test]
async fn an_expired_or_unknown_invoice_cannot_be_paid() {
    let world = World::start().await;
    let invoice = id(&world.invoice(json!({"expired_at": in_millis(30)})).await);
    tokio::time::sleep(std::time::Duration::from_millis(40)).await;
    let page = world.get(&format!("/invoices/{invoice}"), "").await;
    assert!(page.text.contains("انتهت مدة هذه الفاتورة") && !page.text.contains("<form"));
    let refused = world.post(&format!("/invoices/{invoice}/pay"), &Value::Null).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    for path in ["/invoices/0198c0de-0000-7000-8000-000000000000", "/invoices/x", "/invoices"] {
        assert_eq!(world.get(path, "").await.status, StatusCode::NOT_FOUND);
    }
    let got = world.send(Method::GET, &format!("/invoices/{invoice}/pay"), None, &Value::Null).await;
    assert_eq!(got.status, StatusCode::NOT_FOUND, "a link cannot pay");
    world.sandbox.idle().await;
    assert!(world.receiver.received().is_empty());
}

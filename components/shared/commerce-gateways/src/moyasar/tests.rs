//! The adapter against Moyasar's published examples, against answers that lie, and against forged webhooks.

mod answers;
mod requests;
mod webhooks;

use commerce_domain::{Currency, Money, OrderId, PaymentId, TenantId};
use uuid::Uuid;

use super::*;

/// "List Invoices" (docs.moyasar.com/list-invoices), the example answer.
const LIST_INVOICES: &str = r#"{
  "invoices": [
    {
      "id": "73bda482-5f95-4f59-87d3-3fe3615c54bc", "status": "initiated", "amount": 6091, "currency": "SAR",
      "description": "Order #123126", "amount_format": "60.91 SAR",
      "url": "https://checkout.moyasar.com/invoices/73bda482-5f95-4f59-87d3-3fe3615c54bc?lang=en",
      "callback_url": "https://mystore.com/notify-paid", "expired_at": null,
      "created_at": "2023-08-23T11:21:15.690Z", "updated_at": "2023-08-23T11:21:15.690Z",
      "back_url": null, "success_url": null, "payment_id": null, "paid_at": null, "metadata": null
    },
    {
      "id": "5fe59d24-b1d1-450a-b7a9-44f4f27c5963", "status": "canceled", "amount": 10000, "currency": "SAR",
      "description": "Order #123120", "amount_format": "100.00 SAR",
      "url": "https://checkout.moyasar.com/invoices/5fe59d24-b1d1-450a-b7a9-44f4f27c5963?lang=en",
      "callback_url": null, "expired_at": "2023-08-14T11:02:00.000Z",
      "created_at": "2023-08-14T10:47:52.490Z", "updated_at": "2023-08-14T10:47:59.967Z",
      "back_url": null, "success_url": null, "payment_id": null, "paid_at": null, "metadata": null
    }
  ],
  "meta": { "current_page": 1, "next_page": null, "prev_page": null, "total_pages": 1, "total_count": 2 }
}"#;

/// "Fetch Payment" (docs.moyasar.com/fetch-payment), the example answer.
const FETCH_PAYMENT: &str = r#"{
  "id": "760878ec-d1d3-5f72-9056-191683f55872", "status": "paid", "amount": 60000, "fee": 1580, "currency": "SAR",
  "refunded": 0, "refunded_at": null, "captured": 0, "captured_at": null, "voided_at": null, "description": null,
  "amount_format": "600 SAR", "fee_format": "15.80 SAR", "refunded_format": "0.00 SAR", "captured_format": "0.00 SAR",
  "invoice_id": "9785ba96-a1be-5b13-a281-b27a4a6dad39", "ip": null, "callback_url": null,
  "created_at": "2016-05-11T17:04:17.000Z", "updated_at": "2016-05-12T17:04:19.633Z", "metadata": null,
  "source": {
    "type": "creditcard", "company": "visa", "name": "Saleh Ali", "number": "XXXX-XXXX-XXXX-1111", "message": null,
    "transaction_url": null, "gateway_id": "moyasar_cc_ce1iUidxhrh74257S891wvW", "reference_number": "125478454231"
  }
}"#;

const INVOICE_ID: &str = "9785ba96-a1be-5b13-a281-b27a4a6dad39";
const PAYMENT_ID: &str = "760878ec-d1d3-5f72-9056-191683f55872";

fn account() -> Moyasar {
    Moyasar::new("https://api.moyasar.com/", &Secret::new("sk_test_123")).unwrap()
}

fn our_payment() -> PaymentId {
    PaymentId::new(Uuid::from_u128(0x70))
}

fn new_invoice() -> NewInvoice {
    NewInvoice {
        tenant_id: TenantId::new(Uuid::from_u128(1)),
        order_id: OrderId::new(Uuid::from_u128(2)),
        payment_id: our_payment(),
        order_number: "1000000008".to_owned(),
        money: Money::new(60_000, Currency::Sar),
        description: "Order 1000000008".to_owned(),
        success_url: "https://qahwa.example/paid".to_owned(),
        back_url: "https://qahwa.example/back".to_owned(),
        expires_at: Some("2026-01-01T00:10:00.000Z".to_owned()),
    }
}

/// The invoice that the gateway answers with, changed by a JSON object laid over it.
fn invoice_json(changes: serde_json::Value) -> serde_json::Value {
    let mut invoice = serde_json::json!({
        "id": INVOICE_ID, "status": "initiated", "amount": 60_000, "currency": "SAR", "description": "Order 1000000008",
        "url": format!("https://checkout.moyasar.com/invoices/{INVOICE_ID}?lang=en"),
        "metadata": { "payment_id": our_payment().to_string() },
        "payments": []
    });
    let serde_json::Value::Object(changes) = changes else { panic!("an object of changes") };
    invoice.as_object_mut().unwrap().extend(changes);
    invoice
}

fn answer<T: ToString + ?Sized>(status: u16, body: &T) -> GatewayResponse {
    GatewayResponse { status, body: body.to_string().into_bytes(), retry_after_s: None }
}

fn gateway_ref(text: &str) -> GatewayRef {
    GatewayRef::parse(text).unwrap()
}

//! What is sent.

use super::*;

#[test]
fn an_invoice_is_asked_for_as_documented() {
    let request = account().create_invoice(&new_invoice()).unwrap();
    assert_eq!(request.method, Method::Post);
    assert_eq!(request.url, "https://api.moyasar.com/v1/invoices");
    // "Authentication": `-u sk_test_123:` is this header.
    let header =
        |wanted: &str| request.headers.iter().find(|(name, _)| *name == wanted).map(|(_, value)| value.as_str());
    assert_eq!(header("authorization"), Some("Basic c2tfdGVzdF8xMjM6"));
    assert_eq!(header("content-type"), Some("application/json"));
    let body: serde_json::Value = serde_json::from_slice(&request.body).unwrap();
    let expected = serde_json::json!({
        "amount": 60_000, "currency": "SAR", "description": "Order 1000000008",
        "success_url": "https://qahwa.example/paid", "back_url": "https://qahwa.example/back",
        "expired_at": "2026-01-01T00:10:00.000Z",
        "metadata": {
            "tenant_id": "ten_00000000000000000000000000000001", "order_id": "ord_00000000000000000000000000000002",
            "payment_id": "pay_00000000000000000000000000000070", "order_number": "1000000008"
        }
    });
    assert_eq!(body, expected);
}

#[test]
fn an_amount_below_the_minimum_is_not_sent() {
    for (amount, sent) in [(99, false), (0, false), (-100, false), (100, true)] {
        let invoice = NewInvoice { money: Money::new(amount, Currency::Kwd), ..new_invoice() };
        assert_eq!(account().create_invoice(&invoice).is_ok(), sent, "{amount}");
    }
}

#[test]
fn reads_have_no_body_and_a_fixed_url() {
    let request = account().find_invoice(our_payment());
    assert_eq!(
        request.url,
        "https://api.moyasar.com/v1/invoices?metadata%5Bpayment_id%5D=pay_00000000000000000000000000000070"
    );
    assert!(request.body.is_empty() && request.method == Method::Get);
    let invoice = account().fetch_invoice(&gateway_ref(INVOICE_ID)).unwrap();
    assert_eq!(invoice.url, format!("https://api.moyasar.com/v1/invoices/{INVOICE_ID}"));
    let payment = account().fetch_payment(&gateway_ref(PAYMENT_ID)).unwrap();
    assert_eq!(payment.url, format!("https://api.moyasar.com/v1/payments/{PAYMENT_ID}"));
}

#[test]
fn nothing_but_a_uuid_enters_a_url() {
    for bad in ["abc", "123", "0", "760878ec-d1d3-5f72-9056-191683f5587"] {
        assert_eq!(
            account().fetch_payment(&gateway_ref(bad)).unwrap_err(),
            GatewayError::InvalidRequest("id"),
            "{bad}"
        );
    }
    for bad in ["", "../payouts", "a b", "a/b", "a?b", "%2e%2e", "é", "a\0", &"a".repeat(65)] {
        assert_eq!(GatewayRef::parse(bad), None, "{bad:?}");
    }
}

#[test]
fn keys_and_origins_are_checked_and_never_shown() {
    for bad in ["", "pk_test_123", "sk_test_a:b", "sk_test_a\nb", "sk_live", "sk_test_é"] {
        assert!(Moyasar::new("https://api.moyasar.com", &Secret::new(bad)).is_err(), "{bad:?}");
    }
    for bad in ["", "api.moyasar.com", "ftp://api.moyasar.com", "https://", "https://key@api.moyasar.com"] {
        assert!(Moyasar::new(bad, &Secret::new("sk_test_123")).is_err(), "{bad:?}");
    }
    assert!(Moyasar::new("http://127.0.0.1:4000", &Secret::new("sk_live_1")).unwrap().is_live());
    let shown = format!("{:?} {:?}", account(), account().create_invoice(&new_invoice()).unwrap());
    assert!(!shown.contains("sk_test") && !shown.contains("c2tfdGVzdF8xMjM6"), "{shown}");
}

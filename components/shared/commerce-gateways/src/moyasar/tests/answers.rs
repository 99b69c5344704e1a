//! What comes back: published examples, and answers that lie or are broken.

use commerce_domain::settlement::TruthStatus;
use proptest::prelude::*;
use serde_json::json;

use super::*;

#[test]
fn the_published_payment_is_read() {
    let payment = account().parse_payment(&gateway_ref(PAYMENT_ID), &answer(200, FETCH_PAYMENT)).unwrap();
    assert_eq!(payment.gateway_payment_id.as_str(), PAYMENT_ID);
    assert_eq!(payment.gateway_ref.as_ref().map(GatewayRef::as_str), Some(INVOICE_ID));
    assert_eq!(payment.truth().status, TruthStatus::Paid);
    assert_eq!((payment.money, payment.truth().terms.live), (Money::new(60_000, Currency::Sar), false));
}

#[test]
fn the_published_list_is_read_and_holds_nothing_of_ours() {
    assert_eq!(account().parse_found(our_payment(), &answer(200, LIST_INVOICES)), Ok(None));
    let list: serde_json::Value = serde_json::from_str(LIST_INVOICES).unwrap();
    for (invoice, status) in
        [(&list["invoices"][0], TruthStatus::Pending), (&list["invoices"][1], TruthStatus::Expired)]
    {
        let id = gateway_ref(invoice["id"].as_str().unwrap());
        let read = account().parse_invoice(&id, &answer(200, invoice)).unwrap();
        assert_eq!((read.status, read.payment_id), (status, None));
        assert_eq!(read.redirect_url, invoice["url"].as_str().unwrap());
    }
}

#[test]
fn a_created_invoice_must_be_the_one_asked_for() {
    let parse = |changes| account().parse_created(&new_invoice(), &answer(201, &invoice_json(changes)));
    assert_eq!(parse(json!({})).unwrap().gateway_ref.as_str(), INVOICE_ID);
    assert_eq!(parse(json!({ "amount": 60_001 })), Err(GatewayError::OtherObject("amount")));
    assert_eq!(parse(json!({ "currency": "KWD" })), Err(GatewayError::OtherObject("amount")));
    assert_eq!(parse(json!({ "metadata": {} })), Err(GatewayError::OtherObject("payment_id")));
    let other = PaymentId::new(Uuid::from_u128(0x71)).to_string();
    assert_eq!(parse(json!({ "metadata": { "payment_id": other } })), Err(GatewayError::OtherObject("payment_id")));
}

#[test]
fn a_search_says_yes_no_or_that_it_does_not_know() {
    let found = |invoices: serde_json::Value, next_page: Option<u64>| {
        let list = json!({ "invoices": invoices, "meta": { "current_page": 1, "next_page": next_page } });
        account().parse_found(our_payment(), &answer(200, &list))
    };
    let stranger = invoice_json(json!({ "metadata": { "payment_id": 7 }, "id": "not even a uuid" }));
    let ours = invoice_json(json!({}));
    assert_eq!(found(json!([]), None), Ok(None));
    assert_eq!(found(json!([stranger]), None), Ok(None));
    assert_eq!(found(json!([stranger]), Some(2)), Err(GatewayError::Inconclusive));
    assert_eq!(found(json!([ours, ours]), None), Err(GatewayError::Inconclusive));
    let invoice = found(json!([stranger, ours]), Some(2)).unwrap().unwrap();
    assert_eq!(invoice.payment_id, Some(our_payment()));
}

#[test]
fn the_truth_of_an_invoice_takes_its_attempts_into_account() {
    let attempt = |status: &str, amount: i64| json!({ "id": PAYMENT_ID, "status": status, "amount": amount, "currency": "SAR", "invoice_id": INVOICE_ID });
    let read = |changes| account().parse_invoice(&gateway_ref(INVOICE_ID), &answer(200, &invoice_json(changes)));

    let paid =
        read(json!({ "status": "paid", "payments": [attempt("failed", 60_000), attempt("paid", 60_000)] })).unwrap();
    assert_eq!((paid.status, paid.money.amount_minor), (TruthStatus::Paid, 60_000));
    assert_eq!(paid.gateway_payment_id.as_ref().map(GatewayRef::as_str), Some(PAYMENT_ID));

    let short = read(json!({ "status": "paid", "payments": [attempt("paid", 1)] })).unwrap();
    assert_eq!(short.truth().terms.amount_minor, 1, "what arrived counts, not what was asked for");

    let declined = read(json!({ "payments": [attempt("failed", 60_000)] })).unwrap();
    assert_eq!(declined.status, TruthStatus::Failed);
    let trying = read(json!({ "payments": [attempt("failed", 60_000), attempt("initiated", 60_000)] })).unwrap();
    assert_eq!(trying.status, TruthStatus::Pending);

    let stolen = json!({ "id": PAYMENT_ID, "status": "paid", "amount": 60_000, "currency": "SAR",
        "invoice_id": "73bda482-5f95-4f59-87d3-3fe3615c54bc" });
    assert_eq!(read(json!({ "status": "paid", "payments": [stolen] })), Err(GatewayError::OtherObject("invoice_id")));
}

#[test]
fn only_what_was_captured_counts() {
    let captured = FETCH_PAYMENT.replace("\"paid\"", "\"captured\"").replace("\"captured\": 0", "\"captured\": 40000");
    let payment = account().parse_payment(&gateway_ref(PAYMENT_ID), &answer(200, &captured)).unwrap();
    assert_eq!((payment.status, payment.money.amount_minor), (TruthStatus::Paid, 40_000));
}

#[test]
fn an_answer_about_something_else_is_refused() {
    let other = gateway_ref("73bda482-5f95-4f59-87d3-3fe3615c54bc");
    assert_eq!(account().parse_payment(&other, &answer(200, FETCH_PAYMENT)), Err(GatewayError::OtherObject("id")));
    assert_eq!(
        account().parse_invoice(&other, &answer(200, &invoice_json(json!({})))),
        Err(GatewayError::OtherObject("id"))
    );
}

#[test]
fn broken_answers_are_typed_errors() {
    let read = |changes| account().parse_invoice(&gateway_ref(INVOICE_ID), &answer(200, &invoice_json(changes)));
    for (changes, field) in [
        (json!({ "amount": "60000" }), "invoice"),
        (json!({ "amount": 600.0 }), "invoice"),
        (json!({ "amount": null }), "invoice"),
        (json!({ "amount": 1e300 }), "invoice"),
        (json!({ "amount": u64::MAX }), "invoice"),
        (json!({ "amount": -1 }), "amount"),
        (json!({ "currency": "sar" }), "currency"),
        (json!({ "currency": "XXX" }), "currency"),
        (json!({ "status": "settled" }), "status"),
        (json!({ "status": ["paid"] }), "invoice"),
        (json!({ "id": "../../v1/payouts" }), "id"),
        (json!({ "id": INVOICE_ID.to_uppercase() }), "id"),
        (json!({ "url": "javascript:alert(1)" }), "url"),
        (json!({ "url": "https://a b" }), "url"),
        (json!({ "url": "https://a\r\nSet-Cookie: b" }), "url"),
        (json!({ "url": format!("https://{}", "a".repeat(4000)) }), "url"),
        (json!({ "payments": {} }), "invoice"),
        (json!({ "payments": [{ "id": PAYMENT_ID }] }), "invoice"),
    ] {
        assert_eq!(read(changes.clone()), Err(GatewayError::Malformed(field)), "{changes}");
    }
    for body in ["", "null", "[]", "{}", "<html>", "{\"id\":", &"[".repeat(100_000)] {
        let id = gateway_ref(PAYMENT_ID);
        assert_eq!(account().parse_payment(&id, &answer(200, body)), Err(GatewayError::Malformed("payment")));
        assert_eq!(account().parse_found(our_payment(), &answer(200, body)), Err(GatewayError::Malformed("invoices")));
    }
}

#[test]
fn a_status_that_is_no_success_is_never_read() {
    for (status, error) in [
        (302, GatewayError::Refused(302)),
        (400, GatewayError::Refused(400)),
        (401, GatewayError::Unauthorized(401)),
        (404, GatewayError::NotFound),
        (429, GatewayError::Unavailable(429)),
        (500, GatewayError::Unavailable(500)),
    ] {
        let read = account().parse_payment(&gateway_ref(PAYMENT_ID), &answer(status, FETCH_PAYMENT));
        assert_eq!(read, Err(error));
    }
}

proptest! {
    /// No bytes make the parsers panic, and a damaged payment is never read as more money or another id.
    #[test]
    fn damage_is_an_error_or_harmless(at in 0..FETCH_PAYMENT.len(), byte: u8) {
        let mut body = FETCH_PAYMENT.as_bytes().to_vec();
        body[at] = byte;
        let response = GatewayResponse { status: 200, body, retry_after_s: None };
        if let Ok(payment) = account().parse_payment(&gateway_ref(PAYMENT_ID), &response) {
            prop_assert_eq!(payment.gateway_payment_id.as_str(), PAYMENT_ID);
        }
    }
}

//! Webhooks: real ones are taken, forged ones are not.

use commerce_domain::settlement::TruthStatus;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::port::GatewayEventKind;

const SECRET: &str = "a-shared-secret-of-the-endpoint";

fn secrets() -> [SecretDigest; 1] {
    [SecretDigest::of(&Secret::new(SECRET))]
}

/// The fields of "Webhook Payload" (docs.moyasar.com/webhook-reference) around the payment of "Fetch Payment".
fn webhook(changes: Value) -> Vec<u8> {
    let mut event = json!({
        "id": "2f3b5c8e-53a1-4f0a-9f0e-4d3c2b1a0f9e", "type": "payment_paid", "created_at": "2016-05-12T17:04:19.633Z",
        "secret_token": SECRET, "account_name": "Qahwa", "live": false,
        "data": serde_json::from_str::<Value>(FETCH_PAYMENT).unwrap()
    });
    let Value::Object(changes) = changes else { panic!("an object of changes") };
    event.as_object_mut().unwrap().extend(changes);
    serde_json::to_vec(&event).unwrap()
}

fn accepted(body: &[u8]) -> bool {
    Moyasar::verify_webhook(body, &secrets()).is_ok()
}

#[test]
fn a_real_webhook_is_verified_and_read() {
    let body = webhook(json!({}));
    assert!(accepted(&body));
    let event = Moyasar::parse_event(&body).unwrap();
    assert_eq!((event.kind, event.live), (GatewayEventKind::PaymentPaid, false));
    let payment = event.payment.unwrap();
    assert_eq!(payment.gateway_ref, Some(gateway_ref(INVOICE_ID)));
    assert_eq!((payment.status, payment.money.amount_minor), (TruthStatus::Paid, 60_000));
}

#[test]
fn every_documented_kind_is_known() {
    for (name, kind) in [
        ("payment_failed", GatewayEventKind::PaymentFailed),
        ("payment_faild", GatewayEventKind::PaymentFailed),
        ("payment_refunded", GatewayEventKind::PaymentRefunded),
        ("payment_voided", GatewayEventKind::PaymentVoided),
        ("payment_authorized", GatewayEventKind::PaymentAuthorized),
        ("payment_captured", GatewayEventKind::PaymentCaptured),
        ("payment_verified", GatewayEventKind::PaymentVerified),
        ("payment_abandoned", GatewayEventKind::PaymentAbandoned),
        ("payment_canceled", GatewayEventKind::PaymentAbandoned),
        ("payment_expired", GatewayEventKind::PaymentAbandoned),
    ] {
        let event = Moyasar::parse_event(&webhook(json!({ "type": name }))).unwrap();
        assert_eq!((event.kind, event.type_name.as_str()), (kind, name));
        assert!(event.payment.is_some());
    }
    let transfer = Moyasar::parse_event(&webhook(json!({ "type": "balance_transferred", "data": [1] }))).unwrap();
    assert_eq!((transfer.kind, transfer.payment), (GatewayEventKind::Other, None));
}

#[test]
fn an_event_that_cannot_be_read_is_an_error() {
    for (changes, field) in [
        (json!({ "type": 1 }), "event"),
        (json!({ "live": "false" }), "event"),
        (json!({ "id": null }), "event"),
        (json!({ "id": "a b" }), "id"),
        (json!({ "type": "x".repeat(65) }), "type"),
        (json!({ "data": null }), "data"),
        (json!({ "data": {} }), "data"),
        (json!({ "data": { "id": PAYMENT_ID, "status": "paid", "amount": 1.5, "currency": "SAR" } }), "data"),
        (json!({ "data": { "id": "1", "status": "paid", "amount": 1, "currency": "SAR" } }), "data"),
    ] {
        assert_eq!(Moyasar::parse_event(&webhook(changes.clone())), Err(WebhookError::Malformed(field)), "{changes}");
    }
}

#[test]
fn no_forged_secret_is_accepted() {
    let wrong: Vec<Value> = vec![
        Value::Null,
        json!(""),
        json!(0),
        json!(true),
        json!([SECRET]),
        json!({ "secret_token": SECRET }),
        json!(SECRET.to_uppercase()),
        json!(format!("{SECRET} ")),
        json!(format!(" {SECRET}")),
        json!(format!("{SECRET}\0")),
        json!(&SECRET[1..]),
        json!(&SECRET[..SECRET.len() - 1]),
        json!("*"),
        json!("%"),
    ];
    for token in wrong {
        let body = webhook(json!({ "secret_token": token }));
        assert_eq!(Moyasar::verify_webhook(&body, &secrets()), Err(WebhookError::Unauthenticated), "{token}");
    }
    // The digest is not the secret.
    let digest = "d8889d18032ba80104652efd91031a63e19ce6e3d3250708e854f6d5e85a4a1e";
    assert!(SecretDigest::any_matches(&[SecretDigest::from_hex(digest).unwrap()], &Secret::new(SECRET)));
    assert!(!accepted(&webhook(json!({ "secret_token": digest }))));
}

#[test]
fn a_secret_anywhere_else_or_twice_is_no_proof() {
    let token = format!("\"{SECRET}\"");
    for body in [
        "{}".to_owned(),
        format!("[{{\"secret_token\":{token}}}]"),
        format!("{{\"data\":{{\"secret_token\":{token}}}}}"),
        format!("{{\"Secret_Token\":{token}}}"),
        format!("{{\"secret_token \":{token}}}"),
        format!("{{\"secret_token\":{token},\"secret_token\":{token}}}"),
        format!("{{\"secret_token\":\"x\",\"secret_token\":{token}}}"),
        format!("{{\"secret_token\":{token},\"secret\\u005ftoken\":\"x\"}}"),
        format!("{{\"secret_token\":{token}}}{{}}"),
        format!("{{\"secret_token\":{token}}} x"),
        format!("{{\"secret_token\":{token},}}"),
        format!("{{\"secret_token\":{token}"),
        format!("\u{feff}{{\"secret_token\":{token}}}"),
        format!("secret_token={SECRET}"),
        token.clone(),
    ] {
        assert_eq!(Moyasar::verify_webhook(body.as_bytes(), &secrets()), Err(WebhookError::Unauthenticated), "{body}");
    }
    assert!(accepted(format!("{{\"secret_token\":{token}}}").as_bytes()), "the rule itself is not what refuses");
}

#[test]
fn an_endpoint_without_a_secret_accepts_nothing() {
    assert!(Moyasar::verify_webhook(&webhook(json!({})), &[]).is_err());
    let empty = [SecretDigest::of(&Secret::new(""))];
    assert!(Moyasar::verify_webhook(&webhook(json!({ "secret_token": "" })), &empty).is_err());
}

#[test]
fn bodies_are_bounded() {
    let long = webhook(json!({ "account_name": "x".repeat(MAX_WEBHOOK_LEN) }));
    assert_eq!(Moyasar::verify_webhook(&long, &secrets()), Err(WebhookError::TooLarge));
    assert_eq!(Moyasar::parse_event(&long), Err(WebhookError::TooLarge));
    assert!(!accepted("{\"a\":".repeat(10_000).as_bytes()));
}

/// Every bit of the secret flipped, one at a time; every truncation of the body.
#[test]
fn no_damage_to_the_secret_is_accepted() {
    let body = webhook(json!({}));
    let start = body.windows(SECRET.len()).position(|window| window == SECRET.as_bytes()).unwrap();
    for at in start..start + SECRET.len() {
        for bit in 0..8 {
            let mut forged = body.clone();
            forged[at] ^= 1 << bit;
            assert!(!accepted(&forged), "byte {at}, bit {bit}");
        }
    }
    for length in 0..body.len() {
        assert!(!accepted(&body[..length]), "cut to {length}");
    }
}

proptest! {
    /// A stranger who does not know the secret: any text in its place.
    #[test]
    fn guesses_are_refused(guess in ".{0,64}") {
        prop_assume!(guess != SECRET);
        let forged = webhook(json!({ "secret_token": guess }));
        prop_assert!(!accepted(&forged));
    }

    /// Any bytes at all are answered, and never accepted.
    #[test]
    fn noise_is_refused(noise in proptest::collection::vec(any::<u8>(), 0..2048)) {
        prop_assert!(!accepted(&noise));
        prop_assert!(Moyasar::parse_event(&noise).is_err());
    }
}

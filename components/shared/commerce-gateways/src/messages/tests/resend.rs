//! E-mail.

use proptest::prelude::*;
use serde_json::json;

use super::*;

pub(super) fn provider() -> Resend {
    Resend::new("https://api.resend.com/", &Secret::new("re_123")).unwrap()
}

pub(super) fn email() -> Email {
    Email {
        message_id: Uuid::from_u128(7),
        from: "متجر قهوة <no-reply@wasla.example>".into(),
        to: "sara@Example.com".into(),
        subject: "رمز الدخول 001122".into(),
        html: "<p dir=\"rtl\">001122</p>".into(),
        text: "001122".into(),
        category: "sign_in".into(),
    }
}

#[test]
fn an_email_is_sent_as_documented() {
    let request = provider().request(&email()).unwrap();
    assert_eq!((request.method, request.url.as_str()), (crate::Method::Post, "https://api.resend.com/emails"));
    assert_eq!(header(&request, "authorization"), Some("Bearer re_123"));
    assert_eq!(header(&request, "content-type"), Some("application/json"));
    assert_eq!(header(&request, "idempotency-key"), Some("00000000-0000-0000-0000-000000000007"));
    let expected = json!({
        "from": "متجر قهوة <no-reply@wasla.example>", "to": ["sara@example.com"], "subject": "رمز الدخول 001122",
        "html": "<p dir=\"rtl\">001122</p>", "text": "001122",
        "headers": {"Auto-Submitted": "auto-generated", "X-Entity-Ref-ID": "00000000-0000-0000-0000-000000000007"},
        "tags": [{"name": "category", "value": "sign_in"}]
    });
    assert_eq!(body(&request), expected);
    let plain = provider().request(&Email { html: String::new(), ..email() }).unwrap();
    assert!(body(&plain).get("html").is_none());
}

#[test]
fn the_same_message_makes_the_same_request() {
    assert_eq!(provider().request(&email()).unwrap(), provider().request(&email()).unwrap());
}

#[test]
fn what_cannot_be_delivered_is_not_sent() {
    for to in ["", "sara", "a@b.co,c@d.co", "<a@b.co>", "a@b.co\r\nBcc: c@d.co", "+966501234567"] {
        assert_eq!(provider().request(&Email { to: to.into(), ..email() }), Err(Rejection::Recipient), "{to:?}");
    }
    for bad in [
        Email { subject: String::new(), ..email() },
        Email { subject: "one\r\nBcc: c@d.co".into(), ..email() },
        Email { text: String::new(), ..email() },
        Email { category: "two words".into(), ..email() },
        Email { category: String::new(), ..email() },
    ] {
        assert_eq!(provider().request(&bad), Err(Rejection::Content));
    }
}

#[test]
fn an_accepted_email_has_the_providers_id() {
    let outcome = provider().interpret(&answer(200, r#"{"id": "49a3999c-0ce1-4ea6-ab68-afcd6dc2e794"}"#));
    assert_eq!(outcome, Outcome::Sent { provider_ref: "49a3999c-0ce1-4ea6-ab68-afcd6dc2e794".into() });
    let long = format!(r#"{{"id": "{}"}}"#, "a".repeat(65));
    for body in ["", "{}", "[]", "<html>", r#"{"id": 7}"#, r#"{"id": ""}"#, r#"{"id": "a b"}"#, r#"{"id": "é"}"#, &long]
    {
        assert_eq!(cause(&provider().interpret(&answer(200, body))), Some(Cause::Malformed), "{body}");
    }
}

#[test]
fn every_documented_error_has_a_meaning() {
    use Cause::{Busy, Configuration, Credentials, Failed};
    let told = |status, name: &str| {
        provider().interpret(&answer(status, &json!({"statusCode": status, "name": name, "message": "…"})))
    };
    let again = [
        (401, "missing_api_key", Credentials),
        (401, "restricted_api_key", Credentials),
        (403, "invalid_api_key", Credentials),
        (403, "validation_error", Configuration),
        (404, "not_found", Configuration),
        (405, "method_not_allowed", Configuration),
        (409, "concurrent_idempotent_requests", Busy),
        (422, "invalid_from_address", Configuration),
        (429, "rate_limit_exceeded", Busy),
        (429, "daily_quota_exceeded", Busy),
        (500, "application_error", Failed),
        (500, "internal_server_error", Failed),
    ];
    for (status, name, expected) in again {
        assert_eq!(cause(&told(status, name)), Some(expected), "{status} {name}");
    }
    for (status, name) in [(400, "validation_error"), (422, "missing_required_field"), (422, "invalid_parameter")] {
        assert_eq!(told(status, name), Outcome::Rejected(Rejection::Content), "{status} {name}");
    }
    assert_eq!(told(409, "invalid_idempotent_request"), Outcome::Rejected(Rejection::Conflict));
    assert_eq!(cause(&provider().interpret(&answer(502, "<html>"))), Some(Failed));
    assert_eq!(cause(&provider().interpret(&answer(302, ""))), Some(Cause::Malformed));
}

#[test]
fn the_provider_says_when_to_come_back() {
    let told = |name: &str, retry_after_s| {
        let body = json!({"statusCode": 429, "name": name, "message": "…"}).to_string().into_bytes();
        match provider().interpret(&GatewayResponse { status: 429, body, retry_after_s }) {
            Outcome::TryAgain { after, .. } => after.as_secs(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(told("rate_limit_exceeded", Some(30)), 30);
    assert_eq!(told("daily_quota_exceeded", Some(30)), 3600);
    assert_eq!(told("daily_quota_exceeded", Some(7200)), 7200);
}

proptest! {
    /// Whatever comes back is an outcome; nothing but a well-formed success counts as sent.
    #[test]
    fn any_answer_is_an_outcome(status in 100_u16..600, body in prop::collection::vec(any::<u8>(), 0..64)) {
        let outcome = provider().interpret(&GatewayResponse { status, body, retry_after_s: None });
        let sent = matches!(outcome, Outcome::Sent { .. });
        prop_assert!(!sent);
    }
}

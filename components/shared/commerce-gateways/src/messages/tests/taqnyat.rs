//! SMS.

use serde_json::json;

use super::*;

pub(super) fn provider() -> Taqnyat {
    Taqnyat::new("https://api.taqnyat.sa", &Secret::new("tq_456")).unwrap()
}

pub(super) fn sms() -> Sms {
    Sms {
        message_id: Uuid::from_u128(8),
        sender: "Wasla".into(),
        to: "+966501200112".into(),
        body: "رمزك 001122".into(),
    }
}

#[test]
fn an_sms_is_sent_as_documented() {
    let request = provider().request(&sms()).unwrap();
    assert_eq!((request.method, request.url.as_str()), (crate::Method::Post, "https://api.taqnyat.sa/v1/messages"));
    assert_eq!(header(&request, "authorization"), Some("Bearer tq_456"));
    assert_eq!(header(&request, "content-type"), Some("application/json"));
    let expected = json!({"recipients": ["966501200112"], "body": "رمزك 001122", "sender": "Wasla"});
    assert_eq!(body(&request), expected);
}

#[test]
fn a_number_is_international_or_not_written_to() {
    for to in ["", "0501200112", "+9665012", "sara@example.com", "+966501200112,+966501200113"] {
        assert_eq!(provider().request(&Sms { to: to.into(), ..sms() }), Err(Rejection::Recipient), "{to:?}");
    }
    for bad in [Sms { body: String::new(), ..sms() }, Sms { sender: String::new(), ..sms() }] {
        assert_eq!(provider().request(&bad), Err(Rejection::Content));
    }
}

#[test]
fn an_accepted_sms_has_the_providers_number() {
    let told = |body: Value| provider().interpret(&answer(201, &body));
    let sent = Outcome::Sent { provider_ref: "5452899970".into() };
    assert_eq!(
        told(json!({
            "statusCode": 201, "messageId": 5_452_899_970_u64, "cost": "0.0440", "currency": "SAR", "totalCount": 1,
            "msgLength": 1, "accepted": "[966501200112]", "rejected": "[]"
        })),
        sent
    );
    assert_eq!(told(json!({"statusCode": 201, "messageId": "5452899970"})), sent);
    assert_eq!(
        told(json!({"statusCode": 201, "messageId": 1, "accepted": "[]", "rejected": "[966501200112]"})),
        Outcome::Rejected(Rejection::Recipient)
    );
    for body in [
        json!({}),
        json!({"statusCode": 201}),
        json!({"statusCode": "201"}),
        json!({"statusCode": 201, "messageId": "a b"}),
    ] {
        assert_eq!(cause(&told(body.clone())), Some(Cause::Malformed), "{body}");
    }
    assert_eq!(cause(&provider().interpret(&answer(200, "<html>"))), Some(Cause::Malformed));
}

#[test]
fn a_failure_counts_wherever_its_status_is_told() {
    let expected = [
        (400, Outcome::Rejected(Rejection::Content)),
        (401, Outcome::later(Cause::Credentials)),
        (402, Outcome::later(Cause::Configuration)),
        (404, Outcome::later(Cause::Configuration)),
        (429, Outcome::later(Cause::Busy)),
        (500, Outcome::later(Cause::Failed)),
        (503, Outcome::later(Cause::Failed)),
    ];
    for (status, outcome) in expected {
        let body = json!({"statusCode": status, "message": "…"});
        assert_eq!(provider().interpret(&answer(status, &body)), outcome, "{status}");
        assert_eq!(provider().interpret(&answer(200, &body)), outcome, "{status} in the body");
    }
    assert_eq!(cause(&provider().interpret(&answer(302, ""))), Some(Cause::Malformed));
}

//! The adapters against the providers' documented requests and answers, and against answers that lie.

mod resend;
mod taqnyat;

use std::time::Duration;

use serde_json::Value;

use super::*;
use crate::error::GatewayError;
use crate::secret::Secret;

fn answer<T: ToString + ?Sized>(status: u16, body: &T) -> GatewayResponse {
    GatewayResponse { status, body: body.to_string().into_bytes(), retry_after_s: None }
}

fn header<'a>(request: &'a GatewayRequest, wanted: &str) -> Option<&'a str> {
    request.headers.iter().find(|(name, _)| *name == wanted).map(|(_, value)| value.as_str())
}

fn body(request: &GatewayRequest) -> Value {
    serde_json::from_slice(&request.body).unwrap()
}

fn cause(outcome: &Outcome) -> Option<Cause> {
    match outcome {
        Outcome::TryAgain { cause, .. } => Some(*cause),
        _ => None,
    }
}

#[test]
fn what_is_personal_never_shows() {
    let email = resend::email();
    let sms = taqnyat::sms();
    let request = resend::provider().request(&email).unwrap();
    let shown = format!("{email:?} {sms:?} {request:?} {:?} {:?}", resend::provider(), taqnyat::provider());
    for secret in ["sara", "example.com", "0011", "5012", "re_123", "tq_456"] {
        assert!(!shown.contains(secret), "{secret}: {shown}");
    }
}

#[test]
fn origins_and_keys_are_checked() {
    for bad in ["", "api.resend.com", "ftp://x.example", "https://", "https://key@x.example", "http://x.example/path"] {
        assert!(Resend::new(bad, &Secret::new("re_123")).is_err(), "{bad:?}");
    }
    for bad in ["", "re 123", "re\r\n123", "مفتاح"] {
        assert!(Taqnyat::new("https://api.taqnyat.sa", &Secret::new(bad)).is_err(), "{bad:?}");
    }
    assert!(Resend::new("http://127.0.0.1:3100/", &Secret::new("re_123")).is_ok());
}

#[test]
fn a_call_without_an_answer_is_tried_again() {
    let cases = [
        (GatewayError::Timeout, Cause::Timeout),
        (GatewayError::Unreachable("refused".into()), Cause::Unreachable),
        (GatewayError::TooLarge, Cause::Malformed),
        (GatewayError::InvalidRequest("request"), Cause::Configuration),
    ];
    for (error, expected) in cases {
        assert_eq!(cause(&Outcome::unanswered(&error)), Some(expected), "{error}");
    }
}

#[test]
fn waits_are_bounded_on_both_sides() {
    let wait = |seconds| match Outcome::after(Cause::Busy, seconds) {
        Outcome::TryAgain { after, .. } => after.as_secs(),
        other => panic!("{other:?}"),
    };
    assert_eq!([wait(None), wait(Some(0)), wait(Some(90)), wait(Some(u32::MAX))], [5, 5, 90, 86_400]);
    assert!(
        matches!(Outcome::later(Cause::Credentials), Outcome::TryAgain { after, .. } if after >= Duration::from_secs(60))
    );
}

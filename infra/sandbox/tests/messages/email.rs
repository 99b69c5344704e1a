use http::{Method, StatusCode};
use sandbox::{Channel, Config};
use serde_json::{Value, json};

use crate::support::{EMAIL_KEY, SMS_KEY, World, email};

fn name(answer: &crate::support::Answer) -> (u16, String) {
    let told = answer.json();
    assert_eq!(told["statusCode"], answer.status.as_u16());
    (answer.status.as_u16(), told["name"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn an_accepted_email_is_in_the_mailbox_as_it_was_sent() {
    let world = World::start().await;
    let answer = world.send_email(Some("key-1"), &email()).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    let [message] = world.sandbox.messages().try_into().unwrap();
    assert_eq!(answer.json(), json!({"id": message.provider_ref}));
    assert_eq!(message.channel, Channel::Email);
    assert_eq!(message.to, ["owner@qahwa.example"]);
    assert_eq!(message.subject.as_deref(), Some("استعادة كلمة المرور"));
    assert!(message.text.contains("token=a.b") && message.html.unwrap().contains("token=a.b"));
    assert_eq!(message.headers["Auto-Submitted"], "auto-generated");
    assert_eq!(message.tags[0].value, "reset_password");
    assert_eq!(message.idempotency_key.as_deref(), Some("key-1"));
}

#[tokio::test]
async fn the_same_request_again_is_the_same_email() {
    let world = World::start().await;
    let first = world.send_email(Some("key-1"), &email()).await.json();
    assert_eq!(world.send_email(Some("key-1"), &email()).await.json(), first);
    assert_eq!(world.sandbox.messages().len(), 1);

    let mut other = email();
    other["subject"] = json!("another");
    let refused = world.send_email(Some("key-1"), &other).await;
    assert_eq!(name(&refused), (409, "invalid_idempotent_request".into()));
    assert_ne!(world.send_email(Some("key-2"), &email()).await.json(), first);
    assert_ne!(world.send_email(None, &email()).await.json(), world.send_email(None, &email()).await.json());
    assert_eq!(world.sandbox.messages().len(), 4);

    world.sandbox.clear_messages();
    assert_eq!(world.send_email(Some("key-1"), &email()).await.json(), first, "a key outlives the mailbox");
    assert!(world.sandbox.messages().is_empty());
}

#[tokio::test]
async fn only_the_email_key_opens_it() {
    let world = World::start().await;
    let send = async |headers: &[(&str, &str)]| {
        let answer = world.try_send(Method::POST, "/emails", headers, &email().to_string()).await.unwrap();
        name(&answer)
    };
    assert_eq!(send(&[]).await, (401, "missing_api_key".into()));
    for wrong in [format!("Bearer {SMS_KEY}"), format!("Bearer {EMAIL_KEY}x")] {
        assert_eq!(send(&[("authorization", &wrong)]).await, (403, "invalid_api_key".into()), "{wrong}");
    }
    for missing in [format!("Basic {EMAIL_KEY}"), "Bearer ".to_owned(), EMAIL_KEY.to_owned()] {
        assert_eq!(send(&[("authorization", &missing)]).await, (401, "missing_api_key".into()), "{missing}");
    }
    let keyless = World::start_with(Config::default()).await;
    assert_eq!(
        keyless.send_email(None, &email()).await.status,
        StatusCode::FORBIDDEN,
        "without a key nothing is accepted"
    );
    assert!(world.sandbox.messages().is_empty());
}

#[tokio::test]
async fn mistakes_have_the_documented_names() {
    let world = World::start().await;
    let with = |field: &str, value: Value| {
        let mut changed = email();
        changed[field] = value;
        changed
    };
    let cases = [
        (json!([]), 400, "validation_error"),
        (json!({}), 422, "missing_required_field"),
        (with("from", json!("nobody")), 422, "invalid_from_address"),
        (with("to", json!([])), 422, "validation_error"),
        (with("to", json!("a@b.co, c@d.co")), 422, "validation_error"),
        (with("to", json!(["a@b.co", 7])), 422, "validation_error"),
        (with("subject", Value::Null), 422, "missing_required_field"),
        (with("tags", json!([{"name": "two words", "value": "x"}])), 422, "validation_error"),
    ];
    for (body, status, expected) in cases {
        assert_eq!(name(&world.send_email(None, &body).await), (status, expected.to_owned()), "{body}");
    }
    let long = "k".repeat(257);
    assert_eq!(name(&world.send_email(Some(&long), &email()).await), (400, "invalid_idempotency_key".into()));
    let got = world.get("/emails").await;
    assert_eq!(name(&got), (405, "method_not_allowed".into()));
    assert!(world.sandbox.messages().is_empty());
    assert_eq!(world.sandbox.counters().message_answers[&422], 7);
}

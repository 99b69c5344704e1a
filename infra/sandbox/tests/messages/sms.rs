use http::{Method, StatusCode};
use sandbox::Channel;
use serde_json::json;

use crate::support::{EMAIL_KEY, World, sms};

#[tokio::test]
async fn an_accepted_sms_is_in_the_mailbox() {
    let world = World::start().await;
    let answer = world.send_sms(&sms()).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
    let told = answer.json();
    assert_eq!(
        (&told["statusCode"], &told["accepted"], &told["rejected"]),
        (&json!(201), &json!("[966501234567]"), &json!("[]"))
    );
    let [message] = world.sandbox.messages().try_into().unwrap();
    assert_eq!((message.channel, message.text.as_str(), message.from.as_str()), (Channel::Sms, "رمزك 001122", "Wasla"));
    assert_eq!(told["messageId"].as_u64().unwrap().to_string(), message.provider_ref);
    assert_eq!(told["msgLength"], 1);
}

#[tokio::test]
async fn there_is_no_idempotency() {
    let world = World::start().await;
    world.send_sms(&sms()).await;
    world.send_sms(&sms()).await;
    assert_eq!(world.sandbox.messages().len(), 2);
}

#[tokio::test]
async fn a_number_that_is_none_is_rejected_by_name() {
    let world = World::start().await;
    for bad in ["+966501234567", "00966501234567", "owner@qahwa.example", ""] {
        let told = world.send_sms(&json!({"recipients": [bad], "body": "x", "sender": "Wasla"})).await.json();
        assert_eq!((&told["accepted"], &told["rejected"]), (&json!("[]"), &json!(format!("[{bad}]"))));
    }
    assert!(world.sandbox.messages().is_empty());
}

#[tokio::test]
async fn mistakes_are_refused() {
    let world = World::start().await;
    for bad in [json!({}), json!({"recipients": [], "body": "x", "sender": "W"}), json!({"recipients": "966501234567"})]
    {
        let answer = world.send_sms(&bad).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["statusCode"]), (400, &json!(400)), "{bad}");
    }
    let key = format!("Bearer {EMAIL_KEY}");
    let stranger = world.try_send(Method::POST, "/v1/messages", &[("authorization", &key)], "{}").await.unwrap();
    assert_eq!(stranger.status, StatusCode::UNAUTHORIZED);
    assert_eq!(world.get("/v1/messages").await.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(world.get("/v1/messages/1").await.status, StatusCode::NOT_FOUND);
    assert_eq!(world.get("/v1/invoices").await.status, StatusCode::UNAUTHORIZED, "the gateway stays where it was");
}

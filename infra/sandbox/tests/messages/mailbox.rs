use http::{Method, StatusCode};
use sandbox::{Config, MessageCredentials};
use serde_json::{Value, json};

use crate::support::{EMAIL_KEY, SMS_KEY, World, email, sms};

fn to(recipient: &str, subject: &str) -> Value {
    let mut changed = email();
    changed["to"] = json!(recipient);
    changed["subject"] = json!(subject);
    changed
}

#[tokio::test]
async fn tests_and_curl_read_json_newest_first() {
    let world = World::start().await;
    world.send_email(None, &to("Owner <owner@qahwa.example>", "one")).await;
    world.send_email(None, &to("owner@moda.example", "two")).await;
    world.send_email(None, &to("OWNER@qahwa.example", "three")).await;
    world.send_sms(&sms()).await;
    let subjects = async |query: &str| -> Vec<Value> {
        let answer = world.get(&format!("/mailbox.json{query}")).await.json();
        answer["messages"].as_array().unwrap().iter().map(|message| message["subject"].clone()).collect()
    };
    assert_eq!(subjects("").await, [Value::Null, json!("three"), json!("two"), json!("one")]);
    assert_eq!(subjects("?to=owner@qahwa.example").await, ["three", "one"]);
    assert_eq!(subjects("?to=nobody@qahwa.example").await, [""; 0]);
    assert_eq!(subjects("?channel=email&to=owner%40moda.example").await, ["two"]);
    // An unescaped plus is a space in a query.
    for number in ["966501234567", "+966501234567", "%2B966501234567"] {
        assert_eq!(subjects(&format!("?to={number}&channel=sms")).await, [Value::Null], "{number}");
    }
    assert_eq!(world.get("/mailbox.json?channel=fax").await.status, StatusCode::BAD_REQUEST);
    let cleared = world.try_send(Method::DELETE, "/_sandbox/mailbox", &[], "").await.unwrap();
    assert_eq!((cleared.status, subjects("").await.len()), (StatusCode::OK, 0));
}

#[tokio::test]
async fn the_page_lists_messages_and_needs_no_script() {
    let world = World::start().await;
    assert!(world.get("/mailbox").await.text.contains("لا توجد رسائل"));
    world.send_email(None, &to("owner@qahwa.example", "<script>alert(1)</script>")).await;
    world.send_sms(&sms()).await;
    let page = world.get("/mailbox").await;
    assert_eq!(page.headers["content-type"], "text/html; charset=utf-8");
    assert!(page.headers["content-security-policy"].to_str().unwrap().starts_with("default-src 'none'"));
    assert!(page.text.starts_with("<!doctype html><html lang=\"ar\" dir=\"rtl\">"));
    assert!(!page.text.contains("<script") && page.text.contains("<b dir=\"auto\">&lt;script&gt;"));
    let (newest, older) =
        (page.text.find("رمزك 001122").unwrap(), page.text.find("owner@qahwa.example</bdi>").unwrap());
    assert!(newest < older, "newest first");
    let filtered = world.get("/mailbox?to=owner%40qahwa.example").await.text;
    assert!(filtered.contains("value=\"owner@qahwa.example\"") && !filtered.contains("رمزك"));
}

#[tokio::test]
async fn a_message_has_a_page_with_links_and_its_own_html_runs_nothing() {
    let world = World::start().await;
    world.send_email(None, &email()).await;
    let id = world.sandbox.messages()[0].id;
    let page = world.get(&format!("/mailbox/{id}")).await.text;
    assert!(page.contains("<a dir=\"ltr\" href=\"https://qahwa.example/reset?token=a.b\">"), "{page}");
    assert!(page.contains(&format!("href=\"/mailbox/{id}/html\"")));
    let own = world.get(&format!("/mailbox/{id}/html")).await;
    assert_eq!(own.text, email()["html"].as_str().unwrap());
    let policy = own.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("sandbox") && !policy.contains("allow-scripts") && !policy.contains("allow-same-origin"));
    for nowhere in ["/mailbox/x", "/mailbox/0198c0de-0000-7000-8000-000000000000", &format!("/mailbox/{id}/x")] {
        assert_eq!(world.get(nowhere).await.status, StatusCode::NOT_FOUND, "{nowhere}");
    }
    let posted = world.try_send(Method::POST, "/mailbox", &[], "").await.unwrap();
    assert_eq!(posted.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn the_mailbox_is_bounded() {
    let message_credentials = MessageCredentials { email: EMAIL_KEY.into(), sms: SMS_KEY.into() };
    let world = World::start_with(Config { message_credentials, messages_kept: 2, ..Config::default() }).await;
    for subject in ["one", "two", "three"] {
        world.send_email(None, &to("owner@qahwa.example", subject)).await;
    }
    let kept: Vec<_> = world.sandbox.messages().into_iter().filter_map(|message| message.subject).collect();
    assert_eq!(kept, ["two", "three"]);
    assert_eq!(world.sandbox.counters().messages_delivered, 3);
}

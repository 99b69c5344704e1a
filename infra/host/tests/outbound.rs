//! Outbound HTTP: to allowed hosts only, in time, and to the application itself.

#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

#[expect(dead_code, reason = "each test file uses its part of it")]
mod support;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use support::{Fixture, Setup};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

/// A server that gives every connection the same answer, after `pause` between its two halves.
async fn upstream(head: &'static str, body: &'static str, pause: Duration) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut request = [0; 4096];
                let _ = stream.read(&mut request).await;
                let _ = stream.write_all(head.as_bytes()).await;
                tokio::time::sleep(pause).await;
                let _ = stream.write_all(body.as_bytes()).await;
            });
        }
    });
    addr
}

async fn load(allowed: &str) -> Fixture {
    let mut setup = Setup::new(format!("allowed_outbound_hosts = [{allowed}]"), "");
    setup.options.config.outbound_http.total_timeout = Duration::from_millis(500);
    setup.load().await
}

async fn fetch(app: &Fixture, url: impl std::fmt::Display) -> Value {
    app.call("/fetch", json!({ "url": url.to_string() })).await
}

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n";

#[tokio::test]
async fn only_allowed_hosts_are_reached() {
    let addr = upstream(OK, "there", Duration::ZERO).await;
    let port = addr.port();
    let app = load(&format!("\"http://127.0.0.1:{port}\"")).await;
    assert_eq!(fetch(&app, format!("http://{addr}/a")).await, json!({ "status": 200, "body": "there" }));
    for refused in
        [format!("http://localhost:{port}/"), format!("https://127.0.0.1:{port}/"), "http://127.0.0.1:1/".into()]
    {
        let answer = fetch(&app, refused).await;
        assert!(answer["error"].as_str().unwrap().contains("HttpRequestDenied"), "{answer}");
    }
    let text = app.app.metrics_text();
    assert!(text.contains("host_calls_total{kind=\"http_send\",outcome=\"success\"} 1"), "{text}");
    assert!(text.contains("host_calls_total{kind=\"http_send\",outcome=\"failure\"} 3"), "{text}");
}

#[tokio::test]
async fn nothing_is_waited_for_longer_than_allowed() {
    let silent = upstream("", "", Duration::from_secs(60)).await;
    let stuck = upstream(OK, "there", Duration::from_secs(60)).await;
    let app = load("\"http://127.0.0.1:*\"").await;
    for addr in [silent, stuck] {
        let began = Instant::now();
        let answer = fetch(&app, format!("http://{addr}/")).await;
        assert!(answer["error"].as_str().unwrap().contains("Timeout"), "{answer}");
        assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
    }
}

#[tokio::test]
async fn a_dead_server_is_an_error_at_once() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    drop(listener);
    let app = load("\"http://127.0.0.1:*\"").await;
    let answer = fetch(&app, format!("http://{addr}/")).await;
    assert!(answer["error"].as_str().unwrap().contains("ConnectionRefused"), "{answer}");
}

#[tokio::test]
async fn components_reach_each_other_when_allowed() {
    let app = load("\"http://guest.spin.internal\"").await;
    assert_eq!(fetch(&app, "http://guest.spin.internal/hello").await, json!({ "status": 200, "body": "Hello" }));
    let answer = fetch(&app, "http://other.spin.internal/hello").await;
    assert!(answer["error"].as_str().unwrap().contains("HttpRequestDenied"), "{answer}");
    let closed = load("").await;
    let answer = fetch(&closed, "http://guest.spin.internal/hello").await;
    assert!(answer["error"].as_str().unwrap().contains("HttpRequestDenied"), "{answer}");
}

#[tokio::test]
async fn the_application_reaches_itself_when_allowed() {
    let app = load("\"http://self\"").await;
    assert_eq!(fetch(&app, "http://self.alt/hello").await, json!({ "status": 200, "body": "Hello" }));
    let answer = fetch(&load("").await, "http://self.alt/hello").await;
    assert!(answer["error"].as_str().unwrap().contains("HttpRequestDenied"), "{answer}");
}

//! The server: what a client can do to it, and how it ends.

#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

#[expect(dead_code, reason = "each test file uses its part of it")]
mod support;

use std::time::{Duration, Instant};

use serde_json::json;
use support::{Fixture, Setup};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

async fn serve(app: &Fixture) -> host::Server {
    app.app.serve(TcpListener::bind("127.0.0.1:0").await.unwrap()).await.unwrap()
}

/// Sends `text` and reads until the server closes.
async fn exchange(server: &host::Server, text: &str) -> String {
    let mut stream = TcpStream::connect(server.addr()).await.unwrap();
    stream.write_all(text.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    // A reset after the answer is an end like any other.
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8(answer).unwrap()
}

#[tokio::test]
async fn exactly_one_valid_host_is_required() {
    let app = support::plain().await;
    let server = serve(&app).await;
    let status = async |head: &str| {
        let answer = exchange(&server, &format!("GET /hello HTTP/1.1\r\n{head}connection: close\r\n\r\n")).await;
        answer.split(' ').nth(1).unwrap_or_default().to_owned()
    };
    assert_eq!(status("host: shop.example\r\n").await, "200");
    assert_eq!(status("").await, "400");
    assert_eq!(status("host: a\r\nhost: b\r\n").await, "400");
    assert_eq!(status("host: a b\r\n").await, "400");
    assert_eq!(status("host: guest.spin.internal\r\n").await, "400");
}

#[tokio::test]
async fn one_connection_serves_many_requests() {
    let app = support::plain().await;
    let server = serve(&app).await;
    let once = "GET /hello HTTP/1.1\r\nhost: a\r\n\r\n";
    let answer =
        exchange(&server, &format!("{once}{once}GET /hello HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")).await;
    assert_eq!(answer.matches("HTTP/1.1 200 OK").count(), 3, "{answer}");
    assert_eq!(answer.matches("x-request-id: ").count(), 3);
}

#[tokio::test]
async fn a_body_with_two_lengths_is_never_two_requests() {
    let app = support::plain().await;
    let server = serve(&app).await;
    let smuggled = "GET /hello HTTP/1.1\r\nhost: a\r\n\r\n";
    for lengths in ["content-length: 5\r\ntransfer-encoding: chunked\r\n", "content-length: 5\r\ncontent-length: 6\r\n"]
    {
        let text = format!("POST /echo HTTP/1.1\r\nhost: a\r\nconnection: close\r\n{lengths}\r\n0\r\n\r\n{smuggled}");
        let answer = exchange(&server, &text).await;
        assert!(answer.matches("HTTP/1.1 ").count() <= 1, "{lengths:?}: {answer}");
    }
}

#[tokio::test]
async fn a_client_that_sends_what_nobody_reads_still_gets_its_answer() {
    let app = support::plain().await;
    let server = serve(&app).await;
    for (path, mib, status) in [("/echo", 11, 413), ("/hello", 9, 200)] {
        let body = vec![b' '; mib << 20];
        let mut stream = TcpStream::connect(server.addr()).await.unwrap();
        let head =
            format!("POST {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", body.len());
        // As a client does that reads only when it has sent everything.
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(&body).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{path}: {answer}");
    }
    let began = Instant::now();
    let waits = "POST /echo HTTP/1.1\r\nhost: a\r\nconnection: close\r\nexpect: 100-continue\r\ncontent-length: 99999999\r\n\r\n";
    let answer = exchange(&server, waits).await;
    assert!(answer.starts_with("HTTP/1.1 413 "), "who asks before it sends is not asked to send: {answer}");
    assert!(began.elapsed() < Duration::from_secs(3), "and nothing waits for what it will not send");
}

#[tokio::test]
async fn slow_and_idle_clients_are_let_go() {
    let mut setup = Setup::default();
    setup.options.config.limits.header_timeout = Duration::from_millis(300);
    let app = setup.load().await;
    let server = serve(&app).await;
    for text in
        ["", "GET /hello HT", "GET /hello HTTP/1.1\r\nhost: a\r\nx-slow: ", "GET /hello HTTP/1.1\r\nhost: a\r\n\r\n"]
    {
        let began = Instant::now();
        exchange(&server, text).await;
        assert!(began.elapsed() < Duration::from_secs(3), "{text:?} kept its connection");
    }
}

#[tokio::test]
async fn headers_are_bounded() {
    let app = support::plain().await;
    let server = serve(&app).await;
    let answer =
        exchange(&server, &format!("GET /hello HTTP/1.1\r\nhost: a\r\nx-long: {}\r\n\r\n", "a".repeat(100_000))).await;
    assert!(answer.starts_with("HTTP/1.1 431") && answer.contains("headers_too_large"), "{answer}");
    let endless =
        exchange(&server, &format!("GET /hello HTTP/1.1\r\nhost: a\r\n{}\r\n", "a: b\r\n".repeat(200_000))).await;
    assert!(endless.starts_with("HTTP/1.1 431"), "{endless}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn work_goes_on_after_the_client_has_left() {
    let setup = Setup::new("key_value_stores = [\"default\"]", "");
    let app = setup.load().await;
    let server = serve(&app).await;
    let body = json!({ "ms": 300, "key": "k", "value": "v" }).to_string();
    let mut stream = TcpStream::connect(server.addr()).await.unwrap();
    let head = format!("POST /sleep-then-store HTTP/1.1\r\nhost: a\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    stream.write_all(head.as_bytes()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    drop(stream);
    tokio::time::sleep(Duration::from_millis(600)).await;
    let stored = app.call("/store", json!({ "label": "default", "do": "get", "key": "k" })).await;
    assert_eq!(stored, json!({ "ok": "v" }));
    assert!(app.app.metrics_text().contains("status=\"499\""));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn shutting_down_finishes_what_is_under_way() {
    let app = support::plain().await;
    let server = serve(&app).await;
    let addr = server.addr();
    let body = json!({ "ms": 500 }).to_string();
    let head = format!("POST /sleep HTTP/1.1\r\nhost: a\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    let mut busy = TcpStream::connect(addr).await.unwrap();
    busy.write_all(head.as_bytes()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(150)).await;
    let _idle = TcpStream::connect(addr).await.unwrap();
    let began = Instant::now();
    let shutdown = tokio::spawn(server.shutdown(Duration::from_secs(10)));
    let mut answer = String::new();
    busy.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("\"slept\""), "{answer}");
    assert!(shutdown.await.unwrap(), "everything was finished");
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    assert!(TcpStream::connect(addr).await.is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn jobs_tick_while_the_server_runs() {
    let mut setup = Setup::new("", "[variables]\njob_token = { default = \"secret\" }");
    let jobs = &mut setup.options.config.jobs;
    jobs.token_variable = Some("job_token".into());
    jobs.ticks.insert("/echo".into(), Duration::from_millis(100));
    jobs.ticks.insert("http://guest.spin.internal/seen".into(), Duration::from_millis(100));
    let app = setup.load().await;
    let server = serve(&app).await;
    tokio::time::sleep(Duration::from_millis(650)).await;
    server.shutdown(Duration::from_secs(5)).await;
    let text = app.app.metrics_text();
    let run = |path: &str| {
        let name = format!("host_job_ticks_total{{path=\"{path}\",outcome=\"success\"}} ");
        text.lines().find_map(|line| line.strip_prefix(&name)).unwrap().parse::<u64>().unwrap()
    };
    assert!((2..=6).contains(&run("/echo")), "{text}");
    assert!((2..=6).contains(&run("http://guest.spin.internal/seen")), "{text}");
}

#[tokio::test]
async fn metrics_have_a_listener_of_their_own() {
    let app = support::plain().await;
    app.get("/hello").await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    app.app.serve_metrics(listener);
    let mut stream = TcpStream::connect(addr).await.unwrap();
    stream.write_all(b"GET /metrics HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.contains("host_requests_total{component=\"guest\",status=\"200\",class=\"2xx\"} 1"), "{answer}");
}

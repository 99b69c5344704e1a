//! Requests through the real pipeline, with the fixture component behind it.

#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

#[expect(dead_code, reason = "each test file uses its part of it")]
mod support;

use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

use bytes::Bytes;
use host::{ComponentLimits, Config};
use http::Request;
use http_body::Body as _;
use http_body_util::{BodyExt as _, Full, StreamBody};
use serde_json::json;
use support::{Setup, plain, problem, read};

#[tokio::test]
async fn hello() {
    let (status, body) = read(plain().await.get("/hello").await).await;
    assert_eq!((status, &body[..]), (200, &b"Hello"[..]));
}

#[tokio::test]
async fn a_small_body_leaves_whole_also_after_waiting() {
    let app = plain().await;
    assert_eq!(app.get("/hello").await.body().size_hint().exact(), Some(5));
    let slept = Request::post("/sleep").body(Full::new(Bytes::from(r#"{"ms":50}"#))).unwrap();
    assert_eq!(app.app.handle(slept).await.body().size_hint().exact(), Some(7));
}

#[tokio::test]
async fn a_length_without_content_is_no_failure_where_there_is_none() {
    let app = plain().await;
    let head = Request::head("/length-alone").body(Full::new(Bytes::new())).unwrap();
    for (response, status) in [(app.app.handle(head).await, 200), (app.get("/not-modified").await, 304)] {
        assert_eq!(response.status(), status);
        assert_eq!(response.headers()["content-length"], "5");
    }
    assert_eq!(problem(app.get("/length-alone").await).await, (500, "internal_error".into()));
}

#[tokio::test]
async fn a_body_leaves_as_it_is_made() {
    let app = plain().await;
    let request = Request::post("/drip").body(Full::new(Bytes::from(r#"{"ms":300}"#))).unwrap();
    let began = Instant::now();
    let mut body = app.app.handle(request).await.into_body();
    let first = body.frame().await.unwrap().unwrap().into_data().unwrap();
    assert_eq!((&first[..], began.elapsed() < Duration::from_millis(250)), (&b"first"[..], true));
    assert_eq!(&body.collect().await.unwrap().to_bytes()[..], b"second");
    assert!(began.elapsed() >= Duration::from_millis(300));
}

#[tokio::test]
async fn the_guest_sees_the_request_and_spins_headers() {
    let app = plain().await;
    let request = Request::put("/echo/more?a=b")
        .header("host", "shop.example:8080")
        .header("spin-client-addr", "6.6.6.6:6")
        .header("x-request-id", "given-1")
        .header("connection", "close")
        .body(Full::new(Bytes::from_static(b"12345")))
        .unwrap();
    let response = app.app.handle(request).await;
    assert_eq!(response.headers()["x-request-id"], "given-1");
    let (_, body) = read(response).await;
    let seen: serde_json::Value = serde_json::from_slice(&body).unwrap();
    assert_eq!((&seen["method"], &seen["body_bytes"]), (&json!("PUT"), &json!(5)));
    assert_eq!(seen["uri"], "http://shop.example:8080/echo/more?a=b");
    let headers: Vec<(String, String)> = serde_json::from_value(seen["headers"].clone()).unwrap();
    let all = |name: &str| headers.iter().filter(|(n, _)| n == name).map(|(_, v)| v.as_str()).collect::<Vec<_>>();
    assert_eq!(all("spin-client-addr"), ["6.6.6.6:6", "127.0.0.1:0"], "the forged value first, the true one last");
    assert_eq!(all("spin-full-url"), ["http://shop.example:8080/echo/more?a=b"]);
    assert_eq!(all("spin-path-info"), ["/echo/more"]);
    assert_eq!(all("spin-matched-route"), ["/..."]);
    assert_eq!(all("spin-component-route"), [""]);
    assert_eq!(all("x-request-id"), ["given-1"]);
    assert!(all("connection").is_empty());
}

#[tokio::test]
async fn instances_are_reused_and_replaced() {
    let mut setup = Setup::default();
    setup.options.config.instances.reuse_max = 3;
    let app = setup.load().await;
    let mut seen = Vec::new();
    for _ in 0..7 {
        seen.push(app.call("/seen", json!(null)).await.as_u64().unwrap());
    }
    assert_eq!(seen, [1, 2, 3, 1, 2, 3, 1]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn waiting_requests_share_an_instance() {
    let app = plain().await;
    let began = Instant::now();
    let waits = (0..10).map(|_| app.call("/sleep", json!({ "ms": 300 })));
    futures::future::join_all(waits).await;
    assert!(began.elapsed() < Duration::from_millis(2000), "{:?}", began.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trap_is_an_answer_and_the_next_request_is_served() {
    let app = plain().await;
    assert_eq!(problem(app.get("/trap").await).await, (500, "internal_error".into()));
    assert_eq!(app.get("/hello").await.status(), 200);
    // Counted by the instance's task, which the client does not wait for.
    let counted = async {
        while !app.app.metrics_text().contains("host_traps_total 1") {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), counted).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_looping_guest_ends_at_the_limit_and_stops_nobody() {
    let mut setup = Setup::default();
    setup.options.config.limits.request_timeout = Duration::from_secs(3);
    let app = setup.load().await;
    app.get("/hello").await;
    let looping = [app.get("/loop"), app.get("/loop"), app.get("/loop")];
    let others = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        for _ in 0..20 {
            let began = Instant::now();
            assert_eq!(app.get("/hello").await.status(), 200);
            assert!(began.elapsed() < Duration::from_millis(500), "{:?}", began.elapsed());
        }
    };
    let (ended, ()) = futures::future::join(futures::future::join_all(looping), others).await;
    for response in ended {
        assert_eq!(problem(response).await, (504, "request_timeout".into()));
    }
    // The loops end, and their instances with them.
    tokio::time::sleep(Duration::from_millis(2500)).await;
    assert!(app.app.metrics_text().contains("host_instances 0"), "{}", app.app.metrics_text());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_instance_that_computes_after_waiting_is_passed_over() {
    let app = plain().await;
    let slow = app.call("/sleep-then-compute", json!({ "ms": 100, "rounds": 1_500_000_000_u64 }));
    let others = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        let began = Instant::now();
        for _ in 0..5 {
            assert_eq!(app.get("/hello").await.status(), 200);
        }
        began.elapsed()
    };
    let slow = async {
        let began = Instant::now();
        slow.await;
        began.elapsed()
    };
    let (slow, others) = futures::future::join(slow, others).await;
    assert!(others < slow / 2, "the others took {others:?} beside one that took {slow:?}");
}

#[tokio::test]
async fn memory_is_bounded() {
    let app = plain().await;
    assert_eq!(app.call("/allocate", json!({ "mib": 64 })).await, json!(64 * 1024 * 1024));
    let refused =
        app.app.handle(Request::post("/allocate").body(Full::new(Bytes::from(r#"{"mib":200}"#))).unwrap()).await;
    assert_eq!(problem(refused).await, (500, "internal_error".into()));
}

#[tokio::test]
async fn large_bodies_are_refused_whether_announced_or_not() {
    let mut setup = Setup::default();
    setup.options.config.limits.body_mib = 1;
    let app = setup.load().await;
    let (status, _) = app.post("/echo", vec![0; 1024 * 1024]).await;
    assert_eq!(status, 200);
    let announced = Request::post("/echo").body(Full::new(Bytes::from(vec![0; 1024 * 1024 + 1]))).unwrap();
    assert_eq!(problem(app.app.handle(announced).await).await, (413, "body_too_large".into()));
    let pieces = (0..20).map(|_| Ok::<_, std::io::Error>(http_body::Frame::data(Bytes::from(vec![0; 100_000]))));
    let streamed = Request::post("/echo").body(StreamBody::new(futures::stream::iter(pieces))).unwrap();
    assert_eq!(problem(app.app.handle(streamed).await).await, (413, "body_too_large".into()));
}

#[tokio::test]
async fn what_leads_nowhere_is_a_problem() {
    let setup = Setup::new("", "[[trigger.http]]\nroute = \"/only\"\ncomponent = \"guest\"");
    let folder = setup.write();
    let path = folder.path().join("spin.toml");
    let text = std::fs::read_to_string(&path).unwrap().replacen("\"/...\"", "{ private = true }", 1);
    std::fs::write(&path, text).unwrap();
    let app = host::App::load(&path, setup.options).await.unwrap();
    let get = |path: &'static str| app.handle(Request::get(path).body(Full::new(Bytes::new())).unwrap());
    assert_eq!(problem(get("/nowhere").await).await, (404, "route_not_found".into()));
    assert_eq!(problem(get("/.well-known/spin/info").await).await, (404, "route_not_found".into()));
    let (status, body) = read(get("/.well-known/spin/health").await).await;
    assert_eq!((status, &body[..]), (200, &b"OK"[..]));
    assert_eq!(get("/only").await.status(), 200);
}

#[tokio::test]
async fn overload_is_refused_at_once() {
    let mut setup = Setup::default();
    setup.options.config.limits.requests_in_flight_max = 2;
    let app = setup.load().await;
    let slow = || app.call("/sleep", json!({ "ms": 500 }));
    let late = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        let response = app.get("/hello").await;
        assert_eq!(response.headers()["retry-after"], "1");
        assert_eq!(problem(response).await, (503, "overloaded".into()));
    };
    futures::join!(slow(), slow(), late);
    assert_eq!(app.get("/hello").await.status(), 200);
}

#[tokio::test]
async fn a_bounded_component_lets_some_wait_and_refuses_the_rest() {
    let one = NonZeroUsize::new(1);
    let mut setup = Setup::default();
    setup.options.config.instances.concurrent_reuse_max = 1;
    let bounds = ComponentLimits { instances_max: one, queue_max: one };
    setup.options.config.components.insert("guest".into(), bounds);
    let app = setup.load().await;
    let sleep = |after_ms| {
        let app = &app;
        async move {
            tokio::time::sleep(Duration::from_millis(after_ms)).await;
            app.call("/sleep", json!({ "ms": 400 })).await
        }
    };
    let late = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        let response = app.get("/hello").await;
        assert_eq!(response.headers()["retry-after"], "1");
        assert_eq!(problem(response).await, (429, "too_many_requests".into()));
    };
    futures::join!(sleep(0), sleep(100), late);
    assert_eq!(app.get("/hello").await.status(), 200);
}

#[tokio::test]
async fn bounds_on_a_component_that_is_not_there_are_an_error() {
    let mut setup = Setup::default();
    setup.options.config.components.insert("nobody".into(), ComponentLimits::default());
    let refusal = setup.refusal().await;
    assert!(refusal.contains("\"nobody\""), "{refusal}");
}

#[tokio::test]
async fn applications_in_one_process_are_apart() {
    let with = |greeting: &str| {
        let mut setup = Setup::new(
            "variables = { greeting = \"{{ greeting }}!\" }\nkey_value_stores = [\"default\"]\nenvironment = { PLACE = \"here\" }",
            "[variables]\ngreeting = { required = true }",
        );
        setup.options.variables.insert("greeting".into(), greeting.into());
        setup.load()
    };
    let (one, two) = futures::join!(with("hello"), with("salam"));
    let asked = json!({ "name": "greeting" });
    assert_eq!(one.call("/variable", asked.clone()).await, json!({ "value": "hello!" }));
    assert_eq!(two.call("/variable", asked).await, json!({ "value": "salam!" }));
    assert!(one.call("/variable", json!({ "name": "other" })).await["error"].as_str().unwrap().contains("Undefined"));
    assert_eq!(one.call("/environment", json!({ "name": "PLACE" })).await, json!("here"));
    one.call("/store", json!({ "label": "default", "do": "set", "key": "k", "value": "v" })).await;
    let get = json!({ "label": "default", "do": "get", "key": "k" });
    assert_eq!(one.call("/store", get.clone()).await, json!({ "ok": "v" }));
    assert_eq!(two.call("/store", get).await, json!({ "ok": null }));
    let foreign = json!({ "label": "other", "do": "get", "key": "k" });
    assert!(one.call("/store", foreign).await["error"].as_str().unwrap().contains("AccessDenied"));
}

#[tokio::test]
async fn stores_list_and_delete() {
    let setup = Setup::new("key_value_stores = [\"default\"]", "");
    let app = setup.load().await;
    let operate = |operation: &str, key: &str| {
        app.call("/store", json!({ "label": "default", "do": operation, "key": key, "value": "v" }))
    };
    operate("set", "a").await;
    operate("set", "b").await;
    operate("delete", "a").await;
    assert_eq!(operate("keys", "").await, json!({ "ok": ["b"] }));
    assert_eq!(operate("exists", "a").await, json!({ "ok": false }));
    assert_eq!(operate("exists", "b").await, json!({ "ok": true }));
}

#[tokio::test]
async fn a_broken_application_says_what_is_wrong() {
    let missing = Setup { manifest: "[variables]\ntoken = { required = true }".into(), ..Setup::default() };
    assert!(missing.refusal().await.contains("SPIN_VARIABLE_TOKEN"));
    let host = Setup { component: "allowed_outbound_hosts = [\"example.com\"]".into(), ..Setup::default() };
    let refusal = host.refusal().await;
    assert!(refusal.contains("[component.guest]") && refusal.contains("example.com"), "{refusal}");
    let mut label = Setup { component: "key_value_stores = [\"sessions\"]".into(), ..Setup::default() };
    label.options.key_value = None;
    assert!(label.refusal().await.contains("sessions"));
    let mut job = Setup::default();
    job.options.config.jobs.ticks.insert("http://nobody.spin.internal/x".into(), Duration::from_secs(1));
    assert!(job.refusal().await.contains("nobody"));
    let file = Setup { manifest: "[component.other]\nsource = \"nowhere.wasm\"".into(), ..Setup::default() };
    let refusal = file.refusal().await;
    assert!(refusal.contains("[component.other]") && refusal.contains("nowhere.wasm"), "{refusal}");
}

#[tokio::test]
async fn a_component_with_foreign_imports_is_refused_by_name() {
    let setup = Setup { manifest: "[component.other]\nsource = \"other.wasm\"".into(), ..Setup::default() };
    let folder = setup.write();
    let foreign = r#"(component (import "acme:made/up@1.0.0" (instance (export "call" (func)))))"#;
    std::fs::write(folder.path().join("other.wasm"), wat::parse_str(foreign).unwrap()).unwrap();
    let error = host::App::load(folder.path().join("spin.toml"), setup.options).await.err().unwrap();
    let text = format!("{error:#}");
    assert!(text.contains("[component.other]") && text.contains("acme:made/up"), "{text}");
}

#[test]
fn configuration_is_strict() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("host.toml");
    let parse = |text: &str| {
        std::fs::write(&path, text).unwrap();
        Config::from_file(&path).map_err(|error| format!("{error:#}"))
    };
    let config = parse("access_log = false\n[limits]\nmemory_mib = 64\n[key_value_store.default]\ntype = \"redis\"\nurl = \"redis://x\"\n[jobs.ticks]\n\"/a\" = \"5s\"").unwrap();
    assert_eq!((config.limits.memory_mib, config.limits.body_mib, config.access_log), (64, 10, false));
    assert!(parse("[limits]\nmemory = 64").unwrap_err().contains("memory"));
    assert!(parse("[instances]\nidle = \"soon\"").unwrap_err().contains("soon"));
    assert!(parse("[key_value_store.default]\ntype = \"postgres\"").is_err());
}

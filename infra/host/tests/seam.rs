//! The seam: every host call is seen, and can be delayed, failed or made the last.

#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

#[expect(dead_code, reason = "each test file uses its part of it")]
mod support;

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures::future::BoxFuture;
use host::{Action, HostCall, HostCallKind, Outcome, Seam};
use serde_json::json;
use support::{Fixture, Setup};

/// Remembers every call and acts on one kind.
#[derive(Default)]
struct Recorder {
    calls: Mutex<Vec<(HostCall, Option<Outcome>)>>,
    before: Option<(HostCallKind, Action)>,
    after: Option<(HostCallKind, Action)>,
}

impl Recorder {
    fn act(rule: Option<(HostCallKind, Action)>, call: &HostCall) -> Action {
        rule.filter(|(kind, _)| *kind == call.kind).map_or(Action::Continue, |(_, action)| action)
    }

    fn finished(&self) -> Vec<(HostCallKind, String, Outcome)> {
        let calls = self.calls.lock().unwrap();
        calls.iter().filter_map(|(call, outcome)| Some((call.kind, call.detail.clone(), (*outcome)?))).collect()
    }
}

impl Seam for Recorder {
    fn before<'a>(&'a self, call: &'a HostCall) -> BoxFuture<'a, Action> {
        self.calls.lock().unwrap().push((call.clone(), None));
        Box::pin(std::future::ready(Self::act(self.before, call)))
    }

    fn after<'a>(&'a self, call: &'a HostCall, outcome: &'a Outcome) -> BoxFuture<'a, Action> {
        self.calls.lock().unwrap().push((call.clone(), Some(*outcome)));
        Box::pin(std::future::ready(Self::act(self.after, call)))
    }
}

async fn load(recorder: Recorder) -> (Fixture, Arc<Recorder>) {
    let recorder = Arc::new(recorder);
    let mut setup = Setup::new("key_value_stores = [\"default\"]\nvariables = { level = \"info\" }", "");
    setup.options.seam = Some(recorder.clone());
    (setup.load().await, recorder)
}

async fn set(app: &Fixture) -> (u16, bytes::Bytes) {
    app.post("/store", json!({ "label": "default", "do": "set", "key": "k", "value": "v" }).to_string()).await
}

async fn get(app: &Fixture) -> serde_json::Value {
    app.call("/store", json!({ "label": "default", "do": "get", "key": "k" })).await
}

#[tokio::test]
async fn calls_are_seen_in_order_with_their_request() {
    let (app, recorder) = load(Recorder::default()).await;
    set(&app).await;
    app.call("/variable", json!({ "name": "level" })).await;
    app.call("/variable", json!({ "name": "nobody" })).await;
    use HostCallKind::{KvOpen, KvSet, VariableGet};
    use Outcome::{Failure, Success};
    let seen = recorder.finished();
    let expected = [
        (KvOpen, "default", Success),
        (KvSet, "k", Success),
        (VariableGet, "level", Success),
        (VariableGet, "nobody", Failure),
    ];
    assert_eq!(seen, expected.map(|(kind, detail, outcome)| (kind, detail.to_owned(), outcome)));
    let calls = recorder.calls.lock().unwrap();
    let sequences: Vec<_> = calls.iter().map(|(call, _)| call.sequence).collect();
    assert_eq!(sequences, [0, 0, 1, 1, 0, 0, 0, 0]);
    assert_eq!(&*calls[0].0.component, "guest");
    assert_eq!(calls[0].0.request_id, calls[3].0.request_id);
    assert!(!calls[0].0.request_id.is_empty());
    assert_ne!(calls[3].0.request_id, calls[4].0.request_id);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_of_requests_in_one_instance_are_told_apart() {
    let (app, recorder) = load(Recorder::default()).await;
    let requests = (0..8).map(|index| {
        let body = json!({ "ms": 50, "key": format!("key-{index}"), "value": "v" }).to_string();
        let request = http::Request::post("/sleep-then-store").header("x-request-id", format!("request-{index}"));
        app.app.handle(request.body(http_body_util::Full::new(bytes::Bytes::from(body))).unwrap())
    });
    for response in futures::future::join_all(requests).await {
        assert_eq!(response.status(), 200);
    }
    let calls = recorder.calls.lock().unwrap();
    let sets: Vec<_> =
        calls.iter().filter(|(call, outcome)| call.kind == HostCallKind::KvSet && outcome.is_some()).collect();
    assert_eq!(sets.len(), 8);
    for (call, _) in sets {
        assert_eq!(call.request_id.replace("request", "key"), call.detail);
        assert_eq!(call.sequence, 1);
    }
}

#[tokio::test]
async fn failing_before_has_no_effect_and_failing_after_has() {
    let fail = Some((HostCallKind::KvSet, Action::Fail));
    let (app, _) = load(Recorder { before: fail, ..Recorder::default() }).await;
    assert!(String::from_utf8_lossy(&set(&app).await.1).contains("error"));
    assert_eq!(get(&app).await, json!({ "ok": null }));
    let (app, _) = load(Recorder { after: fail, ..Recorder::default() }).await;
    assert!(String::from_utf8_lossy(&set(&app).await.1).contains("error"));
    assert_eq!(get(&app).await, json!({ "ok": "v" }));
}

#[tokio::test]
async fn killing_ends_the_instance_before_or_after_the_effect() {
    let kill = Some((HostCallKind::KvSet, Action::Kill));
    let (app, _) = load(Recorder { before: kill, ..Recorder::default() }).await;
    assert_eq!(set(&app).await.0, 500);
    assert_eq!(get(&app).await, json!({ "ok": null }));
    let (app, _) = load(Recorder { after: kill, ..Recorder::default() }).await;
    assert_eq!(set(&app).await.0, 500);
    assert_eq!(get(&app).await, json!({ "ok": "v" }));
    assert!(app.app.metrics_text().contains("host_traps_total 1"));
}

#[tokio::test]
async fn a_delay_delays() {
    let delay = Some((HostCallKind::KvSet, Action::Delay(Duration::from_millis(200))));
    let (app, _) = load(Recorder { before: delay, ..Recorder::default() }).await;
    let began = Instant::now();
    assert_eq!(set(&app).await.0, 200);
    assert!(began.elapsed() >= Duration::from_millis(200));
}

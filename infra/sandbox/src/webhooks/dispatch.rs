//! Delivery: first attempts, copies, the retry schedule, held events and repeats.

use std::future::Future;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bytes::Bytes;
use chrono::Utc;
use futures::future::join_all;
use http::header::{CONTENT_TYPE, USER_AGENT};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde::Deserialize;
use tokio::sync::watch;
use uuid::Uuid;

use super::event::Event;
use super::log::{Attempt, Delivery, DeliveryState, Entry, Log, is_success};
use crate::behaviour::WebhookBehaviour;
use crate::counters::Counters;
use crate::lock;
use crate::moyasar::timestamp;

/// Minutes to wait after each failed attempt; after the sixth the event is dropped
/// (docs.moyasar.com/api/other/webhooks/webhook-reference).
const RETRY_MINUTES: [u32; 5] = [1, 10, 30, 60, 120];

/// In which order held events leave.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReleaseOrder {
    /// As they arose.
    Arrival,
    /// Last first.
    #[default]
    Reverse,
}

/// How to send an event again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Repeat {
    /// How many times.
    pub times: u32,
    /// All at once instead of one after the other.
    pub in_parallel: bool,
}

impl Default for Repeat {
    fn default() -> Self {
        Self { times: 1, in_parallel: false }
    }
}

/// Sends events and keeps their log.
pub(crate) struct Dispatcher {
    client: Client<HttpConnector, Full<Bytes>>,
    log: Mutex<Log>,
    held: Mutex<Vec<Arc<Entry>>>,
    counters: Arc<Mutex<Counters>>,
    retry_base: Duration,
    timeout: Duration,
    stop: watch::Receiver<bool>,
    /// Deliveries under way, retries that wait for their turn included.
    under_way: watch::Sender<usize>,
}

impl Dispatcher {
    /// A dispatcher whose deliveries end when `stop` turns true.
    pub(crate) fn new(
        retry_base: Duration,
        timeout: Duration,
        counters: Arc<Mutex<Counters>>,
        stop: watch::Receiver<bool>,
    ) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        connector.set_connect_timeout(Some(timeout));
        Self {
            client: Client::builder(TokioExecutor::new()).build(connector),
            log: Mutex::default(),
            held: Mutex::default(),
            counters,
            retry_base,
            timeout,
            stop,
            under_way: watch::Sender::new(0),
        }
    }

    /// Sends webhooks one after the other, the way the behaviour says.
    pub(crate) fn emit(self: &Arc<Self>, events: Vec<Event>, behaviour: &WebhookBehaviour, lost: bool) {
        let state = match () {
            () if lost => DeliveryState::Lost,
            () if behaviour.hold => DeliveryState::Held,
            () => DeliveryState::Pending,
        };
        let entries: Vec<_> = {
            let mut log = lock(&self.log);
            events.into_iter().map(|event| log.add(event, state)).collect()
        };
        match state {
            DeliveryState::Held => lock(&self.held).extend(entries),
            DeliveryState::Pending => {
                let this = Arc::clone(self);
                let delay = Duration::from_millis(behaviour.delay_ms);
                let repeat = Repeat { times: behaviour.copies, in_parallel: behaviour.in_parallel };
                self.spawn(async move {
                    tokio::time::sleep(delay).await;
                    this.deliver_all(entries, repeat).await;
                });
            }
            DeliveryState::Lost | DeliveryState::Delivered | DeliveryState::Failed => {}
        }
    }

    /// Sends a notice once, without retries: the invoice callback, for which none are documented.
    pub(crate) fn send_once(self: &Arc<Self>, event: Option<Event>) {
        let Some(event) = event else { return };
        let entry = lock(&self.log).add(event, DeliveryState::Pending);
        let this = Arc::clone(self);
        self.spawn(async move {
            if this.attempt(&entry).await.is_none_or(|status| !is_success(status)) {
                entry.give_up();
            }
        });
    }

    /// Sends every held event; returns after their first attempts with the number of events.
    pub(crate) async fn release(self: &Arc<Self>, order: ReleaseOrder) -> usize {
        let mut entries = std::mem::take(&mut *lock(&self.held));
        if order == ReleaseOrder::Reverse {
            entries.reverse();
        }
        let count = entries.len();
        entries.iter().for_each(|entry| entry.release());
        self.deliver_all(entries, Repeat::default()).await;
        count
    }

    /// Sends the very same bytes of an event again; returns the statuses of the answers, none for no answer.
    pub(crate) async fn repeat(&self, event: Uuid, repeat: Repeat) -> Option<Vec<Option<u16>>> {
        let entry = lock(&self.log).get(event)?;
        Some(self.send_copies(&entry, repeat).await)
    }

    /// Everything in the log, oldest first.
    pub(crate) fn deliveries(&self) -> Vec<Delivery> {
        lock(&self.log).snapshot()
    }

    /// How many events are held.
    pub(crate) fn held(&self) -> usize {
        lock(&self.held).len()
    }

    /// Waits until no delivery is under way; held and lost events do not count.
    pub(crate) async fn idle(&self) {
        let mut under_way = self.under_way.subscribe();
        // An error means that the sender is gone, and with it every delivery.
        let _ = under_way.wait_for(|count| *count == 0).await;
    }

    /// First attempts in order; those that fail are retried beside the others.
    async fn deliver_all(self: &Arc<Self>, entries: Vec<Arc<Entry>>, repeat: Repeat) {
        for entry in entries {
            let answers = self.send_copies(&entry, repeat).await;
            if !answers.into_iter().flatten().any(is_success) {
                let this = Arc::clone(self);
                self.spawn(async move { this.retry(&entry).await });
            }
        }
    }

    async fn send_copies(&self, entry: &Entry, repeat: Repeat) -> Vec<Option<u16>> {
        if repeat.in_parallel {
            return join_all((0..repeat.times).map(|_| self.attempt(entry))).await;
        }
        let mut answers = Vec::new();
        for _ in 0..repeat.times {
            answers.push(self.attempt(entry).await);
        }
        answers
    }

    async fn retry(&self, entry: &Entry) {
        for minutes in RETRY_MINUTES {
            tokio::time::sleep(self.retry_base * minutes).await;
            if self.attempt(entry).await.is_some_and(is_success) {
                return;
            }
        }
        entry.give_up();
    }

    /// One request; the status of its answer.
    async fn attempt(&self, entry: &Entry) -> Option<u16> {
        let (at, started) = (timestamp(Utc::now()), Instant::now());
        let outcome = match tokio::time::timeout(self.timeout, self.post(entry)).await {
            Ok(outcome) => outcome,
            Err(_) => Err("no answer in time".to_owned()),
        };
        let duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let status = outcome.as_ref().ok().copied();
        entry.record(Attempt { at, status, error: outcome.err(), duration_ms });
        let mut counters = lock(&self.counters);
        *counters.webhook_answers.entry(status.unwrap_or(0)).or_default() += 1;
        if status.is_some_and(is_success) {
            *counters.webhooks_delivered.entry(entry.kind.clone()).or_default() += 1;
        }
        status
    }

    async fn post(&self, entry: &Entry) -> Result<u16, String> {
        let request = http::Request::post(&entry.url)
            .header(CONTENT_TYPE, "application/json")
            .header(USER_AGENT, "Moyasar-Sandbox")
            .body(Full::new(entry.body.clone()))
            .map_err(|error| error.to_string())?;
        let answer = self.client.request(request).await.map_err(|error| error.to_string())?;
        let status = answer.status().as_u16();
        // Read to the end, so that the connection can be used again.
        let mut body = answer.into_body();
        while let Some(frame) = body.frame().await {
            frame.map_err(|error| error.to_string())?;
        }
        Ok(status)
    }

    /// Runs a delivery until it ends or the sandbox does.
    fn spawn(self: &Arc<Self>, delivery: impl Future<Output = ()> + Send + 'static) {
        let mut stop = self.stop.clone();
        let this = Arc::clone(self);
        self.under_way.send_modify(|count| *count += 1);
        tokio::spawn(async move {
            tokio::select! {
                () = delivery => {}
                _ = stop.wait_for(|stopped| *stopped) => {}
            }
            this.under_way.send_modify(|count| *count -= 1);
        });
    }
}

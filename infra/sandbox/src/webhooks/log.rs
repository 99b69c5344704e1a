//! The delivery log.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use chrono::Utc;
use serde::Serialize;
use uuid::Uuid;

use super::event::Event;
use crate::lock;
use crate::moyasar::timestamp;

/// How many events the log keeps.
const EVENTS_KEPT: usize = 10_000;

/// How far an event got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// Waits for its first attempt, or for another after a failed one.
    Pending,
    /// Kept back until it is released.
    Held,
    /// Answered with 2xx at least once.
    Delivered,
    /// Given up after the last attempt.
    Failed,
    /// Never sent, as asked.
    Lost,
}

/// One request to the receiver.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Attempt {
    /// When it was sent.
    pub at: String,
    /// Status of the answer.
    pub status: Option<u16>,
    /// Why there was no answer.
    pub error: Option<String>,
    /// Time until the answer, or until giving up.
    pub duration_ms: u64,
}

/// An event and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Delivery {
    /// Id of the event, as in its body.
    pub event: Uuid,
    /// `payment_paid`, `payment_failed`, `payment_refunded`; `invoice_callback` for the unsigned callback.
    #[serde(rename = "type")]
    pub kind: String,
    /// Name of the account.
    pub account: String,
    /// The invoice it is about.
    pub invoice_id: Uuid,
    /// The payment it is about.
    pub payment_id: Option<Uuid>,
    /// Where it goes.
    pub url: String,
    /// The exact body.
    pub body: String,
    /// When it arose.
    pub created_at: String,
    /// How far it got.
    pub state: DeliveryState,
    /// Every request sent, in the order of the answers.
    pub attempts: Vec<Attempt>,
}

/// An event in the log.
pub(super) struct Entry {
    pub(super) url: String,
    pub(super) kind: String,
    pub(super) body: Bytes,
    delivery: Mutex<Delivery>,
}

impl Entry {
    fn new(event: Event, state: DeliveryState) -> Self {
        let delivery = Delivery {
            event: event.id,
            kind: event.kind.clone(),
            account: event.account,
            invoice_id: event.invoice_id,
            payment_id: event.payment_id,
            url: event.url.clone(),
            body: String::from_utf8_lossy(&event.body).into_owned(),
            created_at: timestamp(Utc::now()),
            state,
            attempts: Vec::new(),
        };
        Self { url: event.url, kind: event.kind, body: event.body, delivery: Mutex::new(delivery) }
    }

    /// Notes an attempt; one success is enough to be delivered.
    pub(super) fn record(&self, attempt: Attempt) {
        let mut delivery = lock(&self.delivery);
        if attempt.status.is_some_and(is_success) {
            delivery.state = DeliveryState::Delivered;
        }
        delivery.attempts.push(attempt);
    }

    /// Gives up, unless another copy got through.
    pub(super) fn give_up(&self) {
        let mut delivery = lock(&self.delivery);
        if delivery.state != DeliveryState::Delivered {
            delivery.state = DeliveryState::Failed;
        }
    }

    /// No longer held.
    pub(super) fn release(&self) {
        lock(&self.delivery).state = DeliveryState::Pending;
    }
}

/// Whether a receiver accepted a webhook.
pub(super) fn is_success(status: u16) -> bool {
    (200..300).contains(&status)
}

/// The latest events, in the order in which they arose.
#[derive(Default)]
pub(super) struct Log {
    sequence: VecDeque<(Uuid, Arc<Entry>)>,
    by_id: HashMap<Uuid, Arc<Entry>>,
}

impl Log {
    /// Adds an event.
    pub(super) fn add(&mut self, event: Event, state: DeliveryState) -> Arc<Entry> {
        if self.sequence.len() >= EVENTS_KEPT
            && let Some((oldest, _)) = self.sequence.pop_front()
        {
            self.by_id.remove(&oldest);
        }
        let id = event.id;
        let entry = Arc::new(Entry::new(event, state));
        self.sequence.push_back((id, Arc::clone(&entry)));
        self.by_id.insert(id, Arc::clone(&entry));
        entry
    }

    /// The event with this id.
    pub(super) fn get(&self, id: Uuid) -> Option<Arc<Entry>> {
        self.by_id.get(&id).cloned()
    }

    /// Everything in the log.
    pub(super) fn snapshot(&self) -> Vec<Delivery> {
        self.sequence.iter().map(|(_, entry)| lock(&entry.delivery).clone()).collect()
    }
}

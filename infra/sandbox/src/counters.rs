//! What happened so far, in numbers.

use std::collections::BTreeMap;

use serde::Serialize;

/// Running totals since the sandbox started.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counters {
    /// Invoices created, also those whose creation went unanswered.
    pub invoices_created: u64,
    /// Payments that succeeded.
    pub payments_paid: u64,
    /// Payments that were declined.
    pub payments_failed: u64,
    /// Refunds made.
    pub refunds: u64,
    /// Webhook attempts answered with 2xx, by event type.
    pub webhooks_delivered: BTreeMap<String, u64>,
    /// Webhook attempts by the status they were answered with; 0 counts those without an answer.
    pub webhook_answers: BTreeMap<u16, u64>,
    /// Answers of the API under `/v1` by status; 0 counts dropped connections.
    pub api_answers: BTreeMap<u16, u64>,
    /// Messages put into the mailbox.
    pub messages_delivered: u64,
    /// Answers to requests to deliver a message by status; 0 counts dropped connections.
    pub message_answers: BTreeMap<u16, u64>,
}

//! What all parts of the sandbox share, and the acts that change money.

use std::sync::{Arc, Mutex};

use chrono::Utc;
use tokio::sync::watch;
use uuid::Uuid;

use crate::accounts::{Directory, Merchant};
use crate::behaviour::{Behaviour, WebhookBehaviour};
use crate::config::{Config, MessageCredentials};
use crate::counters::Counters;
use crate::dns::Zone;
use crate::handle::Settled;
use crate::lock;
use crate::messages::Mailbox;
use crate::moyasar::Outcome;
use crate::traces::Traces;
use crate::webhooks::{Dispatcher, Event, EventKind};

/// Why the gateway refuses an act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No such object.
    #[error("Record not found")]
    NotFound,
    /// The invoice is paid, refunded, canceled or expired.
    #[error("Payment failed. The Invoice is already {0}")]
    NotPayable(&'static str),
    /// The invoice is paid, refunded, canceled or expired.
    #[error("Cancel failed. The Invoice is already {0}")]
    NotCancelable(&'static str),
    /// The payment was declined.
    #[error("Refund failed. The payment was not paid")]
    NotRefundable,
    /// The amount is below one minor unit or above what is left of the payment.
    #[error("Refund amount cannot exceed the charged amount")]
    RefundTooLarge,
}

/// The state of a running sandbox.
pub(crate) struct Gateway {
    /// Origin of invoice URLs, without a trailing slash.
    pub(crate) public_url: String,
    pub(crate) invoices_kept: usize,
    pub(crate) accounts: Directory,
    pub(crate) behaviour: Mutex<Behaviour>,
    pub(crate) counters: Arc<Mutex<Counters>>,
    pub(crate) webhooks: Arc<Dispatcher>,
    pub(crate) message_credentials: MessageCredentials,
    pub(crate) mailbox: Mutex<Mailbox>,
    pub(crate) traces: Mutex<Traces>,
    pub(crate) zone: Mutex<Zone>,
}

impl Gateway {
    /// A gateway without accounts; its background work ends when `stop` turns true.
    pub(crate) fn new(public_url: String, config: &Config, stop: watch::Receiver<bool>) -> Self {
        let counters = Arc::new(Mutex::new(Counters::default()));
        let (retry_base, webhook_timeout) = (config.retry_base, config.webhook_timeout);
        let webhooks = Arc::new(Dispatcher::new(retry_base, webhook_timeout, Arc::clone(&counters), stop));
        Self {
            public_url,
            invoices_kept: config.invoices_kept,
            accounts: Directory::default(),
            behaviour: Mutex::new(Behaviour::default()),
            counters,
            webhooks,
            message_credentials: config.message_credentials.clone(),
            mailbox: Mutex::new(Mailbox::new(config.messages_kept)),
            traces: Mutex::default(),
            zone: Mutex::default(),
        }
    }

    /// Pays or declines an invoice on behalf of its payer and sends the webhook.
    pub(crate) fn attempt(
        &self,
        merchant: &Merchant,
        invoice: Uuid,
        outcome: Outcome,
        late: bool,
    ) -> Result<Settled, Refusal> {
        let late = late || lock(&self.behaviour).accept_late_payments;
        let payment = lock(&merchant.ledger).attempt(invoice, outcome, late, Utc::now())?;
        match outcome {
            Outcome::Paid => lock(&self.counters).payments_paid += 1,
            Outcome::Declined => lock(&self.counters).payments_failed += 1,
        }
        let (behaviour, lost) = lock(&self.behaviour).webhooks.take();
        let kinds: &[_] = match outcome {
            Outcome::Declined => &[EventKind::PaymentFailed],
            Outcome::Paid if behaviour.contradict => &[EventKind::PaymentPaid, EventKind::Contradiction],
            Outcome::Paid => &[EventKind::PaymentPaid],
        };
        let settled = self.announce(merchant, payment, kinds, &behaviour, lost)?;
        if outcome == Outcome::Paid {
            let ledger = lock(&merchant.ledger);
            let callback = ledger.invoice(invoice).and_then(|invoice| Event::callback(merchant, invoice, self));
            drop(ledger);
            self.webhooks.send_once(callback);
        }
        Ok(settled)
    }

    /// Like [`Self::attempt`], for an invoice of whichever account.
    pub(crate) fn attempt_any(&self, invoice: Uuid, outcome: Outcome, late: bool) -> Result<Settled, Refusal> {
        let merchant = self.accounts.owner_of_invoice(invoice).ok_or(Refusal::NotFound)?;
        self.attempt(&merchant, invoice, outcome, late)
    }

    /// Like [`Self::refund`], for a payment of whichever account.
    pub(crate) fn refund_any(&self, payment: Uuid, amount: Option<i64>) -> Result<Settled, Refusal> {
        let merchant = self.accounts.owner_of_payment(payment).ok_or(Refusal::NotFound)?;
        self.refund(&merchant, payment, amount)
    }

    /// Refunds a payment and sends `payment_refunded`.
    pub(crate) fn refund(&self, merchant: &Merchant, payment: Uuid, amount: Option<i64>) -> Result<Settled, Refusal> {
        lock(&merchant.ledger).refund(payment, amount, Utc::now())?;
        lock(&self.counters).refunds += 1;
        let (behaviour, lost) = lock(&self.behaviour).webhooks.take();
        self.announce(merchant, payment, &[EventKind::PaymentRefunded], &behaviour, lost)
    }

    /// Sends the events of one payment, in order.
    fn announce(
        &self,
        merchant: &Merchant,
        payment: Uuid,
        kinds: &[EventKind],
        behaviour: &WebhookBehaviour,
        lost: bool,
    ) -> Result<Settled, Refusal> {
        let ledger = lock(&merchant.ledger);
        let facts = ledger.payment(payment).ok_or(Refusal::NotFound)?;
        let forge = behaviour.forge.as_ref();
        let events: Vec<_> = kinds.iter().map(|kind| Event::webhook(merchant, facts, *kind, forge, self)).collect();
        drop(ledger);
        let event_ids = events.iter().map(|event| event.id).collect();
        self.webhooks.emit(events, behaviour, lost);
        Ok(Settled { payment_id: payment, event_ids })
    }
}

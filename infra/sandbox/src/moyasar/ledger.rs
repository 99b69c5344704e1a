//! The objects of one account, in memory.

use std::collections::hash_map::DefaultHasher;
use std::collections::{HashMap, VecDeque};
use std::hash::{Hash, Hasher};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::filter::{Filter, PAGE_SIZE, text};
use super::input::NewInvoice;
use super::objects::{Invoice, InvoiceStatus, Payment, PaymentStatus};
use crate::gateway::Refusal;

/// How an attempt to pay ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The bank pays.
    Paid,
    /// The bank declines; the invoice stays payable.
    Declined,
}

/// One page of a list, with the number of objects on all pages.
pub(super) struct Page<T> {
    pub(super) items: Vec<T>,
    pub(super) total: usize,
}

/// Invoices and payments of one account. Keeps a bounded number of invoices and forgets the oldest.
pub(crate) struct Ledger {
    invoices_kept: usize,
    invoices: HashMap<Uuid, Invoice>,
    /// Invoices in the order of their creation.
    sequence: VecDeque<Uuid>,
    /// The invoice of each payment.
    payments: HashMap<Uuid, Uuid>,
    /// Invoices by the hash of one metadata entry, oldest first: reconciliation lists by metadata under load.
    by_metadata: HashMap<u64, VecDeque<Uuid>>,
}

impl Ledger {
    /// An empty ledger that keeps at most `invoices_kept` invoices.
    pub(crate) fn new(invoices_kept: usize) -> Self {
        Self {
            invoices_kept: invoices_kept.max(1),
            invoices: HashMap::new(),
            sequence: VecDeque::new(),
            payments: HashMap::new(),
            by_metadata: HashMap::new(),
        }
    }

    /// How many invoices and payments are kept.
    pub(crate) fn sizes(&self) -> (usize, usize) {
        (self.invoices.len(), self.payments.len())
    }

    /// The invoice with this id.
    pub(crate) fn invoice(&self, id: Uuid) -> Option<&Invoice> {
        self.invoices.get(&id)
    }

    /// The payment with this id, after its invoice.
    pub(crate) fn payment(&self, id: Uuid) -> Option<(&Invoice, &Payment)> {
        let invoice = self.invoices.get(self.payments.get(&id)?)?;
        let payment = invoice.payments.iter().find(|payment| payment.id == id)?;
        Some((invoice, payment))
    }

    /// The newest invoices, newest first.
    pub(crate) fn newest(&self, limit: usize) -> impl Iterator<Item = &Invoice> {
        self.sequence.iter().rev().take(limit).filter_map(|id| self.invoices.get(id))
    }

    /// Records a new invoice.
    pub(super) fn create(&mut self, new: NewInvoice, now: DateTime<Utc>) -> Uuid {
        if self.sequence.len() >= self.invoices_kept {
            self.forget_oldest();
        }
        let id = Uuid::new_v4();
        for (key, value) in &new.metadata {
            self.by_metadata.entry(metadata_hash(key, &text(value))).or_default().push_back(id);
        }
        let invoice = Invoice {
            id,
            settled: InvoiceStatus::Initiated,
            amount: new.amount,
            currency: new.currency,
            description: new.description,
            callback_url: new.callback_url,
            success_url: new.success_url,
            back_url: new.back_url,
            expired_at: new.expired_at,
            created_at: now,
            updated_at: now,
            metadata: new.metadata,
            payments: Vec::new(),
        };
        self.invoices.insert(id, invoice);
        self.sequence.push_back(id);
        id
    }

    fn forget_oldest(&mut self) {
        let Some(invoice) = self.sequence.pop_front().and_then(|id| self.invoices.remove(&id)) else { return };
        for payment in &invoice.payments {
            self.payments.remove(&payment.id);
        }
        for (key, value) in &invoice.metadata {
            let hash = metadata_hash(key, &text(value));
            let Some(ids) = self.by_metadata.get_mut(&hash) else { continue };
            // Invoices are forgotten in the order of their creation, so this one is the first of each index.
            ids.pop_front();
            if ids.is_empty() {
                self.by_metadata.remove(&hash);
            }
        }
    }

    /// Tries to pay an invoice and records the attempt; `late` ignores its expiry.
    pub(crate) fn attempt(
        &mut self,
        invoice_id: Uuid,
        outcome: Outcome,
        late: bool,
        now: DateTime<Utc>,
    ) -> Result<Uuid, Refusal> {
        let invoice = self.invoices.get_mut(&invoice_id).ok_or(Refusal::NotFound)?;
        match invoice.status(now) {
            InvoiceStatus::Initiated => {}
            InvoiceStatus::Expired if late => {}
            status => return Err(Refusal::NotPayable(status.as_str())),
        }
        let status = match outcome {
            Outcome::Paid => PaymentStatus::Paid,
            Outcome::Declined => PaymentStatus::Failed,
        };
        let id = Uuid::new_v4();
        invoice.payments.push(Payment { id, status, refunded: 0, refunded_at: None, created_at: now, updated_at: now });
        if outcome == Outcome::Paid {
            invoice.settled = InvoiceStatus::Paid;
        }
        invoice.updated_at = now;
        self.payments.insert(id, invoice_id);
        Ok(id)
    }

    /// Cancels an invoice that is still payable.
    pub(super) fn cancel(&mut self, id: Uuid, now: DateTime<Utc>) -> Result<(), Refusal> {
        let invoice = self.invoices.get_mut(&id).ok_or(Refusal::NotFound)?;
        match invoice.status(now) {
            InvoiceStatus::Initiated => {
                invoice.settled = InvoiceStatus::Canceled;
                invoice.updated_at = now;
                Ok(())
            }
            status => Err(Refusal::NotCancelable(status.as_str())),
        }
    }

    /// Refunds a payment, wholly when no amount is given.
    pub(crate) fn refund(&mut self, id: Uuid, amount: Option<i64>, now: DateTime<Utc>) -> Result<(), Refusal> {
        let invoice_id = self.payments.get(&id).ok_or(Refusal::NotFound)?;
        let invoice = self.invoices.get_mut(invoice_id).ok_or(Refusal::NotFound)?;
        let total = invoice.amount;
        let payment = invoice.payments.iter_mut().find(|payment| payment.id == id).ok_or(Refusal::NotFound)?;
        if payment.status == PaymentStatus::Failed {
            return Err(Refusal::NotRefundable);
        }
        let left = total - payment.refunded;
        let amount = amount.unwrap_or(left);
        if amount < 1 || amount > left {
            return Err(Refusal::RefundTooLarge);
        }
        payment.status = PaymentStatus::Refunded;
        payment.refunded += amount;
        payment.refunded_at = Some(now);
        payment.updated_at = now;
        invoice.settled = InvoiceStatus::Refunded;
        invoice.updated_at = now;
        Ok(())
    }

    /// Invoices that `filter` admits, newest first.
    pub(super) fn list_invoices(&self, filter: &Filter, now: DateTime<Utc>) -> Page<&Invoice> {
        let admitted = self.candidates(filter).filter(|invoice| {
            let id = invoice.id.to_string();
            filter.admits(&id, invoice.status(now).as_str(), invoice.created_at, &invoice.metadata)
        });
        paginate(admitted, filter.page)
    }

    /// Payments that `filter` admits, those of the newest invoices first.
    pub(super) fn list_payments(&self, filter: &Filter) -> Page<(&Invoice, &Payment)> {
        let admitted = self
            .candidates(filter)
            .flat_map(|invoice| invoice.payments.iter().rev().map(move |payment| (invoice, payment)))
            .filter(|(invoice, payment)| {
                let id = payment.id.to_string();
                filter.invoice_id.as_ref().is_none_or(|wanted| *wanted == invoice.id.to_string())
                    && filter.admits(&id, payment.status.as_str(), payment.created_at, &invoice.metadata)
            });
        paginate(admitted, filter.page)
    }

    /// Every invoice that can pass `filter`, newest first; narrowed by index where there is one.
    fn candidates(&self, filter: &Filter) -> Box<dyn Iterator<Item = &Invoice> + '_> {
        if let Some(invoice_id) = &filter.invoice_id {
            let invoice = invoice_id.parse().ok().and_then(|id| self.invoices.get(&id));
            return Box::new(invoice.into_iter());
        }
        if let Some((key, value)) = filter.metadata.first() {
            let ids = self.by_metadata.get(&metadata_hash(key, value));
            return Box::new(ids.into_iter().flatten().rev().filter_map(|id| self.invoices.get(id)));
        }
        Box::new(self.newest(usize::MAX))
    }
}

fn paginate<T>(items: impl Iterator<Item = T>, page: usize) -> Page<T> {
    let skipped = (page - 1).saturating_mul(PAGE_SIZE);
    let mut shown = Vec::new();
    let mut total = 0;
    for item in items {
        if total >= skipped && shown.len() < PAGE_SIZE {
            shown.push(item);
        }
        total += 1;
    }
    Page { items: shown, total }
}

fn metadata_hash(key: &str, value: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    (key, value).hash(&mut hasher);
    hasher.finish()
}

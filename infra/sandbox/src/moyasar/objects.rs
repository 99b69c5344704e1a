//! Invoices and payments, and what the API shows of them.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Serialize, Serializer};
use serde_json::Value;
use uuid::Uuid;

use super::money::format_amount;

/// Metadata of an object: scalar values by key.
pub(crate) type Metadata = BTreeMap<String, Value>;

/// `2023-08-23T11:21:15.690Z`.
pub(crate) fn timestamp(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

/// Statuses of an invoice that this gateway produces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum InvoiceStatus {
    Initiated,
    Paid,
    Refunded,
    Canceled,
    Expired,
}

impl InvoiceStatus {
    /// The word on the wire.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Initiated => "initiated",
            Self::Paid => "paid",
            Self::Refunded => "refunded",
            Self::Canceled => "canceled",
            Self::Expired => "expired",
        }
    }
}

/// Statuses of a payment that this gateway produces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PaymentStatus {
    Paid,
    Failed,
    Refunded,
}

impl PaymentStatus {
    /// The word on the wire.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Paid => "paid",
            Self::Failed => "failed",
            Self::Refunded => "refunded",
        }
    }
}

/// An invoice with its payment attempts, oldest first.
pub(crate) struct Invoice {
    pub(crate) id: Uuid,
    pub(crate) settled: InvoiceStatus,
    pub(crate) amount: i64,
    pub(crate) currency: String,
    pub(crate) description: String,
    pub(crate) callback_url: Option<String>,
    pub(crate) success_url: Option<String>,
    pub(crate) back_url: Option<String>,
    pub(crate) expired_at: Option<DateTime<Utc>>,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) updated_at: DateTime<Utc>,
    pub(crate) metadata: Metadata,
    pub(crate) payments: Vec<Payment>,
}

impl Invoice {
    /// The status as of `now`: an unpaid invoice expires by itself.
    pub(crate) fn status(&self, now: DateTime<Utc>) -> InvoiceStatus {
        let out_of_time = self.expired_at.is_some_and(|at| at <= now);
        if self.settled == InvoiceStatus::Initiated && out_of_time { InvoiceStatus::Expired } else { self.settled }
    }
}

/// One attempt to pay an invoice.
pub(crate) struct Payment {
    pub(crate) id: Uuid,
    pub(crate) status: PaymentStatus,
    pub(crate) refunded: i64,
    pub(crate) refunded_at: Option<DateTime<Utc>>,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) updated_at: DateTime<Utc>,
}

/// An invoice on the wire.
#[derive(Serialize)]
pub(crate) struct InvoiceView<'a> {
    id: Uuid,
    status: InvoiceStatus,
    amount: i64,
    currency: &'a str,
    description: &'a str,
    logo_url: Option<&'a str>,
    amount_format: String,
    url: String,
    callback_url: Option<&'a str>,
    #[serde(serialize_with = "optional_timestamp")]
    expired_at: Option<DateTime<Utc>>,
    created_at: String,
    updated_at: String,
    back_url: Option<&'a str>,
    success_url: Option<&'a str>,
    payments: Vec<PaymentView<'a>>,
    metadata: &'a Metadata,
}

impl<'a> InvoiceView<'a> {
    /// What the API says of `invoice` at `now`; `origin` is where the checkout page lives.
    pub(crate) fn new(invoice: &'a Invoice, origin: &str, now: DateTime<Utc>) -> Self {
        Self {
            id: invoice.id,
            status: invoice.status(now),
            amount: invoice.amount,
            currency: &invoice.currency,
            description: &invoice.description,
            logo_url: None,
            amount_format: format_amount(invoice.amount, &invoice.currency),
            url: invoice_url(origin, invoice.id),
            callback_url: invoice.callback_url.as_deref(),
            expired_at: invoice.expired_at,
            created_at: timestamp(invoice.created_at),
            updated_at: timestamp(invoice.updated_at),
            back_url: invoice.back_url.as_deref(),
            success_url: invoice.success_url.as_deref(),
            payments: invoice.payments.iter().map(|payment| PaymentView::new(invoice, payment, origin)).collect(),
            metadata: &invoice.metadata,
        }
    }
}

/// A payment on the wire.
#[derive(Serialize)]
pub(crate) struct PaymentView<'a> {
    id: Uuid,
    status: PaymentStatus,
    amount: i64,
    fee: i64,
    currency: &'a str,
    refunded: i64,
    #[serde(serialize_with = "optional_timestamp")]
    refunded_at: Option<DateTime<Utc>>,
    captured: i64,
    captured_at: Option<&'a str>,
    voided_at: Option<&'a str>,
    description: &'a str,
    amount_format: String,
    fee_format: String,
    refunded_format: String,
    captured_format: String,
    invoice_id: Uuid,
    ip: Option<&'a str>,
    callback_url: String,
    created_at: String,
    updated_at: String,
    metadata: &'a Metadata,
    source: SourceView,
}

impl<'a> PaymentView<'a> {
    /// What the API says of one attempt to pay `invoice`.
    pub(crate) fn new(invoice: &'a Invoice, payment: &Payment, origin: &str) -> Self {
        let currency = &invoice.currency;
        Self {
            id: payment.id,
            status: payment.status,
            amount: invoice.amount,
            fee: 0,
            currency,
            refunded: payment.refunded,
            refunded_at: payment.refunded_at,
            captured: 0,
            captured_at: None,
            voided_at: None,
            description: &invoice.description,
            amount_format: format_amount(invoice.amount, currency),
            fee_format: format_amount(0, currency),
            refunded_format: format_amount(payment.refunded, currency),
            captured_format: format_amount(0, currency),
            invoice_id: invoice.id,
            ip: None,
            callback_url: invoice_url(origin, invoice.id),
            created_at: timestamp(payment.created_at),
            updated_at: timestamp(payment.updated_at),
            metadata: &invoice.metadata,
            source: SourceView::new(payment),
        }
    }
}

/// The card that paid: one of the two mada test cards of docs.moyasar.com/guides/card-payments/test-cards.
#[derive(Serialize)]
struct SourceView {
    r#type: &'static str,
    company: &'static str,
    name: &'static str,
    number: &'static str,
    gateway_id: String,
    reference_number: String,
    token: Option<&'static str>,
    message: &'static str,
    transaction_url: Option<&'static str>,
    response_code: &'static str,
    authorization_code: Option<String>,
    issuer_name: &'static str,
    issuer_country: &'static str,
    issuer_card_type: &'static str,
    issuer_card_category: &'static str,
}

impl SourceView {
    fn new(payment: &Payment) -> Self {
        let approved = payment.status != PaymentStatus::Failed;
        let digits = payment.id.as_u128() % 1_000_000_000_000;
        Self {
            r#type: "creditcard",
            company: "mada",
            name: "Sandbox Shopper",
            number: if approved { "4201-32XX-XXXX-1010" } else { "4201-32XX-XXXX-1220" },
            gateway_id: format!("moyasar_cc_{}", payment.id.simple()),
            reference_number: format!("{digits:012}"),
            token: None,
            message: result_message(payment.status),
            transaction_url: None,
            response_code: if approved { "00" } else { "05" },
            authorization_code: approved.then(|| format!("{:06}", digits % 1_000_000)),
            issuer_name: "SANDBOX",
            issuer_country: "SA",
            issuer_card_type: "debit",
            issuer_card_category: "STANDARD",
        }
    }
}

/// What the bank said of a payment.
pub(crate) fn result_message(status: PaymentStatus) -> &'static str {
    if status == PaymentStatus::Failed { "DECLINED" } else { "APPROVED" }
}

/// Where a payer pays an invoice.
pub(crate) fn invoice_url(origin: &str, id: Uuid) -> String {
    format!("{origin}/invoices/{id}")
}

#[expect(clippy::ref_option, reason = "serde hands the field over as a reference")]
fn optional_timestamp<S: Serializer>(at: &Option<DateTime<Utc>>, serializer: S) -> Result<S::Ok, S::Error> {
    at.map(timestamp).serialize(serializer)
}

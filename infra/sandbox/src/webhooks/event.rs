//! The notices the gateway sends: signed webhooks and the unsigned invoice callback.

use bytes::Bytes;
use chrono::Utc;
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use crate::accounts::Merchant;
use crate::behaviour::Forgery;
use crate::gateway::Gateway;
use crate::misbehave::set;
use crate::moyasar::{Invoice, InvoiceView, Payment, PaymentView, timestamp};
use crate::reply::to_bytes;

/// What happened to a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EventKind {
    PaymentPaid,
    PaymentFailed,
    PaymentRefunded,
    /// Says that a payment failed which did not.
    Contradiction,
}

impl EventKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::PaymentPaid => "payment_paid",
            Self::PaymentFailed | Self::Contradiction => "payment_failed",
            Self::PaymentRefunded => "payment_refunded",
        }
    }
}

/// Type under which the invoice callback is logged; it has none on the wire.
const CALLBACK: &str = "invoice_callback";

/// A notice, ready to be sent.
pub(crate) struct Event {
    pub(crate) id: Uuid,
    pub(crate) kind: String,
    pub(crate) account: String,
    pub(crate) invoice_id: Uuid,
    pub(crate) payment_id: Option<Uuid>,
    pub(crate) url: String,
    pub(crate) body: Bytes,
}

/// The body of a webhook (docs.moyasar.com/api/other/webhooks/webhook-reference).
#[derive(Serialize)]
struct WebhookView<'a> {
    id: Uuid,
    r#type: &'static str,
    created_at: String,
    secret_token: &'a str,
    account_name: &'a str,
    live: bool,
    data: PaymentView<'a>,
}

impl Event {
    /// The webhook about a payment, forged when asked.
    pub(crate) fn webhook(
        merchant: &Merchant,
        (invoice, payment): (&Invoice, &Payment),
        kind: EventKind,
        forgery: Option<&Forgery>,
        gateway: &Gateway,
    ) -> Self {
        let id = Uuid::new_v4();
        let view = WebhookView {
            id,
            r#type: kind.as_str(),
            created_at: timestamp(Utc::now()),
            secret_token: &merchant.account.secret_token,
            account_name: &merchant.account.name,
            live: merchant.account.is_live(),
            data: PaymentView::new(invoice, payment, &gateway.public_url),
        };
        let contradiction = Forgery { status: Some("failed".to_owned()), ..Forgery::default() };
        let mut body = to_bytes(&view);
        if kind == EventKind::Contradiction {
            body = forged(&body, &contradiction);
        }
        if let Some(forgery) = forgery {
            body = forged(&body, forgery);
        }
        Self {
            id,
            kind: kind.as_str().to_owned(),
            account: merchant.account.name.clone(),
            invoice_id: invoice.id,
            payment_id: Some(payment.id),
            url: merchant.account.webhook_url.clone(),
            body,
        }
    }

    /// The notice to the invoice's own `callback_url`: the bare invoice, without a secret.
    pub(crate) fn callback(merchant: &Merchant, invoice: &Invoice, gateway: &Gateway) -> Option<Self> {
        Some(Self {
            id: Uuid::new_v4(),
            kind: CALLBACK.to_owned(),
            account: merchant.account.name.clone(),
            invoice_id: invoice.id,
            payment_id: None,
            url: invoice.callback_url.clone()?,
            body: to_bytes(&InvoiceView::new(invoice, &gateway.public_url, Utc::now())),
        })
    }
}

fn forged(body: &[u8], forgery: &Forgery) -> Bytes {
    let mut event = serde_json::from_slice(body).unwrap_or(Value::Null);
    set(&mut event, "secret_token", forgery.secret_token.clone());
    set(&mut event, "live", forgery.live);
    set(&mut event, "type", forgery.kind.clone());
    if let Some(payment) = event.get_mut("data") {
        set(payment, "amount", forgery.amount);
        set(payment, "currency", forgery.currency.clone());
        set(payment, "status", forgery.status.clone());
        set(payment, "id", forgery.payment_id.clone());
        set(payment, "invoice_id", forgery.invoice_id.clone());
    }
    to_bytes(&event)
}

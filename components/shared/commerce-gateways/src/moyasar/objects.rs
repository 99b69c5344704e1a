//! Moyasar's objects, parsed strictly: what is used must be there and well formed, what is not used may be anything.

use commerce_domain::settlement::TruthStatus;
use commerce_domain::{Currency, Money, PaymentId};
use serde::Deserialize;
use uuid::Uuid;

use super::status;
use crate::error::GatewayError;
use crate::port::{GatewayPayment, GatewayRef, Invoice};

/// "Invoice object".
#[derive(Deserialize)]
struct InvoiceObject {
    id: String,
    status: String,
    amount: i64,
    currency: String,
    url: String,
    /// Ours on our own invoices; anything at all on those that others made with the same account.
    #[serde(default)]
    metadata: serde_json::Value,
    /// Attempts against the invoice; older API versions leave it out.
    #[serde(default)]
    payments: Option<Vec<PaymentObject>>,
}

/// "Payment object".
#[derive(Deserialize)]
pub(super) struct PaymentObject {
    id: String,
    status: String,
    amount: i64,
    currency: String,
    #[serde(default)]
    captured: Option<i64>,
    #[serde(default)]
    invoice_id: Option<String>,
    /// How it was tried; its shape differs by method, the message is common ("Credit Card Source").
    #[serde(default)]
    source: serde_json::Value,
}

/// Longest reason of a decline that is kept, in characters.
const MAX_REASON: usize = 200;

/// "List Invoices".
#[derive(Deserialize)]
struct InvoiceList {
    invoices: Vec<InvoiceObject>,
    meta: ListMeta,
}

/// "Pagination".
#[derive(Deserialize)]
struct ListMeta {
    next_page: Option<u64>,
}

pub(super) fn parse_invoice(body: &[u8], live: bool) -> Result<Invoice, GatewayError> {
    serde_json::from_slice::<InvoiceObject>(body).map_err(|_| GatewayError::Malformed("invoice"))?.read(live)
}

pub(super) fn parse_payment(body: &[u8], live: bool) -> Result<GatewayPayment, GatewayError> {
    serde_json::from_slice::<PaymentObject>(body).map_err(|_| GatewayError::Malformed("payment"))?.read(live)
}

/// Finds the invoice of a payment in a list, whether or not the gateway has filtered it.
pub(super) fn parse_invoice_list(
    body: &[u8],
    live: bool,
    payment_id: PaymentId,
) -> Result<Option<Invoice>, GatewayError> {
    let list: InvoiceList = serde_json::from_slice(body).map_err(|_| GatewayError::Malformed("invoices"))?;
    let mut ours = list.invoices.into_iter().filter(|invoice| invoice.payment_id() == Some(payment_id));
    match (ours.next(), ours.next()) {
        (Some(invoice), None) => invoice.read(live).map(Some),
        (Some(_), Some(_)) => Err(GatewayError::Inconclusive),
        (None, _) if list.meta.next_page.is_some() => Err(GatewayError::Inconclusive),
        (None, _) => Ok(None),
    }
}

impl InvoiceObject {
    /// Our payment, if the metadata names one in our own form.
    fn payment_id(&self) -> Option<PaymentId> {
        PaymentId::parse(self.metadata.get("payment_id")?.as_str()?).ok()
    }

    fn read(self, live: bool) -> Result<Invoice, GatewayError> {
        let payment_id = self.payment_id();
        let gateway_ref = parse_id(&self.id)?;
        let asked = parse_money(self.amount, &self.currency)?;
        let own_status = status::of_invoice(&self.status).ok_or(GatewayError::Malformed("status"))?;
        let attempts = self.payments.unwrap_or_default();
        let attempts = attempts.into_iter().map(|attempt| attempt.read(live)).collect::<Result<Vec<_>, _>>()?;
        if attempts.iter().any(|attempt| attempt.gateway_ref.as_ref().is_some_and(|of| *of != gateway_ref)) {
            return Err(GatewayError::OtherObject("invoice_id"));
        }
        let declined = !attempts.is_empty() && attempts.iter().all(|attempt| attempt.status == TruthStatus::Failed);
        let paid_by = attempts.into_iter().find(|attempt| attempt.status == TruthStatus::Paid);
        let status = match own_status {
            // An open invoice whose attempts have all been declined: the payer may still try again.
            TruthStatus::Pending if declined => TruthStatus::Failed,
            status => status,
        };
        let (money, gateway_payment_id) = match (status, paid_by) {
            (TruthStatus::Paid, Some(payment)) => (payment.money, Some(payment.gateway_payment_id)),
            _ => (asked, None),
        };
        let redirect_url = parse_url(self.url)?;
        Ok(Invoice { gateway_ref, status, money, live, redirect_url, gateway_payment_id, payment_id })
    }
}

impl PaymentObject {
    pub(super) fn read(self, live: bool) -> Result<GatewayPayment, GatewayError> {
        let status = status::of_payment(&self.status).ok_or(GatewayError::Malformed("status"))?;
        // Less than was authorised may have been captured; only that has arrived.
        let amount = if self.status == "captured" { self.captured.unwrap_or(self.amount) } else { self.amount };
        Ok(GatewayPayment {
            gateway_payment_id: parse_id(&self.id)?,
            gateway_ref: self.invoice_id.as_deref().map(parse_id).transpose()?,
            status,
            money: parse_money(amount, &self.currency)?,
            live,
            decline_reason: (status == TruthStatus::Failed).then(|| reason(&self.source)).flatten(),
        })
    }
}

/// The message of an attempt's source, without what does not belong into a text.
fn reason(source: &serde_json::Value) -> Option<String> {
    let message = source.get("message")?.as_str()?;
    let text: String = message.chars().filter(|character| !character.is_control()).take(MAX_REASON).collect();
    (!text.is_empty()).then_some(text)
}

/// Ids are UUIDs, hyphenated and in lower case.
fn parse_id(text: &str) -> Result<GatewayRef, GatewayError> {
    let uuid = Uuid::try_parse(text).map_err(|_| GatewayError::Malformed("id"))?;
    let canonical = uuid.hyphenated().to_string();
    if canonical == text {
        GatewayRef::parse(text).ok_or(GatewayError::Malformed("id"))
    } else {
        Err(GatewayError::Malformed("id"))
    }
}

fn parse_money(amount_minor: i64, currency: &str) -> Result<Money, GatewayError> {
    let currency = Currency::parse(currency).map_err(|_| GatewayError::Malformed("currency"))?;
    if amount_minor < 0 { Err(GatewayError::Malformed("amount")) } else { Ok(Money::new(amount_minor, currency)) }
}

/// Where the payer is sent: an HTTP URL of printable ASCII. Plain HTTP is for the development sandbox.
fn parse_url(url: String) -> Result<String, GatewayError> {
    let is_http = url.starts_with("https://") || url.starts_with("http://");
    let printable = url.len() <= 2048 && url.bytes().all(|byte| byte.is_ascii_graphic());
    if is_http && printable { Ok(url) } else { Err(GatewayError::Malformed("url")) }
}

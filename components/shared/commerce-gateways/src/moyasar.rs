//! Moyasar: hosted invoices (<https://docs.moyasar.com>, "Invoices", "Payments", "Webhooks").
//!
//! - Authentication: HTTP Basic, the secret key as user name, no password. `sk_test_…` keys see test objects only, `sk_live_…` keys
//!   live ones only, so the mode of an object is the mode of the key that fetched it: objects do not say it themselves.
//! - Amounts are in the currency's minor units, at least 100.
//! - A webhook proves its sender by a shared `secret_token` inside its body; there is no signature.
//! - Invoices are created without an idempotency key. Ours is `metadata.payment_id`: an attempt that resumes looks for the invoice
//!   before it makes one.

mod objects;
mod status;
mod webhook;

#[cfg(test)]
mod tests;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use commerce_domain::PaymentId;
use serde::Serialize;
use uuid::Uuid;

use crate::error::{GatewayError, WebhookError};
use crate::message::{GatewayRequest, GatewayResponse, Method};
use crate::port::{GatewayEvent, GatewayPayment, GatewayRef, Invoice, NewInvoice, PaymentGateway};
use crate::secret::{Secret, SecretDigest};

pub use webhook::MAX_WEBHOOK_LEN;

/// Smallest amount of an invoice, in minor units ("Create Invoice": possible values ≥ 100).
pub const MIN_AMOUNT_MINOR: i64 = 100;

/// One account at Moyasar.
#[derive(Debug, Clone)]
pub struct Moyasar {
    base_url: String,
    authorization: Secret,
    live: bool,
}

impl Moyasar {
    /// An account, by the origin of the API (`https://api.moyasar.com`) and its secret key.
    ///
    /// # Errors
    /// [`GatewayError::InvalidRequest`] when the origin is no HTTP origin or the key is not a secret key.
    pub fn new(base_url: &str, secret_key: &Secret) -> Result<Self, GatewayError> {
        let base_url = base_url.trim_end_matches('/');
        let host = base_url.strip_prefix("https://").or_else(|| base_url.strip_prefix("http://"));
        if !host.is_some_and(|host| !host.is_empty() && !host.contains(['@', '?', '#', ' '])) {
            return Err(GatewayError::InvalidRequest("base_url"));
        }
        let key = secret_key.expose();
        let live = key.starts_with("sk_live_");
        let printable = key.bytes().all(|byte| byte.is_ascii_graphic() && byte != b':');
        if !printable || !(live || key.starts_with("sk_test_")) {
            return Err(GatewayError::InvalidRequest("secret_key"));
        }
        let authorization = Secret::new(format!("Basic {}", STANDARD.encode(format!("{key}:"))));
        Ok(Self { base_url: base_url.to_owned(), authorization, live })
    }

    /// Whether the key is for real money.
    #[must_use]
    pub const fn is_live(&self) -> bool {
        self.live
    }

    fn request(&self, method: Method, path_and_query: &str, body: Vec<u8>) -> GatewayRequest {
        let mut headers =
            vec![("accept", "application/json".to_owned()), ("authorization", self.authorization.expose().to_owned())];
        if !body.is_empty() {
            headers.push(("content-type", "application/json".to_owned()));
        }
        GatewayRequest { method, url: format!("{}/v1/{path_and_query}", self.base_url), headers, body }
    }

    /// Moyasar's ids are UUIDs; anything else never enters a URL.
    fn get(&self, collection: &str, id: &GatewayRef) -> Result<GatewayRequest, GatewayError> {
        let id = Uuid::try_parse(id.as_str()).map_err(|_| GatewayError::InvalidRequest("id"))?;
        Ok(self.request(Method::Get, &format!("{collection}/{}", id.hyphenated()), Vec::new()))
    }
}

/// Body of "Create Invoice".
#[derive(Serialize)]
struct CreateInvoice<'a> {
    amount: i64,
    currency: &'static str,
    description: &'a str,
    success_url: &'a str,
    back_url: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    expired_at: Option<&'a str>,
    metadata: Metadata<'a>,
}

/// Metadata values must be strings.
#[derive(Serialize)]
struct Metadata<'a> {
    tenant_id: String,
    order_id: String,
    payment_id: String,
    order_number: &'a str,
}

impl PaymentGateway for Moyasar {
    fn create_invoice(&self, invoice: &NewInvoice) -> Result<GatewayRequest, GatewayError> {
        if invoice.money.amount_minor < MIN_AMOUNT_MINOR {
            return Err(GatewayError::InvalidRequest("amount"));
        }
        let body = CreateInvoice {
            amount: invoice.money.amount_minor,
            currency: invoice.money.currency.code(),
            description: &invoice.description,
            success_url: &invoice.success_url,
            back_url: &invoice.back_url,
            expired_at: invoice.expires_at.as_deref(),
            metadata: Metadata {
                tenant_id: invoice.tenant_id.to_string(),
                order_id: invoice.order_id.to_string(),
                payment_id: invoice.payment_id.to_string(),
                order_number: &invoice.order_number,
            },
        };
        let body = serde_json::to_vec(&body).map_err(|_| GatewayError::InvalidRequest("body"))?;
        Ok(self.request(Method::Post, "invoices", body))
    }

    fn parse_created(&self, asked: &NewInvoice, response: &GatewayResponse) -> Result<Invoice, GatewayError> {
        let invoice = objects::parse_invoice(response.success()?, self.live)?;
        if invoice.payment_id != Some(asked.payment_id) {
            return Err(GatewayError::OtherObject("payment_id"));
        }
        if invoice.money != asked.money {
            return Err(GatewayError::OtherObject("amount"));
        }
        Ok(invoice)
    }

    fn find_invoice(&self, payment_id: PaymentId) -> GatewayRequest {
        // "Metadata": lists are filtered by `metadata[key]=value`. The brackets are percent-encoded, as RFC 3986 wants.
        self.request(Method::Get, &format!("invoices?metadata%5Bpayment_id%5D={payment_id}"), Vec::new())
    }

    fn parse_found(&self, payment_id: PaymentId, response: &GatewayResponse) -> Result<Option<Invoice>, GatewayError> {
        objects::parse_invoice_list(response.success()?, self.live, payment_id)
    }

    fn fetch_invoice(&self, gateway_ref: &GatewayRef) -> Result<GatewayRequest, GatewayError> {
        self.get("invoices", gateway_ref)
    }

    fn parse_invoice(&self, asked: &GatewayRef, response: &GatewayResponse) -> Result<Invoice, GatewayError> {
        let invoice = objects::parse_invoice(response.success()?, self.live)?;
        if invoice.gateway_ref == *asked { Ok(invoice) } else { Err(GatewayError::OtherObject("id")) }
    }

    fn fetch_payment(&self, gateway_payment_id: &GatewayRef) -> Result<GatewayRequest, GatewayError> {
        self.get("payments", gateway_payment_id)
    }

    fn parse_payment(&self, asked: &GatewayRef, response: &GatewayResponse) -> Result<GatewayPayment, GatewayError> {
        let payment = objects::parse_payment(response.success()?, self.live)?;
        if payment.gateway_payment_id == *asked { Ok(payment) } else { Err(GatewayError::OtherObject("id")) }
    }

    fn verify_webhook(body: &[u8], secrets: &[SecretDigest]) -> Result<(), WebhookError> {
        webhook::verify(body, secrets)
    }

    fn parse_event(body: &[u8]) -> Result<GatewayEvent, WebhookError> {
        webhook::parse_event(body)
    }
}

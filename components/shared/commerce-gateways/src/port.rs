//! The port: what a payment gateway must be able to do, in our own terms.

use std::fmt;

use commerce_domain::settlement::{Terms, Truth, TruthStatus};
use commerce_domain::{Money, OrderId, PaymentId, TenantId};

use crate::error::{GatewayError, WebhookError};
use crate::message::{GatewayRequest, GatewayResponse};
use crate::secret::SecretDigest;

/// A gateway's id of one of its objects: 1 to 64 ASCII letters, digits, `-` and `_`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct GatewayRef(String);

impl GatewayRef {
    /// Checks an id; `None` when it is not one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let well_formed = (1..=64).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        well_formed.then(|| Self(text.to_owned()))
    }

    /// The id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for GatewayRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A hosted invoice to be made for a payment whose intent is already committed.
#[derive(Debug, Clone)]
pub struct NewInvoice {
    /// The shop.
    pub tenant_id: TenantId,
    /// The order.
    pub order_id: OrderId,
    /// The payment. It is the idempotency key: an attempt that resumes finds its invoice by it.
    pub payment_id: PaymentId,
    /// The order's number, for people.
    pub order_number: String,
    /// What is to be paid.
    pub money: Money,
    /// What the payer reads.
    pub description: String,
    /// Where the payer goes after paying.
    pub success_url: String,
    /// Where the payer goes when turning back.
    pub back_url: String,
    /// When the invoice can no longer be paid: ISO 8601, UTC.
    pub expires_at: Option<String>,
}

/// A hosted invoice as the gateway reports it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invoice {
    /// The gateway's id of the invoice.
    pub gateway_ref: GatewayRef,
    /// What became of it.
    pub status: TruthStatus,
    /// The amount that counts: what was paid if it was, else what is asked for.
    pub money: Money,
    /// Real money or test mode.
    pub live: bool,
    /// Where the payer pays.
    pub redirect_url: String,
    /// The gateway's id of the payment that paid it.
    pub gateway_payment_id: Option<GatewayRef>,
    /// Our payment, as the gateway echoes it.
    pub payment_id: Option<PaymentId>,
}

impl Invoice {
    /// What settlement decides on.
    #[must_use]
    pub const fn truth(&self) -> Truth {
        truth(self.status, self.money, self.live)
    }
}

/// One payment attempt as the gateway reports it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GatewayPayment {
    /// The gateway's id of the payment.
    pub gateway_payment_id: GatewayRef,
    /// The invoice that it was made for.
    pub gateway_ref: Option<GatewayRef>,
    /// What became of it.
    pub status: TruthStatus,
    /// How much.
    pub money: Money,
    /// Real money or test mode.
    pub live: bool,
    /// Why the attempt was declined, in the gateway's words; at most 200 characters.
    pub decline_reason: Option<String>,
}

impl GatewayPayment {
    /// What settlement decides on.
    #[must_use]
    pub const fn truth(&self) -> Truth {
        truth(self.status, self.money, self.live)
    }
}

const fn truth(status: TruthStatus, money: Money, live: bool) -> Truth {
    Truth { status, terms: Terms { amount_minor: money.amount_minor, currency: money.currency, live } }
}

/// What an event says has happened. Only a hint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GatewayEventKind {
    /// A payment succeeded.
    PaymentPaid,
    /// An attempt failed.
    PaymentFailed,
    /// Money went back.
    PaymentRefunded,
    /// A payment was undone before it was settled.
    PaymentVoided,
    /// Money was reserved on a card.
    PaymentAuthorized,
    /// Reserved money was taken.
    PaymentCaptured,
    /// A card was checked; no money moved.
    PaymentVerified,
    /// A payment was given up by the payer, cancelled, or ran out of time.
    PaymentAbandoned,
    /// Not about a payment.
    Other,
}

/// A verified webhook, parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GatewayEvent {
    /// The gateway's id of the event.
    pub id: GatewayRef,
    /// What it says.
    pub kind: GatewayEventKind,
    /// The gateway's own name of the kind, at most 64 characters.
    pub type_name: String,
    /// Real money or test mode, as the event says.
    pub live: bool,
    /// The payment that it is about; `None` for [`GatewayEventKind::Other`]. Never settled on: the truth is fetched.
    pub payment: Option<GatewayPayment>,
}

/// A payment gateway. Pure: each operation builds a request, and another function parses the answer to it.
pub trait PaymentGateway {
    /// Asks for a hosted invoice.
    ///
    /// # Errors
    /// [`GatewayError::InvalidRequest`] when the gateway could not accept it.
    fn create_invoice(&self, invoice: &NewInvoice) -> Result<GatewayRequest, GatewayError>;

    /// Reads the invoice made by [`Self::create_invoice`].
    ///
    /// # Errors
    /// [`GatewayError`]; [`GatewayError::OtherObject`] when amount, currency or payment are not those asked for.
    fn parse_created(&self, asked: &NewInvoice, response: &GatewayResponse) -> Result<Invoice, GatewayError>;

    /// Searches the invoice of a payment: an attempt that resumes asks this first and must not make a second one.
    fn find_invoice(&self, payment_id: PaymentId) -> GatewayRequest;

    /// Reads the answer to [`Self::find_invoice`]; `None` when there is certainly none.
    ///
    /// # Errors
    /// [`GatewayError`]; [`GatewayError::Inconclusive`] when more than one page was found and none of the first is it, or when
    /// several invoices are.
    fn parse_found(&self, payment_id: PaymentId, response: &GatewayResponse) -> Result<Option<Invoice>, GatewayError>;

    /// Asks for the truth about an invoice.
    ///
    /// # Errors
    /// [`GatewayError::InvalidRequest`] when the reference is not one of this gateway.
    fn fetch_invoice(&self, gateway_ref: &GatewayRef) -> Result<GatewayRequest, GatewayError>;

    /// Reads the answer to [`Self::fetch_invoice`].
    ///
    /// # Errors
    /// [`GatewayError`].
    fn parse_invoice(&self, asked: &GatewayRef, response: &GatewayResponse) -> Result<Invoice, GatewayError>;

    /// Asks for the truth about a payment attempt.
    ///
    /// # Errors
    /// [`GatewayError::InvalidRequest`] when the id is not one of this gateway.
    fn fetch_payment(&self, gateway_payment_id: &GatewayRef) -> Result<GatewayRequest, GatewayError>;

    /// Reads the answer to [`Self::fetch_payment`].
    ///
    /// # Errors
    /// [`GatewayError`].
    fn parse_payment(&self, asked: &GatewayRef, response: &GatewayResponse) -> Result<GatewayPayment, GatewayError>;

    /// Whether a webhook comes from the gateway, judged by the digests of the endpoint's current and previous secret.
    ///
    /// # Errors
    /// [`WebhookError`].
    fn verify_webhook(body: &[u8], secrets: &[SecretDigest]) -> Result<(), WebhookError>;

    /// Reads a webhook that [`Self::verify_webhook`] has accepted.
    ///
    /// # Errors
    /// [`WebhookError`].
    fn parse_event(body: &[u8]) -> Result<GatewayEvent, WebhookError>;
}

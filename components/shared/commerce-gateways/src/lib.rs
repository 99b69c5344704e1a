#![doc = include_str!("../README.md")]

pub mod dns;
pub mod error;
pub mod message;
pub mod messages;
pub mod moyasar;
pub mod port;
pub mod secret;
mod send;

pub use error::{GatewayError, WebhookError};
pub use message::{GatewayRequest, GatewayResponse, Method};
pub use moyasar::Moyasar;
pub use port::{GatewayEvent, GatewayEventKind, GatewayPayment, GatewayRef, Invoice, NewInvoice, PaymentGateway};
pub use secret::{Secret, SecretDigest};
pub use send::{MAX_ANSWER_LEN, send};

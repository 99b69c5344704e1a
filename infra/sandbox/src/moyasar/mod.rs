//! Moyasar's wire format, as documented on docs.moyasar.com: objects, validation, filters, errors and routes.

mod api;
mod errors;
mod filter;
mod input;
mod ledger;
mod money;
mod objects;

pub(crate) use api::respond;
pub(crate) use ledger::{Ledger, Outcome};
pub(crate) use money::format_amount;
pub(crate) use objects::{
    Invoice, InvoiceStatus, InvoiceView, Payment, PaymentStatus, PaymentView, invoice_url, result_message, timestamp,
};

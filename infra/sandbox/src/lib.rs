//! A payment gateway, a message provider and a DNS resolver for development and tests.
//!
//! It speaks the wire formats of Moyasar's hosted invoices (API, checkout page, webhooks; docs.moyasar.com), of Resend's e-mail API
//! (resend.com/docs), of Taqnyat's SMS API (dev.taqnyat.sa) and of DNS over HTTPS (RFC 8484), keeps everything in memory, messages in a mailbox, and misbehaves on
//! request: see [`Behaviour`].
//!
//! ```no_run
//! # async fn run() -> Result<(), sandbox::StartError> {
//! let gateway = sandbox::Sandbox::start(sandbox::Config::default()).await?;
//! println!("{}", gateway.url());
//! gateway.shutdown().await;
//! # Ok(())
//! # }
//! ```

mod accounts;
mod behaviour;
mod config;
mod control;
mod counters;
mod dns;
mod gateway;
mod handle;
mod messages;
mod misbehave;
mod moyasar;
mod pages;
mod reply;
mod server;
mod traces;
mod webhooks;

pub use behaviour::{
    Behaviour, DnsBehaviour, DnsFault, Fault, Forgery, Lie, MessageBehaviour, RequestBehaviour, WebhookBehaviour,
};
pub use config::{Account, Config, MessageCredentials, StartError};
pub use counters::Counters;
pub use dns::TxtRecords;
pub use gateway::Refusal;
pub use handle::{Sandbox, Settled};
pub use messages::{Channel, Message, Tag};
pub use traces::SeenTrace;
pub use webhooks::{Attempt, Delivery, DeliveryState, ReleaseOrder, Repeat};

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks `mutex`; a panic in another holder does not take the gateway down, because every change is made in one step.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

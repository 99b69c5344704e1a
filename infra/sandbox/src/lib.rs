//! A payment gateway for development and tests.
//!
//! It speaks the wire format of Moyasar's hosted invoices as documented on docs.moyasar.com (API, checkout page,
//! webhooks), keeps everything in memory, and misbehaves on request: see [`Behaviour`].
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
mod gateway;
mod handle;
mod moyasar;
mod pages;
mod reply;
mod server;
mod webhooks;

pub use behaviour::{Behaviour, Fault, Forgery, Lie, RequestBehaviour, WebhookBehaviour};
pub use config::{Account, Config, StartError};
pub use counters::Counters;
pub use gateway::Refusal;
pub use handle::{Sandbox, Settled};
pub use webhooks::{Attempt, Delivery, DeliveryState, ReleaseOrder, Repeat};

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks `mutex`; a panic in another holder does not take the gateway down, because every change is made in one step.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

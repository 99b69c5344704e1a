#![doc = include_str!("../README.md")]

mod cache;
mod dated;
mod frame;
pub mod guard;
mod key;
mod store;

use std::time::{SystemTime, UNIX_EPOCH};

pub use cache::Cache;
pub use dated::{Dated, sweep};
pub use frame::Entry;
pub use key::Key;
pub use store::KvError;

/// Milliseconds since the Unix epoch, by the platform's clock.
#[must_use]
pub fn now_ms() -> u64 {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since_epoch.as_millis()).unwrap_or(u64::MAX)
}

//! Webhooks: what they say, how they are delivered, and the log of it.

mod dispatch;
mod event;
mod log;

pub(crate) use dispatch::Dispatcher;
pub use dispatch::{ReleaseOrder, Repeat};
pub(crate) use event::{Event, EventKind};
pub use log::{Attempt, Delivery, DeliveryState};

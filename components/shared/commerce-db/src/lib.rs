#![doc = include_str!("../README.md")]

mod call;
mod context;
mod error;
pub mod functions;
pub mod variables;

pub use call::{Function, Reply};
pub use context::{Actor, CallContext, SessionContext};
pub use error::DbError;
pub use functions::{auth, carts, checkout, customers, jobs, messages, orders, storefront, system, tenants, webhooks};

#![doc = include_str!("../README.md")]

mod call;
mod context;
mod error;
pub mod functions;
mod log;
pub mod variables;

pub use call::{Function, Reply};
pub use context::{Actor, CallContext, KeyContext, SessionContext};
pub use error::DbError;
pub use functions::{
    After, audit, auth, carts, checkout, customers, domains, integrations, invitations, jobs, members, messages, ops,
    orders, plans, roles, storefront, system, tenants, webhooks,
};
pub use log::Level;

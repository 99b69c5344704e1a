//! Outbound PostgreSQL: pooled connections, Spin's conversions, and `spin:postgres` on top.

#![expect(
    clippy::result_large_err,
    reason = "the interface's error carries everything that PostgreSQL says of a failure"
)]

mod address;
mod convert;
mod error;
mod host;
mod lending;
mod params;
mod pool;
mod query;
mod values;

use std::sync::Arc;

pub use pool::Pools;

/// A connection that a guest holds; it goes back to its pool when the guest drops it, or dies.
pub struct Connection(Arc<lending::Lent>);

/// What a guest has said about a connection before opening it.
#[derive(Clone)]
pub struct ConnectionBuilder {
    address: String,
    /// PEM.
    ca_root: Option<String>,
}

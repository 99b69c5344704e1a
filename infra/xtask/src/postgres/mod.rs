//! PostgreSQL: the URL of a database, connections, and a private cluster for this checkout.

mod account;
mod binaries;
mod cluster;
mod connect;
mod install;
mod lease;
mod place;
mod url;

pub use cluster::Cluster;
pub use connect::{connect, drop_database, ensure_database, require_version};
pub use lease::Lease;
pub use url::DatabaseUrl;

/// Oldest major version that the migrations are written for (INF-01).
pub const OLDEST_MAJOR: u32 = 15;

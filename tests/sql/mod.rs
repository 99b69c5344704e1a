//! The database itself.

mod functions;
mod invariants;
mod schema;

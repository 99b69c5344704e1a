//! The database itself.

mod functions;
mod schema;

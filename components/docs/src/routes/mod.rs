//! Handlers.

pub mod document;
pub mod page;

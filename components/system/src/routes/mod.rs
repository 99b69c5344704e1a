//! The handlers, by noun.

pub mod health;
pub mod info;

//! Handlers, one file for each noun.

pub mod access;
pub mod grants;
pub mod jobs;
pub mod plans;
pub mod tenants;

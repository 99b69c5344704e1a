//! Handlers, one file for each noun.

pub mod jobs;
pub mod payments;

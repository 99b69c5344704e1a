//! Handlers, one file for each noun.

pub mod audit;
pub mod domains;
pub mod integrations;
pub mod jobs;
pub mod members;
pub mod ownership;
pub mod roles;
pub mod tenant;

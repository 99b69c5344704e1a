//! By URL.

pub mod auth;
mod bad_input;
mod budgets;
mod contract;
mod kill_points;
mod outage;
mod pipeline;
mod platform;
mod purchase;
mod purge;
mod storefront;
mod system;
mod tenants;
mod webhooks;

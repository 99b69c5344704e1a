//! A typed constant per database function, grouped as in `migrations/api/`.

pub mod auth;
pub mod carts;
pub mod checkout;
pub mod customers;
pub mod jobs;
pub mod messages;
pub mod orders;
mod public_id;
pub mod storefront;
pub mod system;
pub mod tenants;
pub mod webhooks;

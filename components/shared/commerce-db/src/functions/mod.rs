//! A typed constant per database function, grouped as in `migrations/api/`.

pub mod carts;
pub mod checkout;
pub mod jobs;
pub mod orders;
mod public_id;
pub mod storefront;
pub mod system;
pub mod tenants;
pub mod webhooks;

//! A typed constant per database function, grouped as in `migrations/api/`.

pub mod audit;
pub mod auth;
pub mod carts;
pub mod checkout;
pub mod customers;
pub mod domains;
pub mod integrations;
pub mod invitations;
pub mod jobs;
pub mod members;
pub mod messages;
pub mod ops;
pub mod orders;
mod page;
pub mod plans;
mod public_id;
pub mod roles;
pub mod storefront;
pub mod system;
pub mod tenants;
pub mod webhooks;

pub use page::After;

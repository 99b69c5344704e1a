//! By URL.

mod storefront;
mod system;
mod webhooks;

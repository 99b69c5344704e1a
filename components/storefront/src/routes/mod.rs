//! Handlers, one file for each noun.

pub mod cart_items;
pub mod carts;
pub mod categories;
pub mod checkout;
pub mod jobs;
pub mod media;
pub mod orders;
pub mod params;
pub mod products;
pub mod shop;

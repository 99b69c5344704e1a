//! Handlers, one file for each noun.

pub mod addresses;
pub mod cart_items;
pub mod carts;
pub mod categories;
pub mod checkout;
pub mod jobs;
pub mod me;
pub mod media;
pub mod my_orders;
pub mod orders;
pub mod products;
pub mod shop;

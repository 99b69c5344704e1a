//! `/api/v1/storefront`

mod carts;
mod categories;
mod checkout;
mod me;
mod orders;
mod products;
mod shop;

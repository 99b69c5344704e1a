#![doc = include_str!("../README.md")]

pub mod cart_view;
mod gateway;
pub mod money_view;
pub mod order_token;
pub mod order_view;
pub mod place_order;
pub mod price_cart;
mod random;
pub mod reconcile_payments;
pub mod settle_payment;

pub use gateway::GatewayAccessError;
pub use place_order::place_order;
pub use reconcile_payments::reconcile_payments;
pub use settle_payment::settle_payment;

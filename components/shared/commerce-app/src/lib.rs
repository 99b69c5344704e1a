#![doc = include_str!("../README.md")]

pub mod cart_view;
pub mod credentials;
pub mod deliver_messages;
pub mod external;
mod gateway;
pub mod identity;
pub mod integrations;
pub mod messages;
pub mod money_view;
pub mod order_token;
pub mod order_view;
pub mod place_order;
pub mod plans;
pub mod price_cart;
pub mod prove_domain;
pub mod random;
pub mod reconcile_payments;
pub mod settle_payment;
pub mod shapes;
pub mod tenant_settings;
pub mod tenants;

pub use deliver_messages::deliver_messages;
pub use gateway::GatewayAccessError;
pub use place_order::place_order;
pub use prove_domain::prove_domain;
pub use reconcile_payments::reconcile_payments;
pub use settle_payment::settle_payment;

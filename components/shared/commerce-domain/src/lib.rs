#![doc = include_str!("../README.md")]

pub mod account;
pub mod contact;
pub mod domain_proof;
pub mod field_error;
pub mod ids;
pub mod locale;
pub mod money;
mod opaque;
pub mod order;
pub mod order_number;
pub mod payment;
pub mod permission;
pub mod plan;
pub mod platform;
pub mod pricing;
pub mod quantity;
pub mod settlement;
pub mod tax;
pub mod text;
pub mod trace;
pub mod web_origin;

pub use account::{AccountId, AccountKind};
pub use field_error::{FieldError, FieldErrors};
pub use ids::{
    AddressId, ApiKeyId, CartId, CartItemId, CategoryId, CustomerId, DomainId, EventId, GatewayAccountId, GrantId,
    IntegrationId, InvitationId, MediaId, OrderId, OrderLineId, PaymentId, ProductId, SessionId, StaffId, TenantId,
    VariantId,
};
pub use money::{Currency, Money};
pub use quantity::{MAX_CART_ITEMS, Quantity};
pub use trace::TraceContext;
pub use web_origin::WebOrigin;

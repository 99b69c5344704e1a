#![doc = include_str!("../README.md")]

mod cache;
mod custom_domain;
mod host;
mod selector;
mod view;

pub use cache::TenantCache;
pub use custom_domain::CustomDomain;
pub use host::{Host, HostError};
pub use selector::{Selector, SelectorError};
pub use view::{Tax, TenantView};

#![doc = include_str!("../README.md")]

pub mod api_key;
pub mod code;
#[cfg(any(test, feature = "corpus"))]
pub mod corpus;
pub mod device;
mod encoding;
pub mod external;
pub mod identifier;
pub mod jwk;
mod keys;
pub mod opaque;
pub mod password;
pub mod policy;
pub mod recovery;
pub mod seal;
pub mod token;
pub mod totp;

pub use keys::{CodeKey, KeyError};

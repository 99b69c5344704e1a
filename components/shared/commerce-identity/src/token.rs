//! Access tokens: JWTs of the profile of RFC 9068, signed by one key, verified by any of a set.
//!
//! `jsonwebtoken` makes and checks signatures. Header and claims are read here, because the rules are stricter than the
//! library's: no header but three, no claim but ours, no claim twice, the algorithm pinned to the key, time from the caller.

mod claims;
mod error;
mod header;
mod parts;
mod signer;
mod verifier;

#[cfg(test)]
mod tests;

pub use claims::AccessClaims;
pub use error::{TokenError, TokenErrorKind};
pub(crate) use parts::Parts;
pub use signer::Signer;
pub use verifier::Verifier;

/// Longest token that is looked at, in bytes.
pub const MAX_TOKEN_LEN: usize = 8 * 1024;
/// The `typ` of an access token (RFC 9068 §2.1).
pub const TOKEN_TYPE: &str = "at+jwt";
/// How far `nbf` and `iat` may lie ahead, for clocks that differ, in seconds. `exp` has no leeway.
pub const CLOCK_SKEW_S: i64 = 5;
/// Longest life of an access token that is believed, in seconds.
pub const MAX_LIFETIME_S: i64 = 24 * 60 * 60;

//! The header of a token.

use serde::Deserialize;

/// The three members that a header has, and no other: `crit`, `jku`, `jwk`, `x5u`, `x5c`, `zip`, `b64`, `cty` and whatever
/// else are refused by being unknown (RFC 8725 §3.10), a member that comes twice by the derived reader.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Header {
    pub alg: String,
    pub typ: String,
    pub kid: String,
}

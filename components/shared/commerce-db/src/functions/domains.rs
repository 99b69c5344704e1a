//! A shop's custom domains.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::system::NoInput;
use crate::call::tenant_function;

/// A domain that a shop uses, has asked for, or has given up.
#[derive(Clone, Deserialize)]
pub struct Domain {
    /// Its id.
    pub id: Uuid,
    /// In punycode, lower case.
    pub domain: String,
    /// `pending`, `expired`, `verified` or `former`.
    pub status: String,
    /// Whether former ones lead here.
    pub is_primary: bool,
    /// What the TXT record of a pending one must say.
    pub token: Option<String>,
    /// Until when a pending one can be verified; ISO 8601.
    pub expires_at: Option<String>,
    /// ISO 8601.
    pub verified_at: Option<String>,
    /// Until when a name that was given up leads on; ISO 8601.
    pub redirects_until: Option<String>,
    /// ISO 8601.
    pub created_at: String,
    /// ISO 8601.
    pub updated_at: String,
    /// Grows with every change.
    pub version: i64,
}

commerce_domain::opaque_debug!(Domain);

/// Names a domain; input of [`READ`].
#[derive(Clone, Copy, Debug, Serialize)]
pub struct ReadInput {
    /// Which.
    pub id: Uuid,
}

/// Input of [`ADD`].
#[derive(Clone, Serialize)]
pub struct AddInput {
    /// Its id, unless the shop has a row of this name already.
    pub id: Uuid,
    /// In punycode, lower case.
    pub domain: String,
    /// What its TXT record must say.
    pub token: String,
    /// Seconds in which it can be verified.
    pub ttl_s: u32,
    /// Most rows of a shop.
    pub max: u32,
}

commerce_domain::opaque_debug!(AddInput);

/// Input of [`VERIFY`].
#[derive(Clone, Serialize)]
pub struct VerifyInput {
    /// Which.
    pub id: Uuid,
    /// What was seen in its DNS.
    pub token: String,
}

commerce_domain::opaque_debug!(VerifyInput);

/// Input of [`SET`].
#[derive(Clone, Copy, Debug, Serialize)]
pub struct SetInput {
    /// Which.
    pub id: Uuid,
    /// The version that is to be changed; `None`: whichever there is.
    pub version: Option<i64>,
    /// Whether it is the primary one; `None` stays as it is.
    pub is_primary: Option<bool>,
}

/// Input of [`REMOVE`].
#[derive(Clone, Copy, Debug, Serialize)]
pub struct RemoveInput {
    /// Which.
    pub id: Uuid,
    /// The version that is to be removed; `None`: whichever there is.
    pub version: Option<i64>,
    /// Seconds for which one that was in use leads on.
    pub former_s: u32,
}

tenant_function! {
    /// The shop's domains, the primary one first.
    LIST, "domain_list", NoInput => Vec<Domain>
}
tenant_function! {
    /// One of them. Refuses: `domain_not_found`.
    READ, "domain_read", ReadInput => Domain
}
tenant_function! {
    /// Asks for a name. Refuses: `feature_not_in_plan`, `domain_exists`, `domain_taken`, `domain_limit`.
    ADD, "domain_add", AddInput => Domain
}
tenant_function! {
    /// Takes a proved domain into use. Refuses: `domain_not_found`, `domain_not_pending`, `domain_expired`, `domain_taken`.
    VERIFY, "domain_verify", VerifyInput => Domain
}
tenant_function! {
    /// Makes a domain the primary one, or no longer. Refuses: `domain_not_found`, `version_mismatch`, `domain_unverified`.
    SET, "domain_set", SetInput => Domain
}
tenant_function! {
    /// Gives a domain up; it is answered as it is then. Refuses: `domain_not_found`, `version_mismatch`.
    REMOVE, "domain_remove", RemoveInput => Domain
}

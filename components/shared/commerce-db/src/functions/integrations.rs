//! Programs that act for a shop, and their keys.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use uuid::Uuid;

use super::ops::ById;
use super::system::NoInput;
use crate::call::tenant_function;

/// A program, with its live keys.
#[derive(Clone, Debug, Deserialize)]
pub struct Integration {
    /// The version of its row.
    pub version: i64,
    /// In the shape of the public answer.
    pub integration: Box<RawValue>,
}

/// Input of [`CREATE`].
#[derive(Clone, Debug, Serialize)]
pub struct NewIntegration {
    /// Its id.
    pub id: Uuid,
    /// What people call it.
    pub name: String,
    /// Permissions, with all that they imply.
    pub scopes: Vec<&'static str>,
    /// Networks that it may ask from, in CIDR form; none: everywhere.
    pub allowed_addresses: Vec<String>,
    /// Requests in a minute of each of its keys.
    pub rate_per_minute: u32,
    /// Most programs of a shop.
    pub max: u32,
}

/// What changes of a program; `None` stays as it is.
#[derive(Clone, Debug, Default, Serialize)]
pub struct IntegrationPatch {
    /// What people call it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Permissions, all of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scopes: Option<Vec<&'static str>>,
    /// Networks, all of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allowed_addresses: Option<Vec<String>>,
    /// Requests in a minute of each of its keys.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate_per_minute: Option<u32>,
}

/// Input of [`UPDATE`].
#[derive(Clone, Debug, Serialize)]
pub struct UpdateInput {
    /// Which.
    pub id: Uuid,
    /// The version that is to be changed; `None`: whichever there is.
    pub version: Option<i64>,
    /// What changes.
    pub patch: IntegrationPatch,
}

/// Input of [`REMOVE`].
#[derive(Clone, Copy, Debug, Serialize)]
pub struct RemoveInput {
    /// Which.
    pub id: Uuid,
    /// The version that is to be removed; `None`: whichever there is.
    pub version: Option<i64>,
}

/// A key that is to be there.
#[derive(Clone, Serialize)]
pub struct NewKey {
    /// Its id.
    pub key_id: Uuid,
    /// SHA-256 of its secret, hexadecimal.
    pub secret_hash: String,
    /// Seconds that it is good.
    pub ttl_s: u32,
    /// Most live keys of a program.
    pub max: u32,
}

commerce_domain::opaque_debug!(NewKey);

/// Input of [`ADD_KEY`].
#[derive(Clone, Debug, Serialize)]
pub struct AddKeyInput {
    /// Whose.
    pub id: Uuid,
    /// The key.
    #[serde(flatten)]
    pub new: NewKey,
}

/// Input of [`ROTATE_KEY`].
#[derive(Clone, Debug, Serialize)]
pub struct RotateKeyInput {
    /// Whose.
    pub id: Uuid,
    /// The key that ends.
    pub old_id: Uuid,
    /// Seconds that it is good yet.
    pub overlap_s: u32,
    /// The key that follows.
    #[serde(flatten)]
    pub new: NewKey,
}

/// Input of [`REVOKE_KEY`].
#[derive(Clone, Copy, Debug, Serialize)]
pub struct RevokeKeyInput {
    /// Whose.
    pub id: Uuid,
    /// Which.
    pub key_id: Uuid,
}

tenant_function! {
    /// Adds a program. Refuses: `feature_not_in_plan`, `integration_limit`.
    CREATE, "integration_create", NewIntegration => Integration
}
tenant_function! {
    /// The shop's programs, in the shape of the public answer.
    LIST, "integration_list", NoInput => Box<RawValue>
}
tenant_function! {
    /// One program. Refuses: `integration_not_found`.
    READ, "integration_read", ById => Integration
}
tenant_function! {
    /// Changes a program. Refuses: `integration_not_found`, `version_mismatch`.
    UPDATE, "integration_update", UpdateInput => Integration
}
tenant_function! {
    /// Removes a program and its keys. Refuses: `integration_not_found`, `version_mismatch`.
    REMOVE, "integration_remove", RemoveInput => Integration
}
tenant_function! {
    /// Adds a key. Refuses: `integration_not_found`, `feature_not_in_plan`, `key_limit`.
    ADD_KEY, "integration_add_key", AddKeyInput => Box<RawValue>
}
tenant_function! {
    /// Replaces a key. Refuses: `integration_not_found`, `key_not_found`, `key_limit`.
    ROTATE_KEY, "integration_rotate_key", RotateKeyInput => Box<RawValue>
}
tenant_function! {
    /// Revokes a key. Refuses: `integration_not_found`, `key_not_found`.
    REVOKE_KEY, "integration_revoke_key", RevokeKeyInput => Box<RawValue>
}

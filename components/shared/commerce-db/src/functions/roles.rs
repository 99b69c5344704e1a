//! A shop's own roles.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::auth::RoleFacts;
use super::members::{Authority, Outdated};
use super::system::{NoAnswer, NoInput};
use crate::call::tenant_function;

/// A role that a shop has made.
#[derive(Clone, Debug, Deserialize)]
pub struct OwnRole {
    /// How memberships name it.
    pub key: String,
    /// What people call it.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// The role that it contains.
    pub base: Option<String>,
    /// The permissions that it adds.
    pub permissions: Vec<String>,
    /// What that comes to.
    pub facts: RoleFacts,
    /// Grows with every change.
    pub version: i64,
    /// How many have it.
    pub members: i64,
}

/// Answer of [`LIST`].
#[derive(Clone, Debug, Deserialize)]
pub struct Roles {
    /// The shop's own, by key.
    pub roles: Vec<OwnRole>,
    /// How many members have each role, shipped ones included; a role that nobody has is absent.
    pub members: BTreeMap<String, i64>,
}

/// Input of [`CREATE`].
#[derive(Clone, Debug, Serialize)]
pub struct CreateInput {
    /// Its id.
    pub id: Uuid,
    /// How memberships name it.
    pub key: String,
    /// What people call it.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// The role that it contains.
    pub base: Option<String>,
    /// The permissions that it adds; the caller has them.
    pub permissions: Vec<&'static str>,
    /// Most roles of a shop's own.
    pub max: u32,
    /// The caller's.
    pub may: Authority,
}

/// Input of [`UPDATE`].
#[derive(Clone, Debug, Serialize)]
pub struct UpdateInput {
    /// Which.
    pub key: String,
    /// The version that is to be changed; `None`: whichever there is.
    pub version: Option<i64>,
    /// What changes.
    pub patch: RolePatch,
    /// The caller's.
    pub may: Authority,
}

/// Fields of a role; `None` stays as it is, `Some(None)` is cleared.
#[derive(Clone, Debug, Default, Serialize)]
pub struct RolePatch {
    /// What people call it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The role that it contains.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base: Option<Option<String>>,
    /// The permissions that it adds; the caller has them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permissions: Option<Vec<&'static str>>,
}

/// Answer of [`UPDATE`].
#[derive(Clone, Debug, Deserialize)]
pub struct RoleUpdated {
    /// As it is now.
    pub role: OwnRole,
    /// Whose tokens are out of date.
    pub outdated: Vec<Outdated>,
}

/// Input of [`REMOVE`].
#[derive(Clone, Debug, Serialize)]
pub struct RemoveInput {
    /// Which.
    pub key: String,
    /// The version that is to be removed; `None`: whichever there is.
    pub version: Option<i64>,
    /// The caller's.
    pub may: Authority,
}

tenant_function! {
    /// The shop's own roles, and how many have each role.
    LIST, "role_list", NoInput => Roles
}
tenant_function! {
    /// Makes a role. Refuses: `role_limit`, `role_exists`, `beyond_own_permissions`, a `base` that there is not.
    CREATE, "role_create", CreateInput => OwnRole
}
tenant_function! {
    /// Changes a role for all who have it. Refuses: `role_not_found`, `beyond_own_permissions`, `version_mismatch`, a `base` that there is not or that
    /// contains it.
    UPDATE, "role_update", UpdateInput => RoleUpdated
}
tenant_function! {
    /// Removes a role. Refuses: `role_not_found`, `beyond_own_permissions`, `version_mismatch`, `role_in_use`.
    REMOVE, "role_remove", RemoveInput => NoAnswer
}

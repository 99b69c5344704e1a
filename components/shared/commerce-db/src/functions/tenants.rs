//! A tenant as such: finding it when no other call has to be made, and its settings.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;
use uuid::Uuid;

use super::auth::MfaRule;
use super::public_id;
use super::system::NoInput;
use crate::Function;
use crate::call::tenant_function;

/// The tenant's view for a context that names it by host or slug; JSON null when there is no such tenant. Unlike a call that
/// enters the tenant it also answers for a paused shop. Spend this statement only where the tenant must be known before
/// the first call, as for a guest's order token.
pub const TENANT_OF: Function<NoInput, Option<Box<RawValue>>> =
    Function::new("tenant_of", "select coalesce(api.tenant_of($1), 'null'::jsonb) where $2::jsonb is not null");

/// A shop as its staff see it.
#[derive(Clone, Debug, Deserialize)]
pub struct Settings {
    /// The shop.
    #[serde(deserialize_with = "public_id::one")]
    pub id: Uuid,
    /// The label under the base domain.
    pub slug: String,
    /// Its name by language.
    pub name: BTreeMap<String, String>,
    /// `active` or `paused`.
    pub status: String,
    /// `mena` or `europe`.
    pub region: String,
    /// Default language.
    pub locale: String,
    /// Languages its texts exist in.
    pub locales: Vec<String>,
    /// ISO 4217.
    pub currency: String,
    /// IANA time zone.
    pub timezone: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// How it taxes.
    pub tax: Box<RawValue>,
    /// Whether shoppers see how many units are left.
    pub show_available: bool,
    /// Second factors of staff: `off`, `optional` or `required`.
    pub mfa: String,
    /// Who must have one where it is required; empty: everybody.
    pub mfa_roles: Vec<String>,
    /// Composition rules of passwords.
    pub password_rules: PasswordRules,
    /// Other origins whose pages may call the API.
    pub cors_origins: Vec<String>,
    /// The terms that it is on.
    pub plan: Box<RawValue>,
    /// Verified domains, the primary one first.
    pub domains: Box<RawValue>,
    /// ISO 8601.
    pub created_at: String,
    /// ISO 8601.
    pub updated_at: String,
    /// Grows with every change.
    pub version: i64,
}

/// Composition rules (ruling C-28): what is absent is not asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PasswordRules {
    /// Characters at least.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_length: Option<u32>,
    /// A lower-case letter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lower: Option<bool>,
    /// An upper-case letter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub upper: Option<bool>,
    /// A digit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digit: Option<bool>,
    /// Something else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub symbol: Option<bool>,
}

/// Settings that change; `None` stays as it is.
#[derive(Clone, Debug, Default, Serialize)]
pub struct SettingsPatch {
    /// Its name, in all its languages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<BTreeMap<String, String>>,
    /// Default language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// Languages its texts exist in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locales: Option<Vec<String>>,
    /// IANA time zone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
    /// Whether shoppers see how many units are left.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub show_available: Option<bool>,
    /// Second factors of staff.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mfa: Option<MfaRule>,
    /// Who must have one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mfa_roles: Option<Vec<String>>,
    /// Composition rules of passwords, all of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password_rules: Option<PasswordRules>,
    /// Other origins whose pages may call the API, all of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cors_origins: Option<Vec<String>>,
}

/// Input of [`UPDATE`].
#[derive(Clone, Debug, Serialize)]
pub struct UpdateInput {
    /// The version that is to be changed; `None`: whichever there is.
    pub version: Option<i64>,
    /// What changes.
    pub patch: SettingsPatch,
    /// Every shipped role; which of the shop's own there are the database knows.
    pub shipped: Vec<&'static str>,
}

tenant_function! {
    /// The shop's settings.
    READ, "tenant_read", NoInput => Settings
}
tenant_function! {
    /// Changes settings. Refuses: `version_mismatch`, a `locale` that is not among the `locales`, a `name` without the default language, a role of
    /// `mfa_roles` that there is not.
    UPDATE, "tenant_update", UpdateInput => Settings
}

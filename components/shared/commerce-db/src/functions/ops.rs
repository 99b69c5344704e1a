//! Work across shops: the functions of schema `ops`, called by somebody of the platform. The caller has checked the permission; the function
//! proves the grant, writes down who did what and why, and keeps to the shops that the grant is about.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use uuid::Uuid;

use super::invitations::InvitationLink;
use super::jobs::{JobDone, JobInput};
use crate::After;
use crate::call::ops_function;

/// A shop, as its platform sees it.
#[derive(Clone, Debug, Deserialize)]
pub struct Tenant {
    /// The version of its row.
    pub version: i64,
    /// In the shape of the public answer.
    pub tenant: Box<RawValue>,
}

/// Who becomes the owner of a new shop.
#[derive(Clone, Serialize)]
pub struct Owner {
    /// The invitation's id.
    pub id: Uuid,
    /// Who is asked; normalised.
    pub email: String,
    /// The link.
    pub link: InvitationLink,
}

commerce_domain::opaque_debug!(Owner);

/// Input of [`TENANT_CREATE`].
#[derive(Clone, Debug, Serialize)]
pub struct NewTenant {
    /// Its id.
    pub id: Uuid,
    /// Its name under the base domain.
    pub slug: String,
    /// Its name, in its languages.
    pub name: BTreeMap<String, String>,
    /// `mena` or `europe`.
    pub region: &'static str,
    /// Default language.
    pub locale: String,
    /// Languages its texts exist in.
    pub locales: Vec<String>,
    /// ISO 4217.
    pub currency: &'static str,
    /// Digits after the point.
    pub currency_exponent: u32,
    /// IANA time zone.
    pub timezone: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// Value added tax in basis points.
    pub tax_rate_bp: u32,
    /// Whether prices include it.
    pub tax_included: bool,
    /// The plan that it is on.
    pub plan: String,
    /// Who is asked to own it.
    pub owner: Owner,
}

/// What the platform changes of a shop; `None` stays as it is.
#[derive(Clone, Debug, Default, Serialize)]
pub struct TenantPatch {
    /// Its name under the base domain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slug: Option<String>,
    /// Its name, in all its languages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<BTreeMap<String, String>>,
    /// `mena` or `europe`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<&'static str>,
    /// Default language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// Languages its texts exist in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locales: Option<Vec<String>>,
    /// IANA time zone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
    /// ISO 3166-1 alpha-2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// Value added tax in basis points.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tax_rate_bp: Option<u32>,
    /// Whether prices include it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tax_included: Option<bool>,
}

/// Input of [`TENANT_UPDATE`].
#[derive(Clone, Debug, Serialize)]
pub struct TenantUpdateInput {
    /// Which.
    pub id: Uuid,
    /// The version that is to be changed; `None`: whichever there is.
    pub version: Option<i64>,
    /// What changes.
    pub patch: TenantPatch,
}

/// Input of [`TENANT_SET_STATUS`].
#[derive(Clone, Copy, Debug, Serialize)]
pub struct TenantStatusInput {
    /// Which.
    pub id: Uuid,
    /// The version that is to be changed; `None`: whichever there is.
    pub version: Option<i64>,
    /// `active`, `paused` or `deleted`.
    pub status: &'static str,
}

/// One thing by its id.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct ById {
    /// Which.
    pub id: Uuid,
}

/// Input of [`TENANT_LIST`].
#[derive(Clone, Debug, Serialize)]
pub struct TenantListInput {
    /// Part of a slug or a name.
    pub q: Option<String>,
    /// Shops of this status alone: `active`, `paused`, `deleted`.
    pub status: Option<&'static str>,
    /// Shops of this region alone.
    pub region: Option<&'static str>,
    /// Most shops of a page.
    pub limit: u32,
    /// Where the page before ended.
    pub after: Option<After>,
}

/// Answer of [`TENANT_LIST`].
#[derive(Clone, Debug, Deserialize)]
pub struct Tenants {
    /// The oldest first, in the shape of the public answer.
    pub tenants: Box<RawValue>,
    /// Where the next page begins.
    pub next: Option<After>,
}

/// Input of [`GRANT_CREATE`].
#[derive(Clone, Serialize)]
pub struct NewGrant {
    /// Its id.
    pub id: Uuid,
    /// Whose; normalised.
    pub email: String,
    /// What they become.
    pub role: &'static str,
    /// The shops that it is about; `None`: all of them.
    pub shops: Option<Vec<Uuid>>,
    /// ISO 8601.
    pub ends_at: String,
}

commerce_domain::opaque_debug!(NewGrant);

/// Input of [`GRANT_LIST`].
#[derive(Clone, Debug, Serialize)]
pub struct GrantListInput {
    /// Most grants of a page.
    pub limit: u32,
    /// Where the page before ended.
    pub after: Option<After>,
}

/// Answer of [`GRANT_LIST`].
#[derive(Clone, Debug, Deserialize)]
pub struct Grants {
    /// The oldest first, in the shape of the public answer.
    pub grants: Box<RawValue>,
    /// Where the next page begins.
    pub next: Option<After>,
}

/// Input of [`ACCESS_LIST`].
#[derive(Clone, Copy, Debug, Serialize)]
pub struct AccessListInput {
    /// Whose alone.
    pub account_id: Option<Uuid>,
    /// At this shop alone.
    pub shop_id: Option<Uuid>,
    /// Most lines of a page.
    pub limit: u32,
    /// Lines before this one, which the page before ended with.
    pub before: Option<Uuid>,
}

/// Answer of [`ACCESS_LIST`].
#[derive(Clone, Debug, Deserialize)]
pub struct Accesses {
    /// The newest first, in the shape of the public answer.
    pub entries: Box<RawValue>,
    /// Where the next page goes on.
    pub next: Option<Uuid>,
}

ops_function! {
    /// Creates a shop and invites its owner. Refuses: `slug_taken`, a `locale` that is not among the `locales`, a `name` without it.
    TENANT_CREATE, "tenant_create", NewTenant => Tenant
}
ops_function! {
    /// One page of shops.
    TENANT_LIST, "tenant_list", TenantListInput => Tenants
}
ops_function! {
    /// One shop. Refuses: `tenant_not_found`.
    TENANT_READ, "tenant_read", ById => Tenant
}
ops_function! {
    /// Changes a shop. Refuses: `tenant_not_found`, `tenant_deleted`, `version_mismatch`, `slug_taken`, what [`TENANT_CREATE`] refuses of names.
    TENANT_UPDATE, "tenant_update", TenantUpdateInput => Tenant
}
ops_function! {
    /// Suspends, restores or deletes. Refuses: `tenant_not_found`, `tenant_deleted`, `version_mismatch`, `slug_taken`.
    TENANT_SET_STATUS, "tenant_set_status", TenantStatusInput => Tenant
}
ops_function! {
    /// Lets somebody work across shops. Refuses: `account_not_found`, `own_grant`, `grant_exists`, `tenants` that there are not, an `ends_at` that is past
    /// or too far away.
    GRANT_CREATE, "grant_create", NewGrant => Box<RawValue>
}
ops_function! {
    /// One page of grants, those that are over too.
    GRANT_LIST, "grant_list", GrantListInput => Grants
}
ops_function! {
    /// Takes a grant back. Refuses: `grant_not_found`, `last_platform_admin`.
    GRANT_REVOKE, "grant_revoke", ById => Box<RawValue>
}
ops_function! {
    /// One page of who looked at what, and why.
    ACCESS_LIST, "access_list", AccessListInput => Accesses
}
ops_function! {
    /// Removes rows of shops that were deleted long enough ago. For jobs: it asks for no grant.
    PURGE_TENANTS, "purge_tenants", JobInput => JobDone
}

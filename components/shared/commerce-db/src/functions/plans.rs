//! Plans: the platform's offer, a shop's terms, and what a shop uses of them.

use std::collections::BTreeMap;

use commerce_domain::field_error::given;
use commerce_domain::plan::{Feature, Limits};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;
use uuid::Uuid;

use super::ops::Tenant;
use super::system::NoInput;
use crate::call::{ops_function, tenant_function};

/// Input of [`PUBLISH`].
#[derive(Clone, Debug, Serialize)]
pub struct NewPlan {
    /// The revision's id.
    pub id: Uuid,
    /// The plan's name in the API.
    pub plan: String,
    /// Its name for people, by language.
    pub name: BTreeMap<String, String>,
    /// What it limits.
    pub limits: Limits,
    /// What it has beside what every plan has.
    pub features: Vec<Feature>,
    /// Most plans.
    pub max: u32,
}

/// Limits that were agreed with one shop: what is absent is the plan's, null is no limit.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AgreedLimits {
    /// Products.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub products: Option<Option<u32>>,
    /// Orders of a month.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub orders_monthly: Option<Option<u32>>,
    /// Members and open invitations.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub seats: Option<Option<u32>>,
    /// Requests in a month by API keys.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub api_calls_monthly: Option<Option<u32>>,
}

/// Features that were agreed with one shop: what is absent is as the plan has it.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AgreedFeatures {
    /// Programs that act for the shop by keys.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_keys: Option<bool>,
    /// Domains of the shop's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom_domains: Option<bool>,
    /// Roles of the shop's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom_roles: Option<bool>,
}

/// What a shop is put on.
#[derive(Clone, Debug, Serialize)]
pub struct Terms {
    /// Which plan.
    pub plan: String,
    /// Which revision of it; `None`: the newest.
    pub revision: Option<i32>,
    /// Other limits than the plan's.
    pub limits: AgreedLimits,
    /// Other features than the plan's.
    pub features: AgreedFeatures,
}

/// Input of [`SUBSCRIBE`].
#[derive(Clone, Debug, Serialize)]
pub struct SubscribeInput {
    /// Which shop.
    pub id: Uuid,
    /// The version that is to be changed; `None`: whichever there is.
    pub version: Option<i64>,
    /// The terms.
    #[serde(flatten)]
    pub terms: Terms,
}

ops_function! {
    /// Every plan's newest revision.
    LIST, "plan_list", NoInput => Box<RawValue>
}
ops_function! {
    /// Publishes a revision. Refuses: `plan_limit`.
    PUBLISH, "plan_publish", NewPlan => Box<RawValue>
}
ops_function! {
    /// Puts a shop on a plan. Refuses: `tenant_not_found`, `tenant_deleted`, `version_mismatch`, a `plan` or revision that there is not.
    SUBSCRIBE, "tenant_subscribe", SubscribeInput => Tenant
}
tenant_function! {
    /// What the shop uses of what its plan allows.
    USAGE, "tenant_usage", NoInput => Box<RawValue>
}

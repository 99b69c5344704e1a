//! Plans as the platform writes them (SUB-01): a new revision, and a shop's subscription.

use std::collections::BTreeMap;

use commerce_db::plans::{AgreedFeatures, AgreedLimits, NewPlan, Terms};
use commerce_domain::field_error::code;
use commerce_domain::plan::{self, Feature, Limits};
use commerce_domain::{FieldError, FieldErrors};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::random;
use crate::tenant_settings::names;

/// Most plans, not counting their revisions.
const MAX_PLANS: u32 = 100;

/// The body that publishes a plan, or the next revision of one.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewPlan)]
pub struct PlanInput {
    #[serde(rename = "key")]
    plan: String,
    name: BTreeMap<String, String>,
    #[serde(default)]
    limits: Limits,
    #[serde(default)]
    features: Vec<Feature>,
}

impl PlanInput {
    /// Checks it.
    ///
    /// # Errors
    /// Every wrong field.
    pub fn check(self) -> Result<NewPlan, Vec<FieldError>> {
        let mut wrong = FieldErrors::default();
        let key = wrong.field("key", Some(self.plan), |text| plan::key(&text).map(str::to_owned));
        let name = wrong.field("name", Some(self.name), |given| names(&given));
        let plan = key.zip(name).map(|(plan, name)| NewPlan {
            id: random::id(),
            plan,
            name,
            limits: self.limits,
            features: self.features,
            max: MAX_PLANS,
        });
        wrong.or(plan)?.ok_or_else(Vec::new)
    }
}

/// The body that puts a shop on a plan. What is given of limits and features was agreed with this shop, and goes before what the plan says.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Subscription)]
pub struct SubscriptionInput {
    plan: String,
    /// Absent: the newest.
    revision: Option<u32>,
    #[serde(default)]
    limits: AgreedLimits,
    #[serde(default)]
    features: AgreedFeatures,
}

impl SubscriptionInput {
    /// Checks it.
    ///
    /// # Errors
    /// Every wrong field.
    pub fn check(self) -> Result<Terms, Vec<FieldError>> {
        let mut wrong = FieldErrors::default();
        let plan = wrong.field("plan", Some(self.plan), |text| plan::key(&text).map(str::to_owned));
        // The database counts in signed numbers of 32 bits.
        let revision =
            wrong.field("revision", self.revision, |number| i32::try_from(number).map_err(|_| code::OUT_OF_RANGE));
        let Self { limits, features, .. } = self;
        wrong.or(plan.map(|plan| Terms { plan, revision, limits, features }))?.ok_or_else(Vec::new)
    }
}

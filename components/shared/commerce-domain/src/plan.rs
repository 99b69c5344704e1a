//! Plans (SUB-01): which limits and features there are. Which plan has which is the platform's to say, and kept in the database.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::field_error::code;
use crate::text::is_key;

/// The plan of a new shop, where nothing else is said.
pub const FREE: &str = "free";

/// The most that a shop may have of something. `None`: as much as it likes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = PlanLimits)]
pub struct Limits {
    /// Products (CAT-08).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub products: Option<u32>,
    /// Orders placed in a month of the shop's time zone (CRT-08). One that was not paid in time is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub orders_monthly: Option<u32>,
    /// Members and open invitations (ORG-05).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seats: Option<u32>,
    /// Requests in a month that are made with API keys.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_calls_monthly: Option<u32>,
}

/// Something that not every plan has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = PlanFeature)]
pub enum Feature {
    /// Programs that act for the shop by keys.
    ApiKeys,
    /// Domains of the shop's own, beside the one under the base domain.
    CustomDomains,
    /// Roles of the shop's own, beside those that every shop has.
    CustomRoles,
}

/// A plan's name in the database and in the API.
///
/// # Errors
/// The code of what is wrong with it.
pub fn key(text: &str) -> Result<&str, &'static str> {
    match text {
        "" => Err(code::REQUIRED),
        text if is_key(text) => Ok(text),
        _ => Err(code::INVALID),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_that_is_absent_is_none() {
        let limits: Limits = serde_json::from_str(r#"{"seats": 0, "products": null}"#).unwrap();
        assert_eq!(limits, Limits { seats: Some(0), ..Limits::default() });
        assert_eq!(serde_json::to_string(&limits).unwrap(), r#"{"seats":0}"#);
        assert!(serde_json::from_str::<Limits>(r#"{"seat": 1}"#).is_err());
    }
}

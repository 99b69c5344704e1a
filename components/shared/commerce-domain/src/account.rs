//! Whose account: a member of staff, or a customer of one shop.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::openapi::schema::Type;
use utoipa::openapi::{ObjectBuilder, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};
use uuid::Uuid;

use crate::ids::{CustomerId, ParseIdError, StaffId};

/// The two kinds of people who sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, ToSchema)]
#[schema(rename_all = "lowercase")]
pub enum AccountKind {
    /// Works for shops; the e-mail is unique in the whole platform.
    Staff,
    /// Buys at one shop; e-mail and phone are unique in that shop.
    Customer,
}

impl AccountKind {
    /// The name that the database, the audience of a token and the API use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Staff => "staff",
            Self::Customer => "customer",
        }
    }
}

impl Serialize for AccountKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

// By hand: the derived reader would also take `{"staff": null}`.
impl<'de> Deserialize<'de> for AccountKind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match String::deserialize(deserializer)?.as_str() {
            "staff" => Ok(Self::Staff),
            "customer" => Ok(Self::Customer),
            _ => Err(serde::de::Error::custom("expected staff or customer")),
        }
    }
}

impl fmt::Display for AccountKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The public id of an account: `usr_…` for staff, `cus_…` for customers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AccountId {
    /// A member of staff.
    Staff(StaffId),
    /// A customer.
    Customer(CustomerId),
}

impl AccountId {
    /// Wraps the UUID of an account row of that kind.
    #[must_use]
    pub const fn new(kind: AccountKind, uuid: Uuid) -> Self {
        match kind {
            AccountKind::Staff => Self::Staff(StaffId::new(uuid)),
            AccountKind::Customer => Self::Customer(CustomerId::new(uuid)),
        }
    }

    /// Whose account it is.
    #[must_use]
    pub const fn kind(&self) -> AccountKind {
        match self {
            Self::Staff(_) => AccountKind::Staff,
            Self::Customer(_) => AccountKind::Customer,
        }
    }

    /// The UUID, as the database keeps it.
    #[must_use]
    pub const fn as_uuid(&self) -> Uuid {
        match self {
            Self::Staff(id) => id.as_uuid(),
            Self::Customer(id) => id.as_uuid(),
        }
    }

    /// Parses the public form of either kind, strictly.
    ///
    /// # Errors
    /// [`ParseIdError`] for anything else.
    pub fn parse(text: &str) -> Result<Self, ParseIdError> {
        if text.starts_with(CustomerId::PREFIX) {
            CustomerId::parse(text).map(Self::Customer)
        } else {
            StaffId::parse(text).map(Self::Staff)
        }
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Staff(id) => id.fmt(f),
            Self::Customer(id) => id.fmt(f),
        }
    }
}

impl PartialSchema for AccountId {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().schema_type(Type::String).pattern(Some("^(usr|cus)_[0-9a-f]{32}$")).into()
    }
}

impl ToSchema for AccountId {}

impl Serialize for AccountId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for AccountId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_prefix_tells_the_kind_both_ways() {
        let uuid = Uuid::from_u128(0x0190_c0de);
        for (kind, prefix) in [(AccountKind::Staff, "usr_"), (AccountKind::Customer, "cus_")] {
            let id = AccountId::new(kind, uuid);
            let text = id.to_string();
            assert!(text.starts_with(prefix), "{text}");
            assert_eq!(AccountId::parse(&text), Ok(id));
            assert_eq!((id.kind(), id.as_uuid()), (kind, uuid));
            assert_eq!(serde_json::from_str::<AccountId>(&format!("\"{text}\"")).unwrap(), id);
            assert_eq!(serde_json::to_string(&kind).unwrap(), format!("\"{kind}\""));
        }
    }

    #[test]
    fn every_other_text_is_refused() {
        let hex = "0".repeat(32);
        for text in ["", "usr_", "cus", &hex, &format!("ses_{hex}"), &format!("CUS_{hex}"), &format!("usr_{hex}0")] {
            assert!(AccountId::parse(text).is_err(), "{text}");
        }
    }
}

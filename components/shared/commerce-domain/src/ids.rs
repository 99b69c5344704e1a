//! Public ids: `prefix_` + 32 lower-case hex digits of a UUID, one Rust type for each kind of thing.
//!
//! Every id has exactly one text form, so ids can be compared, cached and looked up as text. The database holds the plain
//! UUID; [`plain`] is the serde form for that side.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::openapi::schema::Type;
use utoipa::openapi::{ObjectBuilder, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};
use uuid::Uuid;

/// Text that is not an id of the expected kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected an id of the form {prefix}_ and 32 lower-case hexadecimal digits")]
pub struct ParseIdError {
    /// The prefix that the id should have had.
    pub prefix: &'static str,
}

/// Parses `prefix_` + 32 lower-case hex digits and nothing else.
fn parse_prefixed(prefix: &'static str, text: &str) -> Result<Uuid, ParseIdError> {
    let refused = ParseIdError { prefix };
    let hex = text.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('_')).ok_or(refused)?;
    if hex.len() != 32 || !hex.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
        return Err(refused);
    }
    u128::from_str_radix(hex, 16).map(Uuid::from_u128).map_err(|_| refused)
}

macro_rules! typed_id {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// What stands before the underscore.
            pub const PREFIX: &'static str = $prefix;

            /// The regular expression of its text.
            pub const PATTERN: &'static str = concat!("^", $prefix, "_[0-9a-f]{32}$");

            /// Wraps the UUID of a row.
            #[must_use]
            pub const fn new(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The UUID, as the database keeps it.
            #[must_use]
            pub const fn as_uuid(&self) -> Uuid {
                self.0
            }

            /// Parses the public form, strictly.
            ///
            /// # Errors
            /// [`ParseIdError`] for another prefix, length, case or character.
            pub fn parse(text: &str) -> Result<Self, ParseIdError> {
                parse_prefixed($prefix, text).map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "_{}"), self.0.simple())
            }
        }

        impl FromStr for $name {
            type Err = ParseIdError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::parse(text)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                Self::parse(&text).map_err(serde::de::Error::custom)
            }
        }

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                ObjectBuilder::new().schema_type(Type::String).pattern(Some(Self::PATTERN)).into()
            }
        }

        impl ToSchema for $name {}

        impl From<Uuid> for $name {
            fn from(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }
    )*};
}

typed_id! {
    /// A program that acts for a shop.
    IntegrationId = "int";
    /// A program's key.
    ApiKeyId = "key";
    /// A shop.
    TenantId = "ten";
    /// A product.
    ProductId = "prd";
    /// One purchasable form of a product.
    VariantId = "var";
    /// A category of the catalogue.
    CategoryId = "cat";
    /// A cart. Who holds this id holds the cart, so it is 128 random bits: see [`CartId::from_random`].
    CartId = "crt";
    /// A line of a cart.
    CartItemId = "itm";
    /// An order.
    OrderId = "ord";
    /// A line of an order.
    OrderLineId = "lin";
    /// A payment of an order.
    PaymentId = "pay";
    /// An image or other stored file.
    MediaId = "med";
    /// An event of the outbox.
    EventId = "evt";
    /// A shop's account at a payment gateway.
    GatewayAccountId = "gwa";
    /// A person who works for shops: one account, member of any number of them.
    StaffId = "usr";
    /// A customer of one shop.
    CustomerId = "cus";
    /// An address of a customer's address book.
    AddressId = "adr";
    /// An invitation to work at a shop.
    InvitationId = "inv";
    /// A sign-in: what access and refresh tokens hang on.
    SessionId = "ses";
    /// What somebody may do across shops.
    GrantId = "grn";
    /// A domain of a shop's own.
    DomainId = "dom";
}

impl CartId {
    /// Makes a cart id of 128 bits from a cryptographic random source; all of them are kept, so it is not a UUID version.
    #[must_use]
    pub const fn from_random(bits: [u8; 16]) -> Self {
        Self(Uuid::from_bytes(bits))
    }
}

/// Serde form of an id as a plain UUID, for what is sent to and read from the database:
/// `#[serde(with = "commerce_domain::ids::plain")]`.
pub mod plain {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use uuid::Uuid;

    /// Writes the id as a hyphenated UUID.
    ///
    /// # Errors
    /// Only those of the serializer.
    pub fn serialize<T: Copy + Into<Uuid>, S: Serializer>(id: &T, serializer: S) -> Result<S::Ok, S::Error> {
        let uuid: Uuid = (*id).into();
        uuid.serialize(serializer)
    }

    /// Reads a UUID.
    ///
    /// # Errors
    /// When the value is not a UUID.
    pub fn deserialize<'de, T: From<Uuid>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
        Uuid::deserialize(deserializer).map(T::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEX: &str = "0190c0de0000700080000000000000ff";

    #[test]
    fn the_public_form_round_trips() {
        let id = OrderId::parse(&format!("ord_{HEX}")).unwrap();
        assert_eq!(id.to_string(), format!("ord_{HEX}"));
        assert_eq!(serde_json::to_string(&id).unwrap(), format!("\"ord_{HEX}\""));
        assert_eq!(serde_json::from_str::<OrderId>(&format!("\"ord_{HEX}\"")).unwrap(), id);
        assert_eq!(OrderId::new(id.as_uuid()), id);
    }

    #[test]
    fn every_other_form_is_refused() {
        let hyphenated = Uuid::parse_str(HEX).unwrap().to_string();
        for text in [
            String::new(),
            HEX.to_owned(),
            format!("prd_{HEX}"),
            format!("ord{HEX}"),
            format!("ord_{HEX}0"),
            format!("ord_{}", &HEX[1..]),
            format!("ord_{}", HEX.to_uppercase()),
            format!("ORD_{HEX}"),
            format!("ord_{hyphenated}"),
            format!(" ord_{HEX}"),
            format!("ord_+{}", &HEX[1..]),
            format!("ord_{}\0", &HEX[1..]),
            format!("ord_{}٣", &HEX[2..]),
        ] {
            assert_eq!(OrderId::parse(&text), Err(ParseIdError { prefix: "ord" }), "{text:?}");
        }
    }

    #[test]
    fn a_cart_id_keeps_all_random_bits() {
        assert_eq!(CartId::from_random([0xff; 16]).to_string(), format!("crt_{}", "f".repeat(32)));
        assert_eq!(CartId::from_random([0; 16]).to_string(), format!("crt_{}", "0".repeat(32)));
    }

    #[test]
    fn the_plain_form_is_a_uuid() {
        #[derive(Serialize, Deserialize, PartialEq, Debug)]
        struct Row {
            #[serde(with = "plain")]
            id: TenantId,
        }
        let row = Row { id: TenantId::new(Uuid::parse_str(HEX).unwrap()) };
        let json = serde_json::to_string(&row).unwrap();
        assert_eq!(json, r#"{"id":"0190c0de-0000-7000-8000-0000000000ff"}"#);
        assert_eq!(serde_json::from_str::<Row>(&json).unwrap(), row);
    }
}

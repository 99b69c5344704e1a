//! The ids that stand in paths.

use commerce_domain::ids::{AddressId, CartId, CartItemId, MediaId, OrderId};
use commerce_http::PathParam;
use uuid::Uuid;

macro_rules! id_param {
    ($($(#[$doc:meta])* $name:ident($id:ty) = $param:literal, $not_found:literal;)*) => {$(
        $(#[$doc])*
        pub struct $name(pub Uuid);

        impl PathParam for $name {
            const NAME: &'static str = $param;
            const NOT_FOUND: &'static str = $not_found;

            fn parse(text: &str) -> Option<Self> {
                <$id>::parse(text).ok().map(|id| Self(id.as_uuid()))
            }
        }
    )*};
}

id_param! {
    /// `{address_id}`
    AddressParam(AddressId) = "address_id", "address_not_found";
    /// `{cart_id}`
    CartParam(CartId) = "cart_id", "cart_not_found";
    /// `{item_id}`
    ItemParam(CartItemId) = "item_id", "cart_item_not_found";
    /// `{media_id}`
    MediaParam(MediaId) = "media_id", "media_not_found";
    /// `{order_id}`
    OrderParam(OrderId) = "order_id", "order_not_found";
}

/// No parameters but `lang`.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoParams {}

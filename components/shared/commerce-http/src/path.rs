//! Ids in paths.

use axum::extract::{FromRequestParts, RawPathParams};
use commerce_domain::{
    AddressId, ApiKeyId, CartId, CartItemId, CustomerId, DomainId, GrantId, IntegrationId, InvitationId, MediaId,
    OrderId, SessionId, StaffId, TenantId,
};
use http::request::Parts;

use crate::Problem;

/// A type that stands in a path, such as an id.
pub trait PathParam: Sized {
    /// The parameter's name in the route: `cart_id` for `/carts/{cart_id}`.
    const NAME: &'static str;
    /// The regular expression of every text that [`PathParam::parse`] can take.
    const PATTERN: &'static str;
    /// The code of a 404 for something that does not exist.
    const NOT_FOUND: &'static str;

    /// Reads the parameter; `None` when nothing can have this id.
    fn parse(text: &str) -> Option<Self>;
}

/// A path parameter. An id that cannot exist answers as one that does not: 404 with the same code.
#[derive(Clone, Copy, Debug)]
pub struct PathId<T>(pub T);

impl<T: PathParam, S: Sync + Send> FromRequestParts<S> for PathId<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let absent = || Problem::not_found(T::NOT_FOUND);
        let params = RawPathParams::from_request_parts(parts, state).await.map_err(|_| absent())?;
        let text = params.iter().find(|(name, _)| *name == T::NAME).map(|(_, text)| text);
        text.and_then(T::parse).map(Self).ok_or_else(absent)
    }
}

macro_rules! id_params {
    ($($id:ty, $name:literal, $not_found:literal;)*) => {$(
        impl PathParam for $id {
            const NAME: &'static str = $name;
            const PATTERN: &'static str = <$id>::PATTERN;
            const NOT_FOUND: &'static str = $not_found;

            fn parse(text: &str) -> Option<Self> {
                Self::parse(text).ok()
            }
        }
    )*};
}

id_params! {
    ApiKeyId, "key_id", "key_not_found";
    IntegrationId, "integration_id", "integration_not_found";
    AddressId, "address_id", "address_not_found";
    CartId, "cart_id", "cart_not_found";
    CartItemId, "item_id", "cart_item_not_found";
    CustomerId, "account_id", "customer_not_found";
    DomainId, "domain_id", "domain_not_found";
    GrantId, "grant_id", "grant_not_found";
    InvitationId, "invitation_id", "invitation_not_found";
    MediaId, "media_id", "media_not_found";
    OrderId, "order_id", "order_not_found";
    SessionId, "session_id", "session_not_found";
    StaffId, "account_id", "member_not_found";
    TenantId, "tenant_id", "tenant_not_found";
}

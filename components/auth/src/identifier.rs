//! What somebody signs in with, and the cart that they take along.

use commerce_app::identity::read_identifier;
use commerce_db::auth::CartMerge;
use commerce_domain::{AccountKind, CartId, MAX_CART_ITEMS, Quantity};
use commerce_http::{Ctx, Problem, codes};
use commerce_identity::identifier::Identifier;

/// Reads an e-mail address or a phone number. A number without country code is one of the shop's country, which costs a statement when no
/// cache knows the shop.
pub async fn read(ctx: &Ctx, email: Option<&str>, phone: Option<&str>) -> Result<Identifier, Problem> {
    let local = phone.is_some_and(|phone| !phone.trim_start().starts_with('+'));
    let tenant = if local { Some(ctx.require_tenant().await?) } else { None };
    let country = tenant.as_ref().map(|tenant| tenant.country.as_str()).unwrap_or_default();
    read_identifier(email, phone, country).map_err(|(field, code)| Problem::field(field, code, codes::title(code)))
}

/// A guest's cart to merge. Staff have none.
pub fn cart(kind: AccountKind, cart: Option<CartId>) -> Result<Option<CartMerge>, Problem> {
    match (kind, cart) {
        (AccountKind::Staff, None) => Ok(None),
        (AccountKind::Staff, Some(_)) => Err(Problem::field("cart_id", "unknown_field", codes::title("unknown_field"))),
        (AccountKind::Customer, cart) => Ok(Some(CartMerge {
            id: cart.map(|cart| cart.as_uuid()),
            max_quantity: Quantity::MAX,
            max_items: i64::try_from(MAX_CART_ITEMS).unwrap_or(i64::MAX),
        })),
    }
}

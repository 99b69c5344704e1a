//! The dictionary of codes (API-02): every `code` that an answer can carry, with its title.

/// Titles by code. Sorted, so that a code is found by halving and entered once.
const TITLES: &[(&str, &str)] = &[
    ("account_exists", "There is an account with this address; its own password signs in."),
    ("account_not_found", "There is no such account."),
    ("address_limit", "The address book is full."),
    ("address_not_allowed", "The key may not be used from this address."),
    ("address_not_found", "There is no such address."),
    ("address_taken", "The address belongs to another account."),
    ("already_member", "The account is a member already."),
    ("api_call_limit_reached", "The plan of the shop holds no more calls by keys this month."),
    ("authentication_required", "The request needs an access token."),
    ("beyond_own_permissions", "It goes beyond the permissions of the account."),
    ("body_too_large", "The request body is too large."),
    ("body_unreadable", "The request body could not be read to its end."),
    ("busy", "Too many sign-ins are at work; try again."),
    ("cart_changed", "The cart has changed since it was priced."),
    ("cart_closed", "The cart has already become an order."),
    ("cart_empty", "The cart has no items."),
    ("cart_full", "The cart cannot hold more different items."),
    ("cart_item_not_found", "There is no such item in the cart."),
    ("cart_not_found", "There is no such cart."),
    ("category_not_found", "There is no such category."),
    ("checkout_expired", "The time to pay this order has run out; begin again with a new cart."),
    ("concurrent_update", "Another request changed the same thing; try again."),
    ("conflict", "The request conflicts with the current state."),
    ("csrf_token_invalid", "The request does not come from a page of this shop that is signed in."),
    ("customer_not_found", "There is no such customer."),
    ("database_unavailable", "The service cannot reach its database; try again."),
    ("dns_unavailable", "The DNS resolver cannot be reached; try again."),
    ("domain_exists", "The shop has this domain already, or has asked for it."),
    ("domain_expired", "The domain was not verified in time; ask for it again."),
    ("domain_limit", "The shop cannot have more domains."),
    ("domain_not_found", "There is no such domain."),
    ("domain_not_pending", "The domain does not wait for this proof any more."),
    ("domain_taken", "The domain is in use elsewhere."),
    ("domain_unproved", "The record that proves the domain was not found in the DNS."),
    ("domain_unverified", "The domain is not verified."),
    ("duplicate_field", "The field is given twice."),
    ("duplicate_header", "The header is given twice."),
    ("duplicate_parameter", "The parameter is given twice."),
    ("email_required", "The provider tells no e-mail address."),
    ("endpoint_not_found", "There is no such endpoint."),
    ("feature_not_in_plan", "The plan of the shop does not hold this."),
    ("forbidden", "The account may not do this."),
    ("gateway_rejected", "The payment gateway refused the payment."),
    ("gateway_unavailable", "The payment gateway cannot be reached; try again."),
    ("grant_exists", "The account has a grant already."),
    ("grant_not_found", "There is no such grant."),
    ("idempotency_key_invalid", "The Idempotency-Key must be given once, 1 to 255 visible ASCII characters."),
    ("idempotency_key_missing", "An Idempotency-Key is required."),
    ("idempotency_key_reused", "The Idempotency-Key was used for another request."),
    ("insufficient_stock", "There are not enough units in stock."),
    ("integration_limit", "The shop cannot have more integrations."),
    ("integration_not_found", "There is no such integration."),
    ("internal_error", "Something went wrong on our side."),
    ("invalid", "The value is not acceptable."),
    ("invalid_characters", "The text contains characters that are not allowed."),
    ("invalid_code", "The code is wrong or no longer good."),
    ("invalid_credentials", "The sign-in failed."),
    ("invalid_cursor", "The cursor does not belong to this list."),
    ("invalid_if_match", "The If-Match header must be * or one version in quotes."),
    ("invalid_length", "The value is too short or too long."),
    ("invalid_request", "Some fields are not acceptable."),
    ("invalid_signature", "The signature does not verify."),
    ("invalid_token", "The access token is not valid."),
    ("invalid_type", "The value has the wrong type."),
    ("invitation_closed", "The invitation was accepted or taken back."),
    ("invitation_exists", "The address has been invited already."),
    ("invitation_limit", "The shop has too many open invitations."),
    ("invitation_not_found", "There is no such invitation."),
    ("key_limit", "The integration cannot have more keys."),
    ("key_not_found", "There is no such key."),
    ("last_owner", "The shop would be left without an owner."),
    ("last_platform_admin", "The platform would be left without an administrator."),
    ("link_invalid", "The link is wrong, used or no longer good."),
    ("malformed_event", "The event cannot be understood."),
    ("malformed_json", "The request body is not valid JSON."),
    ("malformed_query", "The query string is malformed."),
    ("malformed_uri", "The request's address is malformed."),
    ("media_not_found", "There is no such picture."),
    ("member_not_found", "There is no such member."),
    ("member_suspended", "The member is suspended."),
    ("method_not_allowed", "The resource does not support this method."),
    ("not_configured", "The service is not configured for this."),
    ("not_found", "There is nothing here."),
    ("nul_character", "The text contains a NUL character."),
    ("order_limit_reached", "The shop takes no more orders this month."),
    ("order_not_found", "There is no such order."),
    ("order_number_unavailable", "No order number could be drawn; try again."),
    ("out_of_range", "The value is out of range."),
    ("own_grant", "One's own grant is changed by another administrator."),
    ("own_membership", "One's own role and status are changed by another owner."),
    ("password_common", "The password is too common."),
    ("password_composition", "The password lacks a kind of character that the shop asks for."),
    ("password_personal", "The password is made of what others know of the person or the shop."),
    ("password_reused", "The password was used before."),
    ("password_too_long", "The password is too long."),
    ("password_too_short", "The password is too short."),
    ("password_too_weak", "The password does not follow the shop's rules."),
    ("payment_method_unavailable", "The shop does not take this payment method."),
    ("plan_limit", "There cannot be more plans."),
    ("price_changed", "A price has changed since the cart was read."),
    ("product_limit_reached", "The plan of the shop holds no more products."),
    ("product_not_found", "There is no such product."),
    ("provider_failed", "The sign-in provider answered what it should not."),
    ("provider_not_found", "There is no such sign-in provider."),
    ("provider_unavailable", "The sign-in provider cannot be reached; try again."),
    ("quantity_too_large", "The quantity is too large."),
    ("rate_limit_exceeded", "The key has made too many requests; try again later."),
    ("reason_missing", "The header X-Reason must say why, in 1 to 500 characters."),
    ("request_in_flight", "A request with the same Idempotency-Key is still at work."),
    ("required", "The field is required."),
    ("reserved", "The value is kept from everybody."),
    ("role_cycle", "The role would contain itself."),
    ("role_exists", "There is a role of this name."),
    ("role_in_use", "Somebody has the role, or another role contains it."),
    ("role_limit", "The shop cannot have more roles of its own."),
    ("role_not_found", "There is no such role."),
    ("role_shipped", "What every shop has cannot be changed."),
    ("seat_limit_reached", "The plan of the shop has no more seats."),
    ("second_factor_required", "A second factor is required."),
    ("session_ended", "The session has ended; sign in again."),
    ("session_not_found", "There is no such session."),
    ("shipping_country_unsupported", "The shipping method does not serve this country."),
    ("shipping_method_not_found", "There is no such shipping method."),
    ("shop_paused", "The shop is closed for now."),
    ("sign_in_declined", "The sign-in was declined."),
    ("slug_changed_lately", "The slug has changed lately; until then it changes back alone."),
    ("slug_taken", "Another shop has this slug."),
    ("state_invalid", "The sign-in is not of this browser, or took too long; begin again."),
    ("step_up_required", "Prove again who you are, then try again."),
    ("store_unavailable", "The key-value store cannot be reached; try again."),
    ("tenant_deleted", "The shop is deleted; restore it first."),
    ("tenant_moved", "The shop is called otherwise now."),
    ("tenant_not_found", "There is no such shop."),
    ("too_deep", "The request body is nested too deeply."),
    ("too_long", "The value is too long."),
    ("too_many_attempts", "There were too many attempts; try again later."),
    ("too_short", "The value is too short."),
    ("totp_already_enrolled", "An authenticator is enrolled already."),
    ("totp_not_enrolled", "No authenticator is enrolled."),
    ("unauthorized", "Authentication is required."),
    ("unknown_field", "There is no such field."),
    ("unknown_parameter", "There is no such parameter."),
    ("unknown_permission", "There is no such permission."),
    ("unsupported", "The value is none that the shop offers."),
    ("unsupported_media_type", "The request body must be application/json in UTF-8."),
    ("uri_too_long", "The request's address is too long."),
    ("variant_not_found", "There is no such variant."),
    ("variant_unavailable", "The variant is not on sale."),
    ("version_mismatch", "It has changed since it was read."),
];

/// The title of a code, in English. A code that is not in the dictionary has the general one.
#[must_use]
pub fn title(code: &str) -> &'static str {
    let found = TITLES.binary_search_by_key(&code, |(code, _)| code).ok().and_then(|at| TITLES.get(at));
    found.map_or("The request was refused.", |(_, title)| title)
}

/// Every code with its title, sorted.
pub(crate) fn all() -> impl Iterator<Item = (&'static str, &'static str)> {
    TITLES.iter().copied()
}

/// Whether the text has the form of a code.
pub(crate) fn is_code(text: &str) -> bool {
    !text.is_empty() && text.len() <= 64 && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dictionary_is_sorted_and_holds_codes() {
        assert!(TITLES.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert!(TITLES.iter().all(|(code, title)| is_code(code) && title.ends_with('.')));
    }

    #[test]
    fn an_unknown_code_has_a_title_too() {
        assert_eq!(title("cart_not_found"), "There is no such cart.");
        assert_eq!(title("never_heard_of"), "The request was refused.");
    }
}

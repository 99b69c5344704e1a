//! An account as the API shows it to its owner.

use commerce_db::auth::Account;
use commerce_domain::{AccountId, AccountKind, CartId};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// The public form of an account.
#[derive(Serialize, ToSchema)]
#[schema(as = Account)]
pub struct AccountView<'a> {
    id: AccountId,
    kind: AccountKind,
    email: Option<&'a str>,
    email_verified: bool,
    phone: Option<&'a str>,
    phone_verified: bool,
    given_name: &'a str,
    family_name: &'a str,
    locale: &'a str,
    timezone: &'a str,
    birth_date: Option<&'a str>,
    gender: Option<&'a str>,
    avatar_url: Option<&'a str>,
    currency: Option<&'a str>,
    notify_email: bool,
    notify_sms: bool,
    #[schema(value_type = BTreeMap<String, Value>)]
    metadata: &'a Map<String, Value>,
    status: &'a str,
    role: Option<&'a str>,
    has_password: bool,
    has_totp: bool,
    recovery_codes_left: i64,
    created_at: &'a str,
    last_sign_in_at: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    cart_id: Option<CartId>,
}

commerce_domain::opaque_debug!(AccountView<'_>);

/// The public form of an account.
#[must_use]
pub fn account_view(account: &Account) -> AccountView<'_> {
    let kind = account.kind;
    AccountView {
        id: AccountId::new(kind, account.id),
        kind,
        email: account.email.as_deref(),
        email_verified: account.email_verified,
        phone: account.phone.as_deref(),
        phone_verified: account.phone_verified,
        given_name: account.given_name.as_deref().unwrap_or_default(),
        family_name: account.family_name.as_deref().unwrap_or_default(),
        locale: &account.locale,
        timezone: &account.timezone,
        birth_date: account.birth_date.as_deref(),
        gender: account.gender.as_deref(),
        avatar_url: account.avatar_url.as_deref(),
        currency: account.currency.as_deref(),
        notify_email: account.notify_email,
        notify_sms: account.notify_sms,
        metadata: &account.metadata,
        status: &account.status,
        role: account.role.as_deref(),
        has_password: account.has_password,
        has_totp: account.has_totp,
        recovery_codes_left: account.recovery_codes_left,
        created_at: &account.created_at,
        last_sign_in_at: account.last_sign_in_at.as_deref(),
        cart_id: account.cart_id.map(CartId::new),
    }
}

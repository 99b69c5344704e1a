//! Registering, proving addresses, and passwords. Nobody has an unproven address: the account of a registration comes into being when
//! it is verified.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::shared::{Account, Client, Limits, LinkChallenge, NewMessage, PasswordTraits, Rated, TokenFacts};
use crate::call::tenant_function;
use crate::functions::public_id;
use commerce_domain::AccountKind;

/// Input of [`REGISTER`]: exactly one of `email` and `phone`, the one that is proved.
#[derive(Clone, Serialize)]
pub struct RegisterInput {
    /// Whose account.
    pub kind: AccountKind,
    /// The account to be.
    pub id: Uuid,
    /// Normalised.
    pub email: Option<String>,
    /// Normalised.
    pub phone: Option<String>,
    /// A number that is not proved here.
    pub contact_phone: Option<String>,
    /// PHC string.
    pub password_hash: String,
    /// For the history of passwords.
    pub fingerprint: String,
    /// For the tenant's rules of composition.
    pub traits: PasswordTraits,
    /// May be empty.
    pub given_name: String,
    /// May be empty.
    pub family_name: String,
    /// The language of its messages.
    pub locale: String,
    /// Keyed hash of the identifier.
    pub identifier_hash: String,
    /// Where from.
    pub client: Client,
    /// The throttles.
    pub limits: Limits,
    /// What proves the address.
    pub challenge: LinkChallenge,
    /// To a new address.
    pub message: NewMessage,
    /// To an address that has an account already.
    pub message_if_known: Option<NewMessage>,
}

commerce_domain::opaque_debug!(RegisterInput);

/// What [`VERIFY`] proves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum VerifyPurpose {
    /// An e-mail address.
    VerifyEmail,
    /// A phone number.
    VerifyPhone,
}

/// Input of [`VERIFY`]: `secret_hash` of a link, or `challenge_id` with `code_hash`.
#[derive(Clone, Debug, Serialize)]
pub struct VerifyInput {
    /// Whose account.
    pub kind: AccountKind,
    /// What is proved.
    pub purpose: VerifyPurpose,
    /// As the link names it.
    pub account_id: Option<Uuid>,
    /// Of the link's secret.
    pub secret_hash: Option<String>,
    /// Of the password that was given with a link: the link of a registration wants the one that was chosen there.
    pub fingerprint: Option<String>,
    /// Which code.
    pub challenge_id: Option<Uuid>,
    /// Of the code.
    pub code_hash: Option<String>,
    /// Where from.
    pub client: Client,
}

/// Answer of [`VERIFY`].
#[derive(Clone, Debug, Deserialize)]
pub struct Verified {
    /// Who.
    pub account: Account,
    /// Whether the account came into being.
    pub created: bool,
    /// Orders that a guest had placed with this address.
    pub attached_orders: i64,
}

/// Input of [`FORGOT`].
#[derive(Clone, Serialize)]
pub struct ForgotInput {
    /// Whose account.
    pub kind: AccountKind,
    /// Normalised.
    pub email: String,
    /// Keyed hash of the identifier.
    pub identifier_hash: String,
    /// Where from.
    pub client: Client,
    /// The throttles.
    pub limits: Limits,
    /// What the link proves.
    pub challenge: LinkChallenge,
    /// Carries the link.
    pub message: NewMessage,
}

commerce_domain::opaque_debug!(ForgotInput);

/// Input of [`RESET`].
#[derive(Clone, Debug, Serialize)]
pub struct ResetInput {
    /// Whose account.
    pub kind: AccountKind,
    /// As the link names it.
    pub account_id: Uuid,
    /// Of the link's secret.
    pub secret_hash: String,
    /// PHC string.
    pub password_hash: String,
    /// For the history of passwords.
    pub fingerprint: String,
    /// For the tenant's rules of composition.
    pub traits: PasswordTraits,
    /// Where from.
    pub client: Client,
    /// Tells the owner.
    pub notice: NewMessage,
}

/// Answer of [`RESET`].
#[derive(Clone, Debug, Deserialize)]
pub struct PasswordReset {
    /// Sessions of this tenant that ended.
    #[serde(deserialize_with = "public_id::many")]
    pub ended: Vec<Uuid>,
}

/// Input of [`CHANGE_PASSWORD`].
#[derive(Clone, Debug, Serialize)]
pub struct ChangePasswordInput {
    /// Of the current password; `None` for an account that has none.
    pub current_fingerprint: Option<String>,
    /// PHC string.
    pub password_hash: String,
    /// For the history of passwords.
    pub fingerprint: String,
    /// For the tenant's rules of composition.
    pub traits: PasswordTraits,
    /// Keyed hash of the account's identifier.
    pub identifier_hash: String,
    /// Where from.
    pub client: Client,
    /// The throttles.
    pub limits: Limits,
    /// Tells the owner, at a proved e-mail address.
    pub notice: NewMessage,
}

/// Answer of [`CHANGE_PASSWORD`].
#[derive(Clone, Debug, Deserialize)]
pub struct PasswordChanged {
    /// For the access token with which the session goes on.
    #[serde(flatten)]
    pub token: TokenFacts,
    /// The other sessions.
    #[serde(deserialize_with = "public_id::many")]
    pub ended: Vec<Uuid>,
}

tenant_function! {
    /// Stores a registration until its address is proved. Refuses: `too_many_attempts`, `password_too_weak`.
    REGISTER, "auth_register", RegisterInput => Rated
}
tenant_function! {
    /// Proves an address. Refuses: `link_invalid`, `invalid_code`, `address_taken`; for the link of a registration `invalid_request`
    /// without a password and `invalid_credentials` for another one, five times.
    VERIFY, "auth_verify", VerifyInput => Verified
}
tenant_function! {
    /// Sends a link to set a new password, when there is an account. Refuses: `too_many_attempts`.
    FORGOT, "auth_forgot", ForgotInput => Rated
}
tenant_function! {
    /// Sets a new password by link; ends all sessions. Refuses: `link_invalid`, `password_reused`, `password_too_weak`.
    RESET, "auth_reset", ResetInput => PasswordReset
}
tenant_function! {
    /// Sets a new password; ends all other sessions. Refuses: `authentication_required`, `invalid_credentials`, `too_many_attempts`,
    /// `password_reused`, `password_too_weak`.
    CHANGE_PASSWORD, "auth_change_password", ChangePasswordInput => PasswordChanged
}

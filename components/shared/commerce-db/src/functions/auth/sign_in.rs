//! Signing in and staying signed in.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::shared::{
    Account, CartMerge, Client, CodeChallenge, Limits, NewMessage, NewSession, PresentedDevice, Rate, SignedIn,
    TokenFacts,
};
use crate::call::tenant_function;
use crate::functions::public_id;
use crate::functions::system::NoAnswer;
use commerce_domain::AccountKind;

/// Input of [`FIND`]: exactly one of `email` and `phone`.
#[derive(Clone, Serialize)]
pub struct FindInput {
    /// Whose account.
    pub kind: AccountKind,
    /// Normalised.
    pub email: Option<String>,
    /// Normalised.
    pub phone: Option<String>,
    /// Keyed hash of the identifier.
    pub identifier_hash: String,
    /// Of the device token that the client sent.
    pub device_hash: Option<String>,
    /// Where from.
    pub client: Client,
    /// The throttles.
    pub limits: Limits,
}

commerce_domain::opaque_debug!(FindInput);

/// Answer of [`FIND`].
#[derive(Clone, Debug, Deserialize)]
pub struct Found {
    /// `None` for unknown, unverified, suspended, not of this tenant: all alike to a stranger.
    pub account: Option<FoundAccount>,
    /// Whether the device signed in to this account before.
    pub known_device: bool,
    /// Whether the account has failed so often that a second factor is asked for.
    pub ceiling: bool,
    /// The tenant's rule.
    pub policy: MfaPolicy,
    /// The network's bucket.
    pub rate: Rate,
}

/// What signing in needs to know of an account.
#[derive(Clone, Deserialize)]
pub struct FoundAccount {
    /// The account.
    #[serde(deserialize_with = "public_id::one")]
    pub id: Uuid,
    /// Handed back by the second statement, which refuses when it changed.
    pub epoch: i64,
    /// PHC string; `None`: no password, so none is right.
    pub password_hash: Option<String>,
    /// Sealed secret of the authenticator; `None`: none enrolled.
    pub totp_sealed: Option<String>,
    /// The last time step that was accepted: an earlier one, or the same again, is not.
    pub totp_step: Option<u64>,
    /// ISO 8601; when the authenticator was enrolled. Handed back with a step.
    pub totp_set_at: Option<String>,
    /// Of the recovery codes that are still good.
    #[serde(default)]
    pub recovery_hashes: Vec<String>,
    /// Its address.
    pub email: Option<String>,
    /// Its number.
    pub phone: Option<String>,
    /// The language of its messages.
    pub locale: String,
    /// The membership's role; `customer` for customers.
    pub role: String,
    /// For the greeting of messages.
    pub given_name: Option<String>,
}

commerce_domain::opaque_debug!(FoundAccount);

/// A tenant's rule of second factors.
#[derive(Clone, Debug, Deserialize)]
pub struct MfaPolicy {
    /// Whether there are any, and whether one must.
    pub mfa: MfaRule,
    /// Who must; empty: all staff.
    #[serde(default)]
    pub roles: Vec<String>,
}

/// How far second factors go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum MfaRule {
    /// Nobody is asked.
    Off,
    /// Who has enrolled is asked.
    Optional,
    /// The named roles are asked, and whoever has enrolled.
    Required,
}

/// Input of [`FAIL`].
#[derive(Clone, Debug, Serialize)]
pub struct FailInput {
    /// Whose account.
    pub kind: AccountKind,
    /// `password`, `oauth:google` …
    pub method: String,
    /// Keyed hash of the identifier, when there is one.
    pub identifier_hash: Option<String>,
    /// When it is known.
    pub account_id: Option<Uuid>,
    /// Where from.
    pub client: Client,
    /// For the audit trail, not for the client.
    pub reason: String,
}

/// Input of [`SIGN_IN`].
#[derive(Clone, Debug, Serialize)]
pub struct SignInInput {
    /// Whose account.
    pub kind: AccountKind,
    /// The account.
    pub account_id: Uuid,
    /// As [`FIND`] told it.
    pub epoch: i64,
    /// How it was proved: `password`. The second factor's is added.
    pub methods: Vec<String>,
    /// What came along with the password, to be used up.
    pub second_factor: Option<SecondFactorUsed>,
    /// The same password under today's rules, when the stored hash is out of date.
    pub password_hash: Option<String>,
    /// Keyed hash of the identifier, whose failures are forgiven.
    pub identifier_hash: String,
    /// The session.
    pub session: NewSession,
    /// The device.
    pub device: PresentedDevice,
    /// Where from.
    pub client: Client,
    /// Customers only.
    pub cart: Option<CartMerge>,
    /// The notice of a new device.
    pub notice: Option<NewMessage>,
}

/// A second factor that was found right, which may be used up by another sign-in meanwhile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "method", rename_all = "lowercase")]
pub enum SecondFactorUsed {
    /// A code of the authenticator.
    Totp {
        /// The time step of the code.
        totp_step: u64,
        /// As [`FIND`] told it: an authenticator that was enrolled since did not make the code.
        totp_set_at: String,
    },
    /// A recovery code.
    Recovery {
        /// Of the code.
        recovery_hash: String,
    },
}

/// Input of [`SECOND_FACTOR`].
#[derive(Clone, Debug, Serialize)]
pub struct SecondFactorInput {
    /// Whose account.
    pub kind: AccountKind,
    /// The account.
    pub account_id: Uuid,
    /// As [`FIND`] told it.
    pub epoch: i64,
    /// What was proved already: `password`.
    pub method: String,
    /// Keyed hash of the identifier.
    pub identifier_hash: String,
    /// Of the device token that the client sent.
    pub device_hash: Option<String>,
    /// Where from.
    pub client: Client,
    /// What the ticket names.
    pub challenge: CodeChallenge,
    /// Carries the code, when there is one.
    pub message: Option<NewMessage>,
}

/// Answer of [`SECOND_FACTOR`].
#[derive(Clone, Debug, Deserialize)]
pub struct SecondFactorOffered {
    /// Of `totp`, `recovery`, `email`, `sms`.
    pub methods: Vec<String>,
}

/// Input of [`CHALLENGE`]. Sent for a wrong code too, so that it counts.
#[derive(Clone, Debug, Serialize)]
pub struct ChallengeInput {
    /// Whose account.
    pub kind: AccountKind,
    /// The challenge that the ticket names.
    pub challenge_id: Uuid,
    /// `totp`, `recovery`, `email` or `sms`.
    pub method: String,
    /// The time step of the code that matched.
    pub totp_step: Option<u64>,
    /// Of the recovery code.
    pub recovery_hash: Option<String>,
    /// Of the code that was sent.
    pub code_hash: Option<String>,
    /// The session.
    pub session: NewSession,
    /// The device.
    pub device: PresentedDevice,
    /// Where from.
    pub client: Client,
    /// Customers only.
    pub cart: Option<CartMerge>,
    /// The notice of a new device.
    pub notice: Option<NewMessage>,
}

/// Input of [`REFRESH`].
#[derive(Clone, Debug, Serialize)]
pub struct RefreshInput {
    /// Whose account.
    pub kind: AccountKind,
    /// Of the token that was shown.
    pub refresh_hash: String,
    /// Of the token that follows it.
    pub child_hash: String,
    /// The token that follows it, sealed, for whoever shows the same parent within the grace.
    pub child_sealed: String,
    /// How long the child lives.
    pub refresh_ttl_s: u32,
    /// For how long the direct parent gets the same child again.
    pub grace_s: u32,
    /// Where from.
    pub client: Client,
}

/// Answer of [`REFRESH`].
#[derive(Clone, Debug, Deserialize)]
pub struct Refreshed {
    /// Who.
    pub account: Account,
    /// The session.
    #[serde(deserialize_with = "public_id::one")]
    pub session_id: Uuid,
    /// For the access token.
    #[serde(flatten)]
    pub token: TokenFacts,
    /// ISO 8601.
    pub session_expires_at: String,
    /// ISO 8601.
    pub refresh_expires_at: String,
    /// Which child counts.
    pub child: RefreshChild,
    /// The child of an earlier rotation, when that one counts.
    pub child_sealed: Option<String>,
}

/// Which token follows the one that was shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RefreshChild {
    /// The one of the input.
    New,
    /// The one that was stored with the parent.
    Stored,
}

tenant_function! {
    /// The account behind an identifier, the throttles charged. Refuses: `too_many_attempts`.
    FIND, "auth_find", FindInput => Found
}
tenant_function! {
    /// Writes the trail of a failure that [`FIND`] has charged.
    FAIL, "auth_fail", FailInput => NoAnswer
}
tenant_function! {
    /// Begins a session. Refuses: `invalid_credentials` when the account changed since [`FIND`], or the second factor was used.
    SIGN_IN, "auth_sign_in", SignInInput => SignedIn
}
tenant_function! {
    /// Begins a second factor. Refuses: `invalid_credentials`.
    SECOND_FACTOR, "auth_second_factor", SecondFactorInput => SecondFactorOffered
}
tenant_function! {
    /// Ends a second factor with a session. Refuses: `invalid_credentials`, whatever was wrong.
    CHALLENGE, "auth_challenge", ChallengeInput => SignedIn
}
tenant_function! {
    /// Rotates a refresh token; a reused one ends its session. Refuses: `session_ended` (with the session's id when it ended now).
    REFRESH, "auth_refresh", RefreshInput => Refreshed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stranger_has_no_account() {
        let found: Found = serde_json::from_str(
            r#"{"account":null,"known_device":false,"ceiling":false,"policy":{"mfa":"required","roles":["owner"]},
            "rate":{"limit":30,"remaining":29,"reset_s":60}}"#,
        )
        .unwrap();
        assert!(found.account.is_none());
        assert_eq!((found.policy.mfa, found.rate.remaining), (MfaRule::Required, 29));
    }

    #[test]
    fn an_account_without_a_password_says_nothing_of_it() {
        let found: FoundAccount = serde_json::from_str(
            r#"{"id":"01900000-0000-7000-8000-000000000001","epoch":3,"locale":"ar","role":"owner","given_name":"Noura"}"#,
        )
        .unwrap();
        assert!(found.password_hash.is_none() && found.totp_sealed.is_none() && found.recovery_hashes.is_empty());
    }

    #[test]
    fn a_second_factor_is_named_by_its_method() {
        let text = |used: SecondFactorUsed| serde_json::to_value(used).unwrap();
        let totp = SecondFactorUsed::Totp { totp_step: 7, totp_set_at: "2026-01-01T00:00:00Z".into() };
        let expected = serde_json::json!({"method": "totp", "totp_step": 7, "totp_set_at": "2026-01-01T00:00:00Z"});
        assert_eq!(text(totp), expected);
        let recovery = SecondFactorUsed::Recovery { recovery_hash: "ab".into() };
        assert_eq!(text(recovery), serde_json::json!({"method": "recovery", "recovery_hash": "ab"}));
    }
}

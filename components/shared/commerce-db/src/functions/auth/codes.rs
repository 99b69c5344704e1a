//! One-time codes, authenticators, recovery codes.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::shared::{
    CartMerge, Channel, Client, CodeChallenge, Limits, NewMessage, NewSession, PresentedDevice, Rated, SignedIn,
};
use crate::call::tenant_function;
use crate::functions::public_id;
use crate::functions::system::{NoAnswer, NoInput};
use commerce_domain::AccountKind;

/// What a one-time code is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OtpPurpose {
    /// A session.
    SignIn,
    /// A signed-in account takes an e-mail address.
    VerifyEmail,
    /// A signed-in account takes a phone number.
    VerifyPhone,
}

/// Input of [`OTP_REQUEST`].
#[derive(Clone, Debug, Serialize)]
pub struct OtpRequestInput {
    /// Whose account.
    pub kind: AccountKind,
    /// What for.
    pub purpose: OtpPurpose,
    /// By what it goes.
    pub channel: Channel,
    /// Normalised e-mail or phone.
    pub destination: String,
    /// Keyed hash of the destination.
    pub identifier_hash: String,
    /// Where from.
    pub client: Client,
    /// The throttles.
    pub limits: Limits,
    /// The code.
    pub challenge: CodeChallenge,
    /// Carries the code.
    pub message: NewMessage,
}

/// A challenge that a function makes when it finds that one is needed.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct NextChallenge {
    /// Its id.
    pub id: Uuid,
    /// How long it is good.
    pub ttl_s: u32,
}

/// Input of [`OTP_VERIFY`].
#[derive(Clone, Debug, Serialize)]
pub struct OtpVerifyInput {
    /// Whose account.
    pub kind: AccountKind,
    /// Which code.
    pub challenge_id: Uuid,
    /// Of the code.
    pub code_hash: String,
    /// The account, should the address have none.
    pub new_account_id: Uuid,
    /// Its language; `None`: the shop's.
    pub locale: Option<String>,
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
    /// Made when the account has an authenticator.
    pub next: NextChallenge,
}

/// What follows a first factor that is no password.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum FirstFactor {
    /// The account has an authenticator, which is asked for.
    SecondFactor {
        /// What the ticket needs.
        second_factor: SecondFactorAsked,
    },
    /// A session has begun.
    SignedIn(Box<SignedIn>),
}

/// What a ticket for the authenticator needs.
#[derive(Clone, Debug, Deserialize)]
pub struct SecondFactorAsked {
    /// The account.
    #[serde(deserialize_with = "public_id::one")]
    pub account_id: Uuid,
    /// The account's epoch.
    pub epoch: i64,
    /// Sealed secret of the authenticator.
    pub totp_sealed: String,
    /// `totp`, `recovery`.
    pub methods: Vec<String>,
    /// The challenge that was made.
    #[serde(deserialize_with = "public_id::one")]
    pub challenge_id: Uuid,
}

/// Input of [`TOTP_CONFIRM`].
#[derive(Clone, Debug, Serialize)]
pub struct TotpConfirmInput {
    /// The secret, sealed.
    pub totp_sealed: String,
    /// The time step of the code that confirmed it; used up.
    pub step: u64,
    /// Of ten recovery codes.
    pub recovery_hashes: Vec<String>,
}

/// Input of [`RECOVERY_CODES`].
#[derive(Clone, Debug, Serialize)]
pub struct RecoveryCodesInput {
    /// Of ten recovery codes, which replace the earlier ones.
    pub recovery_hashes: Vec<String>,
}

tenant_function! {
    /// Sends a code, when there is someone to send it to. Refuses: `too_many_attempts`; `authentication_required` unless to sign in.
    OTP_REQUEST, "auth_otp_request", OtpRequestInput => Rated
}
tenant_function! {
    /// Begins a session by code; a customer comes into being at the first. Refuses: `invalid_code`, `second_factor_required`.
    OTP_VERIFY, "auth_otp_verify", OtpVerifyInput => FirstFactor
}
tenant_function! {
    /// Enrols an authenticator. Refuses: `authentication_required`, `step_up_required`, `totp_already_enrolled`.
    TOTP_CONFIRM, "auth_totp_confirm", TotpConfirmInput => NoAnswer
}
tenant_function! {
    /// Removes the authenticator and the recovery codes. Refuses: `authentication_required`, `step_up_required`.
    TOTP_REMOVE, "auth_totp_remove", NoInput => NoAnswer
}
tenant_function! {
    /// Replaces the recovery codes. Refuses: `authentication_required`, `step_up_required`, `totp_not_enrolled`.
    RECOVERY_CODES, "auth_recovery_codes", RecoveryCodesInput => NoAnswer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_and_a_second_factor_are_told_apart() {
        let next = r#"{"second_factor":{"account_id":"01900000-0000-7000-8000-000000000001","epoch":1,"totp_sealed":"s1.k.x",
            "methods":["totp"],"challenge_id":"01900000-0000-7000-8000-000000000002"}}"#;
        assert!(matches!(serde_json::from_str(next).unwrap(), FirstFactor::SecondFactor { .. }));
        let signed_in = r#"{"account":{"id":"01900000-0000-7000-8000-000000000001","kind":"customer","phone":"+966500000000",
            "email_verified":false,"phone_verified":true,"given_name":"","family_name":"","locale":"ar","timezone":"Asia/Riyadh",
            "notify_email":true,"notify_sms":true,"metadata":{"a":1},"status":"active","role":"customer","has_password":false,
            "has_totp":false,"recovery_codes_left":0,"created_at":"2026-01-01T00:00:00Z"},
            "session_id":"01900000-0000-7000-8000-000000000003","epoch":1,"role":"customer",
            "session_expires_at":"2026-01-31T00:00:00Z","refresh_expires_at":"2026-01-08T00:00:00Z","device_known":false,
            "merged":false,"created":true}"#;
        let FirstFactor::SignedIn(signed_in) = serde_json::from_str(signed_in).unwrap() else { panic!() };
        assert!(signed_in.created && signed_in.cart_id.is_none());
        assert_eq!(signed_in.account.metadata["a"], 1);
    }
}

//! Sign-in with others: providers, and the people whom they prove.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::codes::{FirstFactor, NextChallenge};
use super::shared::{CartMerge, Client, CodeChallenge, Limits, NewMessage, NewSession, PresentedDevice, Rate};
use crate::call::tenant_function;
use crate::functions::public_id;
use commerce_domain::AccountKind;

/// Input of [`PROVIDER`].
#[derive(Clone, Debug, Serialize)]
pub struct ProviderInput {
    /// Whose sign-in.
    pub kind: AccountKind,
    /// Its name in paths.
    pub name: String,
    /// An attempt to sign in, to be charged.
    #[serde(flatten)]
    pub attempt: Option<ProviderAttempt>,
}

/// An attempt to sign in by a provider.
#[derive(Clone, Debug, Serialize)]
pub struct ProviderAttempt {
    /// Where from.
    pub client: Client,
    /// The throttles.
    pub limits: Limits,
}

/// How to reach and believe a provider.
#[derive(Clone, Debug, Deserialize)]
pub struct Provider {
    /// How people come from it.
    pub flow: ProviderFlow,
    /// `iss` of its tokens.
    pub issuer: String,
    /// Where it publishes its keys.
    pub jwks_url: String,
    /// How it knows us; `None` only with [`ProviderFlow::Token`], as are the next ones.
    pub client_id: Option<String>,
    /// How its token endpoint learns that it is us.
    pub client_auth: Option<ClientAuth>,
    /// Names the secret for [`Provider::client_auth`] in `sign_in_credentials`.
    pub credential_ref: Option<String>,
    /// Where people are sent.
    pub authorization_url: Option<String>,
    /// Where a code becomes an ID token.
    pub token_url: Option<String>,
    /// What is asked for, separated by spaces.
    pub scopes: Option<String>,
    /// How the browser brings the code.
    pub response_mode: Option<ResponseMode>,
    /// `azp` of tokens that are brought.
    pub authorized_parties: Vec<String>,
    /// Names the secret of its webhooks in `sign_in_credentials`; `None`: it sends none.
    pub webhook_ref: Option<String>,
    /// How far its word counts that an e-mail is somebody's.
    pub proves_email: EmailProof,
    /// The network's bucket, when an attempt was charged.
    pub rate: Option<Rate>,
}

/// How people come from a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProviderFlow {
    /// By the authorization code flow of OpenID Connect.
    Code,
    /// With a token that they got from it themselves.
    Token,
}

/// How a token endpoint learns that it is us (RFC 6749 §2.3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientAuth {
    /// By `Authorization: Basic`.
    Basic,
    /// By `client_secret` in the body.
    Post,
    /// By a signed assertion as `client_secret`.
    Apple,
    /// Not at all: PKCE alone.
    None,
}

/// How far a provider's word counts that an e-mail is somebody's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EmailProof {
    /// Not at all: a code proves it.
    Never,
    /// Where it says so.
    Claimed,
    /// Where it says so of an address that it hosts itself.
    Hosted,
}

/// How the browser brings the code back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResponseMode {
    /// In the query of a redirect.
    Query,
    /// In a form that the provider's page posts.
    FormPost,
}

/// Input of [`PROVIDERS`].
#[derive(Clone, Copy, Debug, Serialize)]
pub struct ProvidersInput {
    /// Whose sign-in.
    pub kind: AccountKind,
}

/// Answer of [`PROVIDERS`].
#[derive(Clone, Debug, Deserialize)]
pub struct Providers {
    /// By name.
    pub providers: Vec<OfferedProvider>,
}

/// With whom one can sign in.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = Provider)]
pub struct OfferedProvider {
    /// Its name in paths.
    pub name: String,
    /// What a button says.
    pub title: String,
    /// How people come from it.
    pub flow: ProviderFlow,
}

/// A provider's person, to be linked with an account.
#[derive(Clone, Serialize)]
pub struct NewLink {
    /// Id of the link.
    pub id: Uuid,
    /// What the provider calls the person.
    pub subject: String,
    /// The e-mail as the provider tells it.
    pub email: Option<String>,
}

commerce_domain::opaque_debug!(NewLink);

/// Who the person is, should they have no account.
#[derive(Clone, Debug, Serialize)]
pub struct NewPerson {
    /// Id of the account.
    pub id: Uuid,
    /// May be empty.
    pub given_name: String,
    /// May be empty.
    pub family_name: String,
    /// Language of the account; `None`: the shop's.
    pub locale: Option<String>,
}

/// Input of [`EXTERNAL_SIGN_IN`].
#[derive(Clone, Serialize)]
pub struct ExternalSignInInput {
    /// Whose account.
    pub kind: AccountKind,
    /// The provider's name.
    pub provider: String,
    /// The person, as the provider knows them.
    pub link: NewLink,
    /// Their e-mail, if the provider has proved it.
    pub email: Option<String>,
    /// Their e-mail, if it is yet to be proved.
    pub unproved_email: Option<String>,
    /// The account, should there be none.
    pub person: NewPerson,
    /// Keyed hash of the e-mail.
    pub identifier_hash: Option<String>,
    /// Where from.
    pub client: Client,
    /// The throttles.
    pub limits: Limits,
    /// The code that proves the e-mail.
    pub challenge: CodeChallenge,
    /// Carries the code.
    pub message: Option<NewMessage>,
    /// The session.
    pub session: NewSession,
    /// The device.
    pub device: PresentedDevice,
    /// Customers only.
    pub cart: Option<CartMerge>,
    /// The notice of a new device.
    pub notice: Option<NewMessage>,
    /// Made when the account has an authenticator.
    pub next: NextChallenge,
}

commerce_domain::opaque_debug!(ExternalSignInInput);

/// Answer of [`EXTERNAL_SIGN_IN`]: what a provider's word leads to.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum ExternalOutcome {
    /// A code is on its way to the e-mail, if anybody may sign in with it.
    CodeSent {
        /// Always true.
        code_sent: bool,
    },
    /// The person is proved.
    Proved(FirstFactor),
}

/// Input of [`EXTERNAL_SYNC`].
#[derive(Clone, Serialize)]
pub struct ExternalSyncInput {
    /// Whose accounts.
    pub kind: AccountKind,
    /// The provider's name.
    pub provider: String,
    /// The person, as the provider knows them.
    pub link: NewLink,
    /// Their e-mail, if the provider has proved it.
    pub email: Option<String>,
    /// The account, should there be none; else what its names become.
    pub person: NewPerson,
    /// When the provider said so: ISO 8601.
    pub told_at: String,
    /// Whether the person is no more at the provider.
    pub gone: bool,
    /// Whether the provider keeps the person out: their sessions end.
    pub barred: bool,
}

commerce_domain::opaque_debug!(ExternalSyncInput);

/// Answer of [`EXTERNAL_SYNC`].
#[derive(Clone, Debug, Deserialize)]
pub struct ExternalSynced {
    /// What came of it.
    pub outcome: SyncOutcome,
    /// Sessions that ended.
    #[serde(deserialize_with = "public_id::many")]
    pub ended: Vec<Uuid>,
}

/// What came of a provider's word about a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SyncOutcome {
    /// The account says what the provider says.
    Synced,
    /// The link is cut, the sessions are over.
    Unlinked,
    /// Something newer was told before.
    Stale,
    /// The person is not known, or gone for good.
    Unknown,
    /// There is no account, and none can be made without a proved e-mail; staff come by invitation alone.
    Unproved,
}

tenant_function! {
    /// A provider by name. Refuses: `provider_not_found`, `too_many_attempts`.
    PROVIDER, "auth_provider", ProviderInput => Provider
}
tenant_function! {
    /// The active providers.
    PROVIDERS, "auth_providers", ProvidersInput => Providers
}
tenant_function! {
    /// Begins a session on a provider's word. Refuses: `provider_not_found`, `email_required`, `invalid_credentials`,
    /// `second_factor_required`, `too_many_attempts`.
    EXTERNAL_SIGN_IN, "auth_external_sign_in", ExternalSignInInput => ExternalOutcome
}
tenant_function! {
    /// Takes over what a provider tells of a person. Refuses: `provider_not_found`.
    EXTERNAL_SYNC, "auth_external_sync", ExternalSyncInput => ExternalSynced
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_and_a_second_factor_are_told_apart() {
        let sent: ExternalOutcome = serde_json::from_str(r#"{"code_sent":true}"#).unwrap();
        assert!(matches!(sent, ExternalOutcome::CodeSent { code_sent: true }));
        let asked = r#"{"second_factor":{"account_id":"01900000-0000-7000-8000-000000000001","epoch":1,"totp_sealed":"s1.k.x",
            "methods":["totp"],"challenge_id":"01900000-0000-7000-8000-000000000002"},"created":false}"#;
        let asked: ExternalOutcome = serde_json::from_str(asked).unwrap();
        assert!(matches!(asked, ExternalOutcome::Proved(FirstFactor::SecondFactor { .. })));
    }

    #[test]
    fn an_attempt_stands_beside_the_name() {
        let input = |attempt| {
            serde_json::to_value(ProviderInput { kind: AccountKind::Staff, name: "x".into(), attempt }).unwrap()
        };
        assert_eq!(input(None), serde_json::json!({"kind": "staff", "name": "x"}));
    }
}

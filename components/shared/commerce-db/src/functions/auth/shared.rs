//! What several identity functions take or answer.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::functions::public_id;
use commerce_domain::AccountKind;

/// Where a request came from. The address itself is in the context.
#[derive(Clone, Debug, Serialize)]
pub struct Client {
    /// The network that throttles count by: `203.0.113.0/24`, `2001:db8:1::/48`.
    pub network: String,
    /// The `User-Agent`, at most 400 characters of it.
    pub user_agent: Option<String>,
    /// A coarse fingerprint of the browser, at most 64 characters.
    pub fingerprint: Option<String>,
}

/// Where the throttles stand.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Limits {
    /// Failures of one identifier from one network that cost no waiting.
    pub free_failures: u32,
    /// Longest wait after further ones, which doubles with each.
    pub delay_max_s: u32,
    /// Attempts a minute of one network.
    pub network_per_minute: u32,
    /// Attempts a minute of one tenant.
    pub tenant_per_minute: u32,
    /// Failures an hour of one account, above which a second factor is asked for.
    pub account_failures_per_hour: u32,
    /// Messages an hour to one address.
    pub sends_per_hour: u32,
    /// Least seconds between two messages to one address.
    pub send_gap_s: u32,
}

/// A session to be.
#[derive(Clone, Debug, Serialize)]
pub struct NewSession {
    /// Its id.
    pub id: Uuid,
    /// Of its first refresh token.
    pub refresh_hash: String,
    /// How long a refresh token lives.
    pub refresh_ttl_s: u32,
    /// How long the session lives, however often it is refreshed.
    pub cap_s: u32,
    /// What its owner sees: "Chrome on Android"; at most 120 characters.
    pub label: Option<String>,
}

/// The device that signs in: what it showed, and what it gets should that be unknown.
#[derive(Clone, Debug, Serialize)]
pub struct PresentedDevice {
    /// Of the device token that the client sent.
    pub presented_hash: Option<String>,
    /// Id of a new device.
    pub id: Uuid,
    /// Of a freshly drawn device token.
    pub new_hash: String,
}

/// A guest's cart that its customer takes along.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct CartMerge {
    /// The cart; `None`: answer the customer's own.
    pub id: Option<Uuid>,
    /// Most units one line may hold.
    pub max_quantity: i64,
    /// Most lines a cart may hold.
    pub max_items: i64,
}

/// The ways by which a message reaches a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Channel {
    /// By e-mail.
    Email,
    /// By SMS.
    Sms,
}

/// A message to be sent; the function knows to whom.
#[derive(Clone, Debug, Serialize)]
pub struct NewMessage {
    /// Its id, the provider's idempotency key.
    pub id: Uuid,
    /// Which text it is: `reset_password`, `new_device` …
    pub kind: String,
    /// By what it goes.
    pub channel: Channel,
    /// What the text needs, sealed.
    pub sealed_body: String,
}

/// What a password consists of, for the tenant's rules of composition.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PasswordTraits {
    /// Characters.
    pub length: usize,
    /// Has a lower-case letter.
    pub lower: bool,
    /// Has an upper-case letter.
    pub upper: bool,
    /// Has a digit.
    pub digit: bool,
    /// Has something else.
    pub symbol: bool,
}

/// A single-use link that goes out by message.
#[derive(Clone, Debug, Serialize)]
pub struct LinkChallenge {
    /// Its id.
    pub id: Uuid,
    /// Of the link's secret; of the code, where a phone is proved.
    pub secret_hash: String,
    /// How long it is good.
    pub ttl_s: u32,
}

/// A one-time code that goes out by message, or a ticket without one.
#[derive(Clone, Debug, Serialize)]
pub struct CodeChallenge {
    /// Its id.
    pub id: Uuid,
    /// Of the code; `None` when no code goes out.
    pub code_hash: Option<String>,
    /// How long it is good.
    pub ttl_s: u32,
}

/// An account as its owner sees it.
#[derive(Clone, Deserialize)]
pub struct Account {
    /// The account.
    #[serde(deserialize_with = "public_id::one")]
    pub id: Uuid,
    /// Whose.
    pub kind: AccountKind,
    /// Lower case.
    pub email: Option<String>,
    /// Whether the address was proved.
    pub email_verified: bool,
    /// E.164.
    pub phone: Option<String>,
    /// Whether the number was proved.
    pub phone_verified: bool,
    /// May be empty.
    pub given_name: Option<String>,
    /// May be empty.
    pub family_name: Option<String>,
    /// `ar`, `en-GB`.
    pub locale: String,
    /// IANA name.
    pub timezone: String,
    /// ISO 8601 date.
    pub birth_date: Option<String>,
    /// `female`, `male` or `other`.
    pub gender: Option<String>,
    /// Picture.
    pub avatar_url: Option<String>,
    /// ISO 4217.
    pub currency: Option<String>,
    /// Whether news go by e-mail.
    pub notify_email: bool,
    /// Whether news go by SMS.
    pub notify_sms: bool,
    /// What an integration keeps here.
    #[serde(default)]
    pub metadata: Map<String, Value>,
    /// `active` or `suspended`.
    pub status: String,
    /// The membership's role; `customer` for customers; `None` for staff who are no member here.
    pub role: Option<String>,
    /// Whether one can sign in by password.
    pub has_password: bool,
    /// Whether an authenticator is enrolled.
    pub has_totp: bool,
    /// Recovery codes that were not used yet.
    pub recovery_codes_left: i64,
    /// ISO 8601.
    pub created_at: String,
    /// ISO 8601.
    pub last_sign_in_at: Option<String>,
    /// A customer's open cart; told by [`ME`](super::ME) alone.
    #[serde(default, deserialize_with = "public_id::optional")]
    pub cart_id: Option<Uuid>,
}

commerce_domain::opaque_debug!(Account);

/// What a role of the shop's own comes to; shipped roles have none.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct RoleFacts {
    /// The shipped role at its bottom.
    pub base: Option<String>,
    /// The permissions that it and the roles within it add.
    pub permissions: Vec<String>,
}

/// What an access token says of an account in a tenant.
#[derive(Clone, Debug, Deserialize)]
pub struct TokenFacts {
    /// Sum of the epochs of account and membership.
    pub epoch: i64,
    /// The membership's role; `customer` for customers.
    pub role: String,
    /// What that comes to, when it is one of the shop's own.
    pub role_facts: Option<RoleFacts>,
}

/// A session that has begun.
#[derive(Clone, Debug, Deserialize)]
pub struct SignedIn {
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
    /// Whether the shown device token stays; otherwise the new one counts.
    pub device_known: bool,
    /// The customer's open cart after merging.
    #[serde(default, deserialize_with = "public_id::optional")]
    pub cart_id: Option<Uuid>,
    /// Whether the guest's cart was merged into another.
    #[serde(default)]
    pub merged: bool,
    /// Whether the account came into being just now (one-time codes).
    #[serde(default)]
    pub created: bool,
}

/// Whose share it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Policy {
    /// The client's network's.
    #[default]
    Network,
    /// The program's key's.
    Key,
}

impl Policy {
    /// The name in headers.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Network => "network",
            Self::Key => "key",
        }
    }

    /// Reads the name.
    #[must_use]
    pub fn read(name: &str) -> Self {
        if name == Self::Key.as_str() { Self::Key } else { Self::Network }
    }
}

/// How far the client's network, or its key, is from being throttled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct Rate {
    /// Whose.
    #[serde(default)]
    pub policy: Policy,
    /// Attempts in a window.
    pub limit: u32,
    /// Attempts left.
    pub remaining: u32,
    /// Seconds until the window ends.
    pub reset_s: u32,
}

/// The answer of a function that says nothing but how often it may be asked.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Rated {
    /// The network's bucket.
    pub rate: Rate,
}

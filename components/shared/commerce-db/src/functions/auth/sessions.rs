//! A signed-in person's own sessions and account. All but [`LOGOUT`] refuse `authentication_required` without a session.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::shared::Account;
use crate::call::tenant_function;
use crate::functions::public_id;
use crate::functions::system::NoInput;

/// Input of [`LOGOUT`].
#[derive(Clone, Debug, Serialize)]
pub struct LogoutInput {
    /// Of the refresh token, when there is no session in the context.
    pub refresh_hash: Option<String>,
}

/// Answer of [`LOGOUT`].
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct LoggedOut {
    /// The session that ended, if there was one.
    #[serde(default, deserialize_with = "public_id::optional")]
    pub session_id: Option<Uuid>,
}

/// Answer of [`SESSIONS`].
#[derive(Clone, Debug, Deserialize)]
pub struct Sessions {
    /// The latest used first.
    pub sessions: Vec<SessionFacts>,
}

/// A session as its owner sees it.
#[derive(Clone, Deserialize)]
pub struct SessionFacts {
    /// The session.
    #[serde(deserialize_with = "public_id::one")]
    pub id: Uuid,
    /// "Chrome on Android".
    pub label: Option<String>,
    /// As the browser told it.
    pub user_agent: Option<String>,
    /// Where it was used last.
    pub ip: Option<String>,
    /// Coarse, of the browser.
    pub fingerprint: Option<String>,
    /// How it was proved.
    pub methods: Vec<String>,
    /// ISO 8601.
    pub created_at: String,
    /// ISO 8601; the last proof.
    pub authenticated_at: String,
    /// ISO 8601, to the minute.
    pub last_seen_at: String,
    /// ISO 8601.
    pub expires_at: String,
    /// Whether it is the one that asks.
    pub current: bool,
}

commerce_domain::opaque_debug!(SessionFacts);

/// Input of [`END_SESSION`].
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(untagged)]
pub enum EndSessionInput {
    /// This one.
    One {
        /// The session.
        session_id: Uuid,
    },
    /// All but the one that asks.
    Others {
        /// True.
        others: bool,
    },
}

/// The sessions that a call ended, for the blacklist.
#[derive(Clone, Debug, Deserialize)]
pub struct SessionsEnded {
    /// Their ids.
    #[serde(deserialize_with = "public_id::many")]
    pub ended: Vec<Uuid>,
}

/// Input of [`UPDATE_ME`].
#[derive(Clone, Debug, Serialize)]
pub struct UpdateMeInput {
    /// What changes.
    pub patch: AccountPatch,
}

/// Fields of an account; `None` stays as it is, `Some(None)` is cleared.
#[derive(Clone, Debug, Default, Serialize)]
pub struct AccountPatch {
    /// At most 100 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub given_name: Option<String>,
    /// At most 100 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub family_name: Option<String>,
    /// `ar`, `en-GB`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// IANA name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
    /// ISO 8601 date.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub birth_date: Option<Option<String>>,
    /// `female`, `male` or `other`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gender: Option<Option<String>>,
    /// An https address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub avatar_url: Option<Option<String>>,
    /// ISO 4217.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<Option<String>>,
    /// Whether news go by e-mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notify_email: Option<bool>,
    /// Whether news go by SMS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notify_sms: Option<bool>,
    /// At most 4 kB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Map<String, Value>>,
}

tenant_function! {
    /// Ends the session of the context, or of a refresh token. Never refuses.
    LOGOUT, "auth_logout", LogoutInput => LoggedOut
}
tenant_function! {
    /// The open sessions.
    SESSIONS, "auth_sessions", NoInput => Sessions
}
tenant_function! {
    /// Ends one session or all others. Refuses: `session_not_found`.
    END_SESSION, "auth_end_session", EndSessionInput => SessionsEnded
}
tenant_function! {
    /// The account.
    ME, "auth_me", NoInput => Account
}
tenant_function! {
    /// Changes the account.
    UPDATE_ME, "auth_update_me", UpdateMeInput => Account
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patch_tells_clearing_from_leaving() {
        let patch = AccountPatch { birth_date: Some(None), notify_sms: Some(false), ..AccountPatch::default() };
        assert_eq!(serde_json::to_string(&patch).unwrap(), r#"{"birth_date":null,"notify_sms":false}"#);
    }

    #[test]
    fn one_session_or_all_others() {
        let one = EndSessionInput::One { session_id: Uuid::nil() };
        assert_eq!(serde_json::to_string(&one).unwrap(), r#"{"session_id":"00000000-0000-0000-0000-000000000000"}"#);
        assert_eq!(serde_json::to_string(&EndSessionInput::Others { others: true }).unwrap(), r#"{"others":true}"#);
    }
}

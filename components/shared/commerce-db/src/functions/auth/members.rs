//! What administrators do to accounts. The caller has checked their permission; all refuse `authentication_required` to others than
//! staff, and what is no member or customer of this tenant as if it were not there.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::sessions::{Sessions, SessionsEnded};
use crate::call::tenant_function;
use crate::functions::public_id;
use commerce_domain::AccountKind;

/// Whether an account may sign in here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum AccountStatus {
    /// May.
    Active,
    /// May not, and its sessions are over.
    Suspended,
}

/// Input of [`SET_CUSTOMER`].
#[derive(Clone, Copy, Debug, Serialize)]
pub struct SetCustomerInput {
    /// The customer's account.
    pub account_id: Uuid,
    /// What it becomes.
    pub status: AccountStatus,
}

/// Answer of [`SET_CUSTOMER`].
#[derive(Clone, Debug, Deserialize)]
pub struct CustomerChanged {
    /// The customer's account.
    #[serde(deserialize_with = "public_id::one")]
    pub account_id: Uuid,
    /// The status as it is now.
    pub status: AccountStatus,
    /// Sessions that ended.
    #[serde(deserialize_with = "public_id::many")]
    pub ended: Vec<Uuid>,
}

/// Input of [`SESSIONS_OF`]: a member's or a customer's account.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct SessionsOfInput {
    /// Whose account.
    pub kind: AccountKind,
    /// The account.
    pub account_id: Uuid,
}

/// Input of [`END_SESSIONS_OF`].
#[derive(Clone, Copy, Debug, Serialize)]
pub struct EndSessionsOfInput {
    /// Whose account.
    pub kind: AccountKind,
    /// The account.
    pub account_id: Uuid,
    /// Which of its sessions.
    #[serde(flatten)]
    pub which: WhichSessions,
}

/// Sessions of somebody else.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(untagged)]
pub enum WhichSessions {
    /// This one.
    One {
        /// The session.
        session_id: Uuid,
    },
    /// Every one in this tenant.
    All {
        /// True.
        all: bool,
    },
}

tenant_function! {
    /// Suspends a customer, or lets them in again. Refuses: `customer_not_found`.
    SET_CUSTOMER, "auth_set_customer", SetCustomerInput => CustomerChanged
}
tenant_function! {
    /// The open sessions of somebody else. Refuses: `member_not_found`, `customer_not_found`.
    SESSIONS_OF, "auth_sessions_of", SessionsOfInput => Sessions
}
tenant_function! {
    /// Ends one or all sessions of somebody else. Refuses: `member_not_found`, `customer_not_found`, `session_not_found`.
    END_SESSIONS_OF, "auth_end_sessions_of", EndSessionsOfInput => SessionsEnded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_session_or_all_of_them() {
        let text = |which| {
            let input = EndSessionsOfInput { kind: AccountKind::Staff, account_id: Uuid::nil(), which };
            serde_json::to_value(input).unwrap()
        };
        let of = |field: &str, value: serde_json::Value| {
            let mut expected = serde_json::json!({"kind": "staff", "account_id": Uuid::nil()});
            expected[field] = value;
            expected
        };
        assert_eq!(text(WhichSessions::All { all: true }), of("all", true.into()));
        let session_id = Uuid::max();
        assert_eq!(text(WhichSessions::One { session_id }), of("session_id", session_id.to_string().into()));
    }
}

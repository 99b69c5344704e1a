//! What administrators do to accounts. The caller has checked their permission; both refuse `authentication_required` to others than
//! staff.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::call::tenant_function;
use crate::functions::public_id;

/// Whether an account may sign in here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AccountStatus {
    /// May.
    Active,
    /// May not, and its sessions are over.
    Suspended,
}

/// Input of [`SET_MEMBER`].
#[derive(Clone, Debug, Serialize)]
pub struct SetMemberInput {
    /// The member's account.
    pub account_id: Uuid,
    /// The role, when it changes.
    pub role: Option<String>,
    /// The status, when it changes.
    pub status: Option<AccountStatus>,
}

/// Answer of [`SET_MEMBER`].
#[derive(Clone, Debug, Deserialize)]
pub struct MemberChanged {
    /// The member's account.
    #[serde(deserialize_with = "public_id::one")]
    pub account_id: Uuid,
    /// The role as it is now.
    pub role: String,
    /// The status as it is now.
    pub status: AccountStatus,
    /// Sessions that ended.
    #[serde(deserialize_with = "public_id::many")]
    pub ended: Vec<Uuid>,
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

tenant_function! {
    /// Changes a member's role or status in this tenant. Refuses: `member_not_found`.
    SET_MEMBER, "auth_set_member", SetMemberInput => MemberChanged
}
tenant_function! {
    /// Suspends a customer, or lets them in again. Refuses: `customer_not_found`.
    SET_CUSTOMER, "auth_set_customer", SetCustomerInput => CustomerChanged
}

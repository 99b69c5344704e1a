//! Who works at a shop. The caller has checked their permission; what goes beyond the caller's own permissions is refused here, by
//! [`Authority`].

use std::collections::BTreeSet;

use commerce_domain::permission::{Permission, ROLES};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::auth::SessionsEnded;
use super::public_id;
use super::system::NoInput;
use crate::After;
use crate::call::tenant_function;

/// What the caller may do, so that nobody gives, changes or takes away more than that. Which roles there are in every shop is known to
/// Rust alone, and so told along.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Authority {
    /// Every shipped role.
    shipped: Vec<&'static str>,
    /// Those of them that permit nothing beyond the caller's own permissions.
    roles: Vec<&'static str>,
    /// The caller's permissions.
    permissions: Vec<&'static str>,
}

impl Authority {
    /// That of somebody with these permissions.
    #[must_use]
    pub fn of(permissions: &[Permission]) -> Self {
        let own: BTreeSet<Permission> = permissions.iter().copied().collect();
        let within = ROLES.into_iter().filter(|role| role.permissions().is_subset(&own));
        Self {
            shipped: ROLES.iter().map(|role| role.as_str()).collect(),
            roles: within.map(|role| role.as_str()).collect(),
            permissions: own.into_iter().map(Permission::as_str).collect(),
        }
    }
}

/// A member of a shop.
#[derive(Clone, Deserialize)]
pub struct Member {
    /// Their account.
    #[serde(deserialize_with = "public_id::one")]
    pub account_id: Uuid,
    /// Their e-mail; all staff have one.
    pub email: Option<String>,
    /// Given name.
    pub given_name: String,
    /// Family name.
    pub family_name: String,
    /// Picture.
    pub avatar_url: Option<String>,
    /// Shipped role, or key of one of the shop's own.
    pub role: String,
    /// `active`, `suspended` or, told once, `removed`.
    pub status: String,
    /// ISO 8601.
    pub joined_at: String,
}

commerce_domain::opaque_debug!(Member);

/// Input of [`LIST`].
#[derive(Clone, Debug, Serialize)]
pub struct ListInput {
    /// Part of a name or an e-mail.
    pub q: Option<String>,
    /// Members with this role alone.
    pub role: Option<String>,
    /// Members of this status alone.
    pub status: Option<&'static str>,
    /// Most members of a page.
    pub limit: u32,
    /// Where the page before ended.
    pub after: Option<After>,
}

/// Answer of [`LIST`].
#[derive(Clone, Debug, Deserialize)]
pub struct Members {
    /// Who came first, first.
    pub members: Vec<Member>,
    /// Where the next page begins.
    pub next: Option<After>,
}

/// Input of [`READ`].
#[derive(Clone, Copy, Debug, Serialize)]
pub struct ReadInput {
    /// The member's account.
    pub account_id: Uuid,
}

/// Input of [`SET`].
#[derive(Clone, Debug, Serialize)]
pub struct SetInput {
    /// The member's account.
    pub account_id: Uuid,
    /// The role, when it changes.
    pub role: Option<String>,
    /// The status, when it changes: `active`, `suspended`, `removed`.
    pub status: Option<&'static str>,
    /// The caller's.
    pub may: Authority,
}

/// Input of [`SET_MANY`].
#[derive(Clone, Debug, Serialize)]
pub struct SetManyInput {
    /// The members' accounts.
    pub account_ids: Vec<Uuid>,
    /// The role, when it changes.
    pub role: Option<String>,
    /// The status, when it changes: `active`, `suspended`, `removed`.
    pub status: Option<&'static str>,
    /// The caller's.
    pub may: Authority,
}

/// Answer of [`SET_MANY`].
#[derive(Clone, Debug, Deserialize)]
pub struct MembersSet {
    /// As they are now, by their ids.
    pub members: Vec<Member>,
    /// Sessions that ended.
    #[serde(deserialize_with = "public_id::many")]
    pub ended: Vec<Uuid>,
    /// Whose tokens are out of date.
    pub outdated: Vec<Outdated>,
}

/// Answer of [`SET`].
#[derive(Clone, Debug, Deserialize)]
pub struct MemberSet {
    /// As they are now.
    pub member: Member,
    /// Sessions that ended.
    #[serde(deserialize_with = "public_id::many")]
    pub ended: Vec<Uuid>,
    /// Whose tokens are out of date.
    pub outdated: Vec<Outdated>,
}

/// A member whose earlier tokens are out of date.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Outdated {
    /// Their account.
    #[serde(deserialize_with = "public_id::one")]
    pub account_id: Uuid,
    /// What tokens carry from now on.
    pub epoch: i64,
}

/// Answer of [`TRANSFER`].
#[derive(Clone, Debug, Deserialize)]
pub struct Transferred {
    /// The new owner.
    pub member: Member,
    /// Whose tokens are out of date: the new owner's and the former one's.
    pub outdated: Vec<Outdated>,
}

/// Input of [`TRANSFER`].
#[derive(Clone, Debug, Serialize)]
pub struct TransferInput {
    /// Who becomes owner.
    pub account_id: Uuid,
    /// The caller's.
    pub may: Authority,
}

tenant_function! {
    /// One page of members.
    LIST, "member_list", ListInput => Members
}
tenant_function! {
    /// One member. Refuses: `member_not_found`.
    READ, "member_read", ReadInput => Member
}
tenant_function! {
    /// Changes role or status. Refuses: `member_not_found`, `own_membership`, `beyond_own_permissions`, `last_owner`, a `role` that there is not.
    SET, "member_set", SetInput => MemberSet
}
tenant_function! {
    /// The same for many at once, or for none. Refuses as [`SET`] does, and an account that is no member by its place in the list.
    SET_MANY, "member_set_many", SetManyInput => MembersSet
}
tenant_function! {
    /// Ends the caller's own membership. Refuses: `last_owner`.
    LEAVE, "member_leave", NoInput => SessionsEnded
}
tenant_function! {
    /// Hands the shop to another member. Refuses: `member_not_found`, `own_membership`, `member_suspended`, `beyond_own_permissions`.
    TRANSFER, "member_transfer", TransferInput => Transferred
}

#[cfg(test)]
mod tests {
    use super::*;
    use commerce_domain::permission::Role;

    #[test]
    fn authority_is_what_lies_within_the_callers_permissions() {
        let of = |role: Role| Authority::of(&role.permissions().into_iter().collect::<Vec<_>>());
        assert_eq!(of(Role::Owner).roles.len(), ROLES.len());
        assert!(!of(Role::Admin).roles.contains(&"owner") && of(Role::Admin).roles.contains(&"finance"));
        assert_eq!(of(Role::Viewer).roles, ["viewer"]);
        assert_eq!(of(Role::Viewer).permissions, ["catalog.view", "orders.view"]);
        assert_eq!(Authority::of(&[]).shipped.len(), ROLES.len());
    }
}

//! The roles that every shop has: bundles of permissions, each within the one above it.

use std::collections::BTreeSet;
use std::fmt;

use super::{Permission, closure};

/// What a member of a shop's staff is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Owns the shop.
    Owner,
    /// Runs the shop for its owner.
    Admin,
    /// Runs the daily business.
    Manager,
    /// Sells.
    Staff,
    /// Looks, and touches nothing.
    Viewer,
    /// Helps customers.
    Support,
    /// Keeps the books.
    Finance,
    /// Packs and counts.
    Warehouse,
    /// Brings orders to their customers.
    Delivery,
    /// Makes the shop look good.
    Designer,
    /// Connects the shop with other systems.
    Developer,
}

/// Every role.
pub const ROLES: [Role; 11] = [
    Role::Owner,
    Role::Admin,
    Role::Manager,
    Role::Staff,
    Role::Viewer,
    Role::Support,
    Role::Finance,
    Role::Warehouse,
    Role::Delivery,
    Role::Designer,
    Role::Developer,
];

impl Role {
    /// The name in the database, in tokens and in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Admin => "admin",
            Self::Manager => "manager",
            Self::Staff => "staff",
            Self::Viewer => "viewer",
            Self::Support => "support",
            Self::Finance => "finance",
            Self::Warehouse => "warehouse",
            Self::Delivery => "delivery",
            Self::Designer => "designer",
            Self::Developer => "developer",
        }
    }

    /// Reads the name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        ROLES.into_iter().find(|role| role.as_str() == name)
    }

    /// What the role permits beyond the role that it contains.
    const fn bundle(self) -> (Option<Self>, &'static [Permission]) {
        use Permission::{
            AdjustStock, ChangeSubscription, CreateShipments, DebitWallet, EndSessions, InstallPlugins, InviteMembers,
            ManageCustomers, ManageIntegrations, ManageMembers, ManageRoles, RefundOrders, RequestPayouts,
            TransferOwnership, UpdateOrders, ViewAudit, ViewCatalog, ViewCustomers, ViewMembers, ViewOrders,
            ViewReports, ViewWallet, WriteBranding, WriteCatalog, WriteSettings,
        };
        match self {
            // People and money are the owner's alone, until the owner says otherwise by a role of their own making.
            Self::Owner => (
                Some(Self::Admin),
                &[
                    ManageMembers,
                    ManageRoles,
                    TransferOwnership,
                    ChangeSubscription,
                    RequestPayouts,
                    DebitWallet,
                    InstallPlugins,
                ],
            ),
            Self::Admin => (
                Some(Self::Manager),
                &[EndSessions, InviteMembers, WriteSettings, WriteBranding, ManageIntegrations, ViewAudit, ViewWallet],
            ),
            Self::Manager => (
                Some(Self::Staff),
                &[ManageCustomers, WriteCatalog, AdjustStock, RefundOrders, ViewReports, ViewMembers],
            ),
            // Fulfils orders; money, plugins and the subscription are out of reach (RBAC-05).
            Self::Staff => (Some(Self::Viewer), &[UpdateOrders, CreateShipments, ViewCustomers]),
            Self::Viewer => (None, &[ViewOrders, ViewCatalog]),
            Self::Support => (Some(Self::Viewer), &[ViewCustomers]),
            Self::Finance => (Some(Self::Viewer), &[ViewWallet, ViewReports]),
            Self::Warehouse => (Some(Self::Viewer), &[AdjustStock, UpdateOrders, CreateShipments]),
            Self::Delivery => (None, &[UpdateOrders]),
            Self::Designer => (None, &[WriteBranding, ViewCatalog]),
            Self::Developer => (None, &[ManageIntegrations, ViewCatalog]),
        }
    }

    /// What the role permits, with all that the roles within it and the permissions themselves imply.
    #[must_use]
    pub fn permissions(self) -> BTreeSet<Permission> {
        let mut own = Vec::new();
        let mut next = Some(self);
        while let Some(role) = next {
            let (inner, bundle) = role.bundle();
            own.extend_from_slice(bundle);
            next = inner;
        }
        closure(own)
    }
}

/// What a role of a shop's own permits: the shipped role at its bottom, and the permissions collected on the way down. Names that the
/// catalogue does not know, or no longer, permit nothing.
#[must_use]
pub fn own_role<'a>(base: Option<&str>, permissions: impl IntoIterator<Item = &'a str>) -> BTreeSet<Permission> {
    let mut all = base.and_then(Role::parse).map(Role::permissions).unwrap_or_default();
    all.extend(closure(permissions.into_iter().filter_map(Permission::parse)));
    all
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::permission::PERMISSIONS;

    fn permits(role: Role, permission: Permission) -> bool {
        role.permissions().contains(&permission)
    }

    #[test]
    fn a_role_contains_those_below_it() {
        for (above, below) in [
            (Role::Owner, Role::Admin),
            (Role::Admin, Role::Manager),
            (Role::Manager, Role::Staff),
            (Role::Staff, Role::Viewer),
        ] {
            let (above, below) = (above.permissions(), below.permissions());
            assert!(above.is_superset(&below) && above.len() > below.len());
        }
    }

    #[test]
    fn nobody_but_an_owner_changes_members() {
        let able: Vec<_> = ROLES.into_iter().filter(|role| permits(*role, Permission::ManageMembers)).collect();
        assert_eq!(able, [Role::Owner]);
    }

    #[test]
    fn an_owner_may_do_everything() {
        assert_eq!(Role::Owner.permissions().len(), PERMISSIONS.len());
    }

    #[test]
    fn staff_fulfil_orders_and_nothing_beyond() {
        assert!(permits(Role::Staff, Permission::UpdateOrders));
        for beyond in [Permission::ChangeSubscription, Permission::DebitWallet, Permission::InstallPlugins] {
            assert!(!permits(Role::Staff, beyond), "{beyond} (RBAC-05)");
        }
    }

    #[test]
    fn a_role_of_the_shops_own_is_its_base_and_more() {
        let own = own_role(Some("viewer"), ["orders.refund", "orders.teleport"]);
        let mut expected = Role::Viewer.permissions();
        expected.insert(Permission::RefundOrders);
        assert_eq!(own, expected);
        assert_eq!(own_role(None, ["members.manage"]).len(), 3, "with what it implies");
        assert!(own_role(Some("emperor"), []).is_empty());
    }

    #[test]
    fn names_are_read_back() {
        for role in ROLES {
            assert_eq!(Role::parse(role.as_str()), Some(role));
        }
        assert_eq!(Role::parse("Owner"), None);
        assert_eq!(Role::parse("customer"), None);
    }
}

//! One catalogue of permissions; every role is a shipped bundle of them (ruling C-09).
//!
//! A token carries its role's permissions, and the routes ask for permissions, never for roles. Another permission is a variant here
//! and a line in the bundles that hold it.

use std::fmt;

/// Something that not every member of a shop's staff may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Permission {
    /// End the sessions of others.
    EndSessions,
    /// Give members their role, suspend them, let them in again; see and end their sessions.
    ManageMembers,
    /// Suspend customers, let them in again; see and end their sessions.
    ManageCustomers,
    /// Read orders, with the names and addresses in them.
    ViewOrders,
}

impl Permission {
    /// The name in tokens and in the API: `<what>.<verb>`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::EndSessions => "sessions.end",
            Self::ManageMembers => "members.manage",
            Self::ManageCustomers => "customers.manage",
            Self::ViewOrders => "orders.view",
        }
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

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
        match self {
            // Members are the owner's alone: who could change another's role could make an owner of themselves.
            Self::Owner => (Some(Self::Admin), &[Permission::ManageMembers]),
            Self::Admin => (Some(Self::Manager), &[Permission::EndSessions]),
            Self::Manager => (Some(Self::Staff), &[Permission::ManageCustomers]),
            Self::Staff | Self::Support | Self::Finance | Self::Warehouse | Self::Delivery => (Some(Self::Viewer), &[]),
            Self::Viewer => (None, &[Permission::ViewOrders]),
            Self::Designer | Self::Developer => (None, &[]),
        }
    }

    /// What the role permits, with all that the roles within it do.
    #[must_use]
    pub fn permissions(self) -> Vec<Permission> {
        let mut all = Vec::new();
        let mut next = Some(self);
        while let Some(role) = next {
            let (inner, own) = role.bundle();
            all.extend_from_slice(own);
            next = inner;
        }
        all
    }

    /// Whether the role permits something.
    #[must_use]
    pub fn permits(self, permission: Permission) -> bool {
        self.permissions().contains(&permission)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_contains_those_below_it() {
        for (above, below) in [(Role::Owner, Role::Admin), (Role::Admin, Role::Manager), (Role::Manager, Role::Viewer)]
        {
            for permission in below.permissions() {
                assert!(above.permits(permission), "{above} lacks {permission} of {below}");
            }
            assert!(above.permissions().len() > below.permissions().len(), "{above} is no more than {below}");
        }
    }

    #[test]
    fn nobody_but_an_owner_changes_members() {
        let able: Vec<_> = ROLES.into_iter().filter(|role| role.permits(Permission::ManageMembers)).collect();
        assert_eq!(able, [Role::Owner]);
    }

    #[test]
    fn a_bundle_names_nothing_twice() {
        for role in ROLES {
            let all = role.permissions();
            assert!(all.iter().enumerate().all(|(at, one)| !all[..at].contains(one)), "{role}");
        }
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

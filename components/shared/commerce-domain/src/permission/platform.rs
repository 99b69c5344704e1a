//! What the platform's own people may do across shops (RBAC-06). A catalogue of its own, none of whose names a shop's has: a token of a shop never
//! opens what is the platform's, nor the other way round.

catalogue! {
    /// Something that somebody of the platform may do.
    ;
    /// Read who of the platform looked at what, and why.
    "access.view" plain ViewAccess;
    /// See who may work across shops.
    "grants.view" plain ViewGrants;
    /// Let somebody work across shops, and no more.
    "grants.manage" sensitive ManageGrants [ViewGrants];
    /// See which plans there are.
    "plans.view" plain ViewPlans;
    /// Publish plans, and put shops on them.
    "plans.manage" sensitive ManagePlans [ViewPlans, ViewTenants];
    /// See which shops there are, and their settings.
    "tenants.view" plain ViewTenants;
    /// Create, change, suspend, restore and delete shops.
    "tenants.manage" sensitive ManageTenants [ViewTenants];
}

/// What somebody is at the platform, by a grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Runs the platform.
    PlatformAdmin,
    /// Helps shops and their customers.
    Support,
    /// Keeps the platform's books.
    Finance,
    /// Packs for shops: a warehouse of somebody else's (3PL).
    Warehouse,
}

/// Every role.
pub const ROLES: [Role; 4] = [Role::PlatformAdmin, Role::Support, Role::Finance, Role::Warehouse];

impl Role {
    /// The name in the database, in tokens and in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PlatformAdmin => "platform_admin",
            Self::Support => "support",
            Self::Finance => "finance",
            Self::Warehouse => "warehouse",
        }
    }

    /// Reads the name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        ROLES.into_iter().find(|role| role.as_str() == name)
    }

    /// What the role permits, with all that it implies.
    #[must_use]
    pub fn permissions(self) -> std::collections::BTreeSet<Permission> {
        use Permission::{ManageGrants, ManagePlans, ManageTenants, ViewAccess, ViewPlans, ViewTenants};
        let bundle: &[Permission] = match self {
            Self::PlatformAdmin => &[ViewAccess, ManageGrants, ManagePlans, ManageTenants],
            Self::Finance => &[ViewPlans, ViewTenants],
            Self::Support | Self::Warehouse => &[ViewTenants],
        };
        closure(bundle.iter().copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_permission_is_a_shops_too() {
        for permission in PERMISSIONS {
            assert_eq!(crate::permission::Permission::parse(permission.as_str()), None, "{permission}");
            assert_eq!(Permission::parse(permission.as_str()), Some(*permission));
        }
    }

    #[test]
    fn an_administrator_may_do_everything_and_nobody_else_changes_anything() {
        assert_eq!(Role::PlatformAdmin.permissions().len(), PERMISSIONS.len());
        for role in ROLES {
            assert_eq!(Role::parse(role.as_str()), Some(role));
            let sensitive = role.permissions().iter().any(|permission| permission.is_sensitive());
            assert_eq!(sensitive, role == Role::PlatformAdmin, "{role:?}");
        }
        assert_eq!(Role::parse("owner"), None);
    }
}

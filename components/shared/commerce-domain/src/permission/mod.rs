//! One catalogue of permissions; every shipped role is a bundle of them (ruling C-09), and a shop's own roles choose from it.
//!
//! A token carries what its role permits, and the routes ask for permissions, never for roles: the extractor of a handler names one of
//! the types in [`may`]. Another permission is a line of the catalogue and a place in the bundles that hold it.

mod role;

pub use role::{ROLES, Role, own_role};

/// Seconds for which a proof of who somebody is serves for what is sensitive (SEC-09, ASVS 7.5.1).
pub const SENSITIVE_MAX_AGE_S: u32 = 10 * 60;

macro_rules! catalogue {
    (
        $(#[$what:meta])*;
        $(
            $(#[$doc:meta])*
            $name:literal $kind:ident $variant:ident $([$($implied:ident),*])?;
        )*
    ) => {
        $(#[$what])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Permission {
            $($(#[$doc])* $variant,)*
        }

        /// The whole catalogue.
        pub const PERMISSIONS: &[Permission] = &[$(Permission::$variant),*];

        impl Permission {
            /// The name in tokens and in the API: `<what>.<verb>`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// Whether the caller must have proved who they are within [`SENSITIVE_MAX_AGE_S`].
            #[must_use]
            pub const fn is_sensitive(self) -> bool {
                match self {
                    $(Self::$variant => catalogue!(@$kind),)*
                }
            }

            /// What comes with it: nobody can change what they may not see.
            const fn implied(self) -> &'static [Self] {
                match self {
                    $(Self::$variant => &[$($(Self::$implied),*)?],)*
                }
            }

            /// Reads the name.
            #[must_use]
            pub fn parse(name: &str) -> Option<Self> {
                PERMISSIONS.iter().copied().find(|permission| permission.as_str() == name)
            }
        }

        impl std::fmt::Display for Permission {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        /// A type of [`may`].
        pub trait Named: Send + Sync + 'static {
            /// The permission it names.
            const PERMISSION: Permission;
        }

        /// These permissions with all that they imply, in the catalogue's order.
        #[must_use]
        pub fn closure(
            permissions: impl IntoIterator<Item = Permission>,
        ) -> std::collections::BTreeSet<Permission> {
            let mut all = std::collections::BTreeSet::new();
            let mut found: Vec<Permission> = permissions.into_iter().collect();
            while let Some(permission) = found.pop() {
                if all.insert(permission) {
                    found.extend_from_slice(permission.implied());
                }
            }
            all
        }

        /// The permissions as types, for the signatures of handlers.
        pub mod may {
            $($(#[$doc])* #[derive(Debug, Clone, Copy)] pub struct $variant;

            impl super::Named for $variant {
                const PERMISSION: super::Permission = super::Permission::$variant;
            })*
        }
    };
    (@plain) => { false };
    (@sensitive) => { true };
}

pub mod platform;

catalogue! {
    /// Something that not every member of a shop's staff may do.
    ;
    /// Search who did what, and export it.
    "audit.view" plain ViewAudit;
    /// Change how the shop looks.
    "branding.write" plain WriteBranding;
    /// Read the catalogue as the merchant has it, drafts too.
    "catalog.view" plain ViewCatalog;
    /// Add, change and remove products and categories.
    "catalog.write" plain WriteCatalog [ViewCatalog];
    /// Read customers and their addresses.
    "customers.view" plain ViewCustomers;
    /// Suspend customers, let them in again; see and end their sessions.
    "customers.manage" plain ManageCustomers [ViewCustomers];
    /// Make the keys by which other systems act for the shop.
    "integrations.manage" sensitive ManageIntegrations;
    /// See who works here.
    "members.view" plain ViewMembers;
    /// Invite people to work here.
    "members.invite" plain InviteMembers [ViewMembers];
    /// Give members their role, suspend them, let them in again, remove them; see and end their sessions.
    "members.manage" plain ManageMembers [InviteMembers];
    /// Read orders, with the names and addresses in them.
    "orders.view" plain ViewOrders;
    /// Move orders on.
    "orders.update_status" plain UpdateOrders [ViewOrders];
    /// Give customers their money back.
    "orders.refund" sensitive RefundOrders [ViewOrders];
    /// Make somebody else the owner.
    "ownership.transfer" sensitive TransferOwnership;
    /// Have the shop's money paid out.
    "payouts.request" sensitive RequestPayouts [ViewWallet];
    /// Add programs of others to the shop.
    "plugins.install" sensitive InstallPlugins;
    /// Read figures over all orders.
    "reports.view" plain ViewReports;
    /// Make the shop's own roles out of permissions.
    "roles.manage" plain ManageRoles [ViewMembers];
    /// End the sessions of others.
    "sessions.end" plain EndSessions;
    /// Change what the shop is called, where it sells, and what it asks of its staff.
    "settings.write" plain WriteSettings;
    /// Hand parcels to carriers.
    "shipping.create_shipment" plain CreateShipments [ViewOrders];
    /// Correct how much there is of something.
    "stock.adjust" plain AdjustStock [ViewCatalog];
    /// Change what the shop pays for.
    "subscription.change" sensitive ChangeSubscription;
    /// Read the shop's ledger.
    "wallet.view" plain ViewWallet;
    /// Take money out of the shop's wallet.
    "wallet.debit" sensitive DebitWallet [ViewWallet];
}

/// What a program may be given to do (DEV-01). Nothing that asks for a person's proof, and nothing about who may do what: a key makes no keys.
pub const PROGRAMS: &[Permission] = &[
    Permission::ViewAudit,
    Permission::WriteBranding,
    Permission::ViewCatalog,
    Permission::WriteCatalog,
    Permission::ViewCustomers,
    Permission::ViewMembers,
    Permission::ViewOrders,
    Permission::UpdateOrders,
    Permission::ViewReports,
    Permission::CreateShipments,
    Permission::AdjustStock,
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn names_are_read_back_and_have_one_form() {
        for &permission in PERMISSIONS {
            let name = permission.as_str();
            assert_eq!(Permission::parse(name), Some(permission));
            let (what, verb) = name.split_once('.').unwrap();
            let word = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
            assert!(word(what) && word(verb), "{name}");
        }
        assert_eq!(Permission::parse("orders.View"), None);
        assert_eq!(Permission::parse(""), None);
    }

    #[test]
    fn the_catalogue_names_nothing_twice() {
        let names: BTreeSet<_> = PERMISSIONS.iter().map(|permission| permission.as_str()).collect();
        assert_eq!(names.len(), PERMISSIONS.len());
    }

    #[test]
    fn a_program_is_given_nothing_that_asks_for_a_person() {
        assert!(PROGRAMS.iter().all(|permission| !permission.is_sensitive()));
        let all = closure(PROGRAMS.iter().copied());
        assert!(all.iter().all(|permission| PROGRAMS.contains(permission)), "what they imply is among them");
    }

    #[test]
    fn whoever_may_change_may_see() {
        let all = closure([Permission::ManageMembers, Permission::RequestPayouts]);
        let expected = [
            Permission::ViewMembers,
            Permission::InviteMembers,
            Permission::ManageMembers,
            Permission::RequestPayouts,
            Permission::ViewWallet,
        ];
        assert_eq!(all.into_iter().collect::<Vec<_>>(), expected);
    }
}

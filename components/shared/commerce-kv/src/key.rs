//! Keys that begin with their tenant.

use uuid::Uuid;

/// A key of the store. Made only by [`Key::of_tenant`] and [`Key::of_host`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key(String);

impl Key {
    /// `v1:<tenant>:<thing>:<id>`. The id may be any text; nothing after it needs to be told apart.
    #[must_use]
    pub fn of_tenant(tenant: Uuid, thing: &'static str, id: &str) -> Self {
        Self(format!("v1:{}:{thing}:{id}", tenant.simple()))
    }

    /// `v1:host:<selector>`: how a request names its tenant, before the tenant is known.
    #[must_use]
    pub fn of_host(selector: &str) -> Self {
        Self(format!("v1:host:{selector}"))
    }

    /// The key as the store knows it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tenant_comes_first() {
        let key = Key::of_tenant(Uuid::from_u128(7), "products", "a:b");
        assert_eq!(key.as_str(), "v1:00000000000000000000000000000007:products:a:b");
    }

    #[test]
    fn a_host_key_cannot_be_a_tenants_key() {
        assert_eq!(Key::of_host("slug/qahwa").as_str(), "v1:host:slug/qahwa");
        assert_ne!("host", Uuid::nil().simple().to_string());
    }
}

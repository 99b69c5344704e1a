//! The platform itself: a tenant with a fixed id and a slug that no shop can have. And the slugs of shops.

use serde::Serialize;
use uuid::Uuid;

use crate::field_error::code;
use crate::ids::TenantId;

/// The tenant that is the platform and no shop; `app.platform_id()` in the database.
pub const TENANT_ID: TenantId = TenantId::new(Uuid::from_u128(1));

/// Its slug: its people sign in at `platform.<base_domain>`.
pub const SLUG: &str = "platform";

/// Names under the base domain that shops cannot have: the platform's own, and those that people or programs take for it.
const RESERVED: [&str; 36] = [
    SLUG,
    "account",
    "accounts",
    "admin",
    "api",
    "app",
    "assets",
    "auth",
    "autoconfig",
    "autodiscover",
    "billing",
    "blog",
    "cdn",
    "dashboard",
    "demo",
    "docs",
    "ftp",
    "help",
    "imap",
    "internal",
    "login",
    "mail",
    "ns1",
    "ns2",
    "ops",
    "pay",
    "pop",
    "root",
    "shop",
    "smtp",
    "static",
    "status",
    "support",
    "wasla",
    "webmail",
    "www",
];

/// Longest slug, which is a DNS label.
const MAX_LEN: usize = 63;

/// A name that a shop can have under the base domain: lower-case letters, digits and inner hyphens (TEN-01).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Slug(String);

impl Slug {
    /// Reads a slug.
    ///
    /// # Errors
    /// The codes `required`, `too_long`, `invalid`, and `reserved` for what no shop can be called.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        if text.is_empty() {
            return Err(code::REQUIRED);
        }
        if text.len() > MAX_LEN {
            return Err(code::TOO_LONG);
        }
        let letters = text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        if !letters || text.starts_with('-') || text.ends_with('-') || text.starts_with("xn--") {
            return Err(code::INVALID);
        }
        if RESERVED.contains(&text) { Err(code::RESERVED) } else { Ok(Self(text.to_owned())) }
    }

    /// The slug.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_is_a_label_that_nobody_takes_for_the_platform() {
        for good in ["qahwa", "a", "7", "moda-2", &"a".repeat(63)] {
            assert_eq!(Slug::parse(good).map(|slug| slug.as_str().to_owned()), Ok(good.to_owned()));
        }
        for (wrong, reason) in [
            ("", code::REQUIRED),
            (&*"a".repeat(64), code::TOO_LONG),
            ("Qahwa", code::INVALID),
            ("-a", code::INVALID),
            ("a-", code::INVALID),
            ("a.b", code::INVALID),
            ("a b", code::INVALID),
            ("xn--ogb3cpe", code::INVALID),
            ("قهوة", code::INVALID),
            ("platform", code::RESERVED),
            ("www", code::RESERVED),
        ] {
            assert_eq!(Slug::parse(wrong), Err(reason), "{wrong}");
        }
    }
}

//! What the edge knows of a tenant.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A tenant as `api.tenant_of` tells it (TEN-14).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TenantView {
    /// The tenant's id.
    pub id: Uuid,
    /// Its slug, the label under the base domain.
    pub slug: String,
    /// Its name by language code.
    pub name: BTreeMap<String, String>,
    /// Default language.
    pub locale: String,
    /// Languages its texts exist in.
    pub locales: Vec<String>,
    /// ISO 4217.
    pub currency: String,
    /// IANA time zone.
    pub timezone: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// How it taxes.
    pub tax: Tax,
    /// Whether shoppers see how many units are left.
    pub show_available: bool,
    /// Grows with every change of the catalogue.
    pub catalog_version: i64,
    /// Whether it is open: a paused shop answers as one that does not exist.
    pub active: bool,
    /// The domains that it has verified, beside the one under the base domain.
    pub domains: Vec<String>,
    /// The other origins whose pages may call its API, as browsers spell them.
    pub cors_origins: Vec<String>,
}

/// A tenant's tax.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tax {
    /// Rate in basis points; 1500 is 15 %.
    pub rate_bp: u32,
    /// Whether prices include it.
    pub included: bool,
}

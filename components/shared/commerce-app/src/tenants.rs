//! What the platform does with shops (TEN-13): the typed schema of a new shop and of what is changed of one, and the letter to its owner.

use std::collections::BTreeMap;

use commerce_db::ops::{NewTenant, Owner, TenantPatch};
use commerce_db::variables::{self, Variable};
use commerce_domain::contact::is_country;
use commerce_domain::field_error::code;
use commerce_domain::plan;
use commerce_domain::platform::Slug;
use commerce_domain::{Currency, FieldError, FieldErrors};
use commerce_identity::identifier::Identifier;
use commerce_identity::seal::KeyRing;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::credentials::invitation;
use crate::identity::IdentityError;
use crate::identity::profile::timezone;
use crate::random;
use crate::tenant_settings::{language, languages, names};

/// Highest tax: all of the price.
const MAX_TAX_BP: u32 = 10_000;

/// Where a shop's data live.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Region {
    /// Middle East and North Africa.
    Mena,
    /// Europe.
    Europe,
}

impl Region {
    /// The name in the database and in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mena => "mena",
            Self::Europe => "europe",
        }
    }
}

/// How a shop taxes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewTax)]
pub struct TaxInput {
    rate_bp: u32,
    included: bool,
}

/// The body that creates a shop. What is absent is as in Riyadh (TEN-14).
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewTenant)]
pub struct NewTenantInput {
    slug: String,
    name: BTreeMap<String, String>,
    owner_email: String,
    region: Option<Region>,
    locale: Option<String>,
    locales: Option<Vec<String>>,
    currency: Option<String>,
    timezone: Option<String>,
    country: Option<String>,
    tax: Option<TaxInput>,
    /// Absent: `free`.
    plan: Option<String>,
}

commerce_domain::opaque_debug!(NewTenantInput);

/// The body that changes a shop: what is absent stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = PlatformTenantChanges)]
pub struct TenantInput {
    slug: Option<String>,
    name: Option<BTreeMap<String, String>>,
    region: Option<Region>,
    locale: Option<String>,
    locales: Option<Vec<String>>,
    timezone: Option<String>,
    country: Option<String>,
    tax: Option<TaxInput>,
}

/// A checked new shop, whose owner's letter is still to be sealed.
#[derive(Debug)]
pub struct CheckedTenant {
    patch: TenantPatch,
    currency: Currency,
    plan: String,
    owner: Identifier,
}

impl NewTenantInput {
    /// Checks everything that can be checked without the database.
    ///
    /// # Errors
    /// Every wrong field.
    pub fn check(self) -> Result<CheckedTenant, Vec<FieldError>> {
        let mut wrong = FieldErrors::default();
        let currency = self.currency.unwrap_or_else(|| "SAR".to_owned());
        let currency =
            wrong.field("currency", Some(currency), |code| Currency::parse(&code).map_err(|_| code::UNSUPPORTED));
        let owner = wrong.field("owner_email", Some(self.owner_email), |email| Identifier::email(&email));
        let plan = self.plan.unwrap_or_else(|| plan::FREE.to_owned());
        let plan = wrong.field("plan", Some(plan), |text| plan::key(&text).map(str::to_owned));
        let rest = TenantInput {
            slug: Some(self.slug),
            name: Some(self.name),
            region: self.region,
            locale: self.locale,
            locales: self.locales,
            timezone: self.timezone,
            country: self.country,
            tax: self.tax,
        };
        let patch = rest.read(&mut wrong);
        let checked = currency.zip(owner).zip(plan).map(|((currency, owner), plan)| CheckedTenant {
            patch,
            currency,
            plan,
            owner,
        });
        wrong.or(checked)?.ok_or_else(Vec::new)
    }
}

impl TenantInput {
    /// Checks everything that can be checked without the shop.
    ///
    /// # Errors
    /// Every wrong field.
    pub fn check(self) -> Result<TenantPatch, Vec<FieldError>> {
        let mut wrong = FieldErrors::default();
        let patch = self.read(&mut wrong);
        wrong.or(patch)
    }

    fn read(self, wrong: &mut FieldErrors) -> TenantPatch {
        let tax = wrong.field("tax.rate_bp", self.tax, |tax| match tax.rate_bp {
            0..=MAX_TAX_BP => Ok(tax),
            _ => Err(code::OUT_OF_RANGE),
        });
        TenantPatch {
            slug: wrong.field("slug", self.slug, |text| Slug::parse(&text).map(|slug| slug.as_str().to_owned())),
            name: wrong.field("name", self.name, |given| names(&given)),
            region: self.region.map(Region::as_str),
            locale: wrong.field("locale", self.locale, |text| language(&text)),
            locales: wrong.field("locales", self.locales, |texts| languages(&texts)),
            timezone: wrong.field("timezone", self.timezone, timezone),
            country: wrong.field("country", self.country, |code| match is_country(&code) {
                true => Ok(code),
                false => Err(code::UNSUPPORTED),
            }),
            tax_rate_bp: tax.map(|tax| tax.rate_bp),
            tax_included: tax.map(|tax| tax.included),
        }
    }
}

impl CheckedTenant {
    /// The shop as the database takes it, with the invitation of its owner in a sealed letter.
    ///
    /// # Errors
    /// [`IdentityError`] when there is no key or no randomness.
    pub async fn invite_owner(self, now: i64) -> Result<NewTenant, IdentityError> {
        let sealing_keys = variables::secret(Variable::SealingKeys).await;
        let seals = KeyRing::parse(sealing_keys.map_err(crate::identity::KeysError::from)?.expose());
        let link = invitation::draw(&seals.map_err(crate::identity::KeysError::from)?, now)?;
        let Self { patch, currency, plan, owner } = self;
        let locale = patch.locale.unwrap_or_else(|| "ar".to_owned());
        let locales = patch.locales.unwrap_or_else(|| match locale.as_str() {
            "ar" | "en" => vec!["ar".to_owned(), "en".to_owned()],
            other => vec![other.to_owned()],
        });
        Ok(NewTenant {
            id: random::id(),
            slug: patch.slug.unwrap_or_default(),
            name: patch.name.unwrap_or_default(),
            region: patch.region.unwrap_or(Region::Mena.as_str()),
            locale,
            locales,
            currency: currency.code(),
            currency_exponent: currency.exponent(),
            timezone: patch.timezone.unwrap_or_else(|| "Asia/Riyadh".to_owned()),
            country: patch.country.unwrap_or_else(|| "SA".to_owned()),
            tax_rate_bp: patch.tax_rate_bp.unwrap_or(1_500),
            tax_included: patch.tax_included.unwrap_or(true),
            plan,
            owner: Owner { id: random::id(), email: owner.as_str().to_owned(), link },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn wrong(body: Value) -> Vec<(String, &'static str)> {
        let input: NewTenantInput = serde_json::from_value(body).unwrap();
        input.check().err().unwrap_or_default().into_iter().map(|error| (error.field, error.code)).collect()
    }

    #[test]
    fn a_new_shop_needs_a_slug_a_name_and_an_owner() {
        let least = json!({"slug": "dukkan", "name": {"ar": "دكان"}, "owner_email": "Owner@Example.com"});
        let checked = serde_json::from_value::<NewTenantInput>(least).unwrap().check().unwrap();
        assert_eq!((checked.owner.as_str(), checked.currency), ("owner@example.com", Currency::Sar));
    }

    #[test]
    fn every_wrong_field_is_told() {
        let body = json!({"slug": "www", "name": {}, "owner_email": "nobody", "locale": "AR", "locales": [], "currency": "sar",
            "timezone": "Riyadh!", "country": "XX", "plan": "Free", "tax": {"rate_bp": 10_001, "included": true}});
        let expected = [
            ("currency", "unsupported"),
            ("owner_email", "invalid"),
            ("plan", "invalid"),
            ("tax.rate_bp", "out_of_range"),
            ("slug", "reserved"),
            ("name", "required"),
            ("locale", "invalid"),
            ("locales", "required"),
            ("timezone", "invalid"),
            ("country", "unsupported"),
        ];
        assert_eq!(wrong(body), expected.map(|(field, code)| (field.to_owned(), code)));
    }
}

//! What a shop's staff may change of the shop (`PATCH tenants/me`): the typed schema of its settings.

use std::collections::BTreeMap;

use commerce_db::auth::MfaRule;
use commerce_db::tenants::{PasswordRules, SettingsPatch};
use commerce_domain::field_error::code;
use commerce_domain::locale::Language;
use commerce_domain::text::{BoundedText, is_key};
use commerce_domain::{FieldError, FieldErrors, WebOrigin};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::identity::profile::timezone;

/// Most languages of a shop.
const MAX_LOCALES: usize = 10;

/// Most other origins of a shop.
const MAX_ORIGINS: usize = 20;

/// Most roles in a list.
const MAX_ROLES: usize = 60;

/// What a shop may ask of a password's length: below the first the general rule (C-28) is stricter, above the second nobody could comply
/// in every script.
const PASSWORD_LENGTHS: std::ops::RangeInclusive<u32> = 12..=64;

/// The body: what is absent stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = TenantChanges)]
pub struct SettingsInput {
    name: Option<BTreeMap<String, String>>,
    locale: Option<String>,
    locales: Option<Vec<String>>,
    timezone: Option<String>,
    show_available: Option<bool>,
    mfa: Option<MfaRule>,
    mfa_roles: Option<Vec<String>>,
    password_rules: Option<PasswordRules>,
    cors_origins: Option<Vec<String>>,
}

impl SettingsInput {
    /// Checks everything that can be checked without knowing the shop.
    ///
    /// # Errors
    /// Every wrong field.
    pub fn check(self) -> Result<SettingsPatch, Vec<FieldError>> {
        let mut wrong = FieldErrors::default();
        let patch = SettingsPatch {
            name: wrong.field("name", self.name, |given| names(&given)),
            locale: wrong.field("locale", self.locale, |text| language(&text)),
            locales: wrong.field("locales", self.locales, |texts| languages(&texts)),
            timezone: wrong.field("timezone", self.timezone, timezone),
            show_available: self.show_available,
            mfa: self.mfa,
            mfa_roles: wrong.field("mfa_roles", self.mfa_roles, roles),
            password_rules: wrong.field("password_rules.min_length", self.password_rules, rules),
            cors_origins: wrong.field("cors_origins", self.cors_origins, |texts| origins(&texts)),
        };
        wrong.or(patch)
    }
}

/// The language itself: the database compares whole texts, so `ar-SA` and `AR` are not `ar`.
pub(crate) fn language(text: &str) -> Result<String, &'static str> {
    let language = Language::parse(text)?;
    if language.as_str() == text { Ok(text.to_owned()) } else { Err(code::INVALID) }
}

pub(crate) fn languages(texts: &[String]) -> Result<Vec<String>, &'static str> {
    if texts.is_empty() {
        return Err(code::REQUIRED);
    }
    if texts.len() > MAX_LOCALES {
        return Err(code::TOO_LONG);
    }
    let mut all: Vec<String> = Vec::new();
    for text in texts {
        let language = language(text)?;
        if !all.contains(&language) {
            all.push(language);
        }
    }
    Ok(all)
}

/// A name in each language, as long as TEN-01 has it.
pub(crate) fn names(given: &BTreeMap<String, String>) -> Result<BTreeMap<String, String>, &'static str> {
    if given.is_empty() {
        return Err(code::REQUIRED);
    }
    if given.len() > MAX_LOCALES {
        return Err(code::TOO_LONG);
    }
    let name = |text: &str| BoundedText::<1, 100>::parse(text).map(BoundedText::into_string);
    given.iter().map(|(lang, text)| Ok((language(lang)?, name(text)?))).collect()
}

/// Which roles there are is known to the database; what cannot be one is refused at once.
fn roles(names: Vec<String>) -> Result<Vec<String>, &'static str> {
    if names.len() > MAX_ROLES {
        return Err(code::TOO_LONG);
    }
    if names.iter().all(|name| is_key(name)) { Ok(names) } else { Err(code::UNSUPPORTED) }
}

/// Each once, spelt as browsers send it. None at all is a list, too: nobody but the shop's own pages.
fn origins(texts: &[String]) -> Result<Vec<String>, &'static str> {
    let mut all: Vec<String> = Vec::new();
    for text in texts {
        let origin = WebOrigin::parse(text)?.into_string();
        if !all.contains(&origin) {
            all.push(origin);
        }
    }
    if all.len() > MAX_ORIGINS { Err(code::TOO_LONG) } else { Ok(all) }
}

fn rules(rules: PasswordRules) -> Result<PasswordRules, &'static str> {
    let fits = rules.min_length.is_none_or(|length| PASSWORD_LENGTHS.contains(&length));
    if fits { Ok(rules) } else { Err(code::OUT_OF_RANGE) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn check(input: Value) -> Result<Value, Vec<(String, &'static str)>> {
        let input: SettingsInput = serde_json::from_value(input).unwrap();
        let patch =
            input.check().map_err(|all| all.into_iter().map(|error| (error.field, error.code)).collect::<Vec<_>>())?;
        Ok(serde_json::to_value(patch).unwrap())
    }

    #[test]
    fn good_settings_pass_and_absent_ones_stay_absent() {
        let all = json!({
            "name": {"ar": "محمصة", "en": "Roastery"}, "locale": "ar", "locales": ["ar", "en"], "timezone": "Asia/Riyadh",
            "show_available": true, "mfa": "required", "mfa_roles": ["owner"], "password_rules": {"min_length": 14, "digit": true},
            "cors_origins": ["https://www.example.com", "http://localhost:5173"],
        });
        assert_eq!(check(all.clone()).unwrap(), all);
        assert_eq!(check(json!({})).unwrap(), json!({}));
    }

    #[test]
    fn origins_are_spelt_as_browsers_spell_them_and_bounded() {
        let given = json!({"cors_origins": ["HTTPS://Www.Example.com:443", "https://www.example.com"]});
        assert_eq!(check(given).unwrap(), json!({"cors_origins": ["https://www.example.com"]}));
        assert_eq!(check(json!({"cors_origins": []})).unwrap(), json!({"cors_origins": []}));
        let many: Vec<String> = (0..21).map(|n| format!("https://a{n}.example")).collect();
        assert_eq!(check(json!({"cors_origins": many})).unwrap_err(), [("cors_origins".to_owned(), "too_long")]);
    }

    #[test]
    fn every_wrong_field_is_told() {
        let wrong = check(json!({
            "name": {"ar": " "}, "locale": "ar-SA", "locales": [], "timezone": "Riyadh!", "mfa_roles": ["Owner"],
            "password_rules": {"min_length": 8}, "cors_origins": ["https://a.example", "*"],
        }));
        let expected = [
            ("name", "required"),
            ("locale", "invalid"),
            ("locales", "required"),
            ("timezone", "invalid"),
            ("mfa_roles", "unsupported"),
            ("password_rules.min_length", "out_of_range"),
            ("cors_origins", "invalid"),
        ];
        assert_eq!(wrong.unwrap_err(), expected.map(|(field, code)| (field.to_owned(), code)));
    }
}

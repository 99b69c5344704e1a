//! What people may change of their own account (`PATCH me`).

use chrono::NaiveDate;
use commerce_db::auth::AccountPatch;
use commerce_domain::field_error::{code, given};
use commerce_domain::text::BoundedText;
use commerce_domain::{Currency, FieldError, FieldErrors};
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// Most bytes of `metadata`, as the database counts them.
const MAX_METADATA: usize = 4_096;

/// The body of `PATCH me`: what is absent stays, null clears what may be empty.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = ProfileChanges)]
pub struct ProfileInput {
    given_name: Option<String>,
    family_name: Option<String>,
    locale: Option<String>,
    timezone: Option<String>,
    #[serde(deserialize_with = "given")]
    birth_date: Option<Option<String>>,
    #[serde(deserialize_with = "given")]
    gender: Option<Option<String>>,
    #[serde(deserialize_with = "given")]
    avatar_url: Option<Option<String>>,
    #[serde(deserialize_with = "given")]
    currency: Option<Option<String>>,
    notify_email: Option<bool>,
    notify_sms: Option<bool>,
    metadata: Option<Map<String, Value>>,
}

impl ProfileInput {
    /// Checks everything. `today` (ISO 8601) is the latest date of birth.
    ///
    /// # Errors
    /// Every wrong field.
    pub fn check(self, today: NaiveDate) -> Result<AccountPatch, Vec<FieldError>> {
        let mut wrong = FieldErrors::default();
        let patch = AccountPatch {
            given_name: wrong.field("given_name", self.given_name, |text| name(&text)),
            family_name: wrong.field("family_name", self.family_name, |text| name(&text)),
            locale: wrong.field("locale", self.locale, locale),
            timezone: wrong.field("timezone", self.timezone, timezone),
            birth_date: wrong.clearable("birth_date", self.birth_date, |text| birth_date(text, today)),
            gender: wrong.clearable("gender", self.gender, gender),
            avatar_url: wrong.clearable("avatar_url", self.avatar_url, picture),
            currency: wrong.clearable("currency", self.currency, currency),
            notify_email: self.notify_email,
            notify_sms: self.notify_sms,
            metadata: wrong.field("metadata", self.metadata, metadata),
        };
        wrong.or(patch)
    }
}

/// A given or family name, which may be empty.
///
/// # Errors
/// A code of [`code`].
pub fn name(text: &str) -> Result<String, &'static str> {
    BoundedText::<0, 120>::parse(text).map(BoundedText::into_string)
}

/// `ar`, `en-GB`.
///
/// # Errors
/// [`code::INVALID`].
pub fn locale(text: String) -> Result<String, &'static str> {
    let (language, region) = text.split_once('-').map_or((text.as_str(), None), |(one, two)| (one, Some(two)));
    let letters = |part: &str, kind: fn(&u8) -> bool| part.len() == 2 && part.as_bytes().iter().all(kind);
    let good = letters(language, u8::is_ascii_lowercase)
        && region.is_none_or(|region| letters(region, u8::is_ascii_uppercase));
    if good { Ok(text) } else { Err(code::INVALID) }
}

/// `Asia/Riyadh`: of the form of an IANA name. Which names there are changes several times a year, and nothing depends on it here.
///
/// # Errors
/// [`code::INVALID`].
pub fn timezone(text: String) -> Result<String, &'static str> {
    let part = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'+'))
    };
    let good =
        text.len() <= 50 && text.starts_with(|first: char| first.is_ascii_alphabetic()) && text.split('/').all(part);
    if good { Ok(text) } else { Err(code::INVALID) }
}

fn birth_date(text: String, today: NaiveDate) -> Result<String, &'static str> {
    let date = NaiveDate::parse_from_str(&text, "%Y-%m-%d").map_err(|_| code::INVALID)?;
    let earliest = NaiveDate::from_ymd_opt(1900, 1, 2).unwrap_or_default();
    if text.len() != 10 {
        return Err(code::INVALID);
    }
    if (earliest..=today).contains(&date) { Ok(text) } else { Err(code::OUT_OF_RANGE) }
}

fn gender(text: String) -> Result<String, &'static str> {
    if matches!(text.as_str(), "female" | "male" | "other") { Ok(text) } else { Err(code::UNSUPPORTED) }
}

/// An https address of visible ASCII. It is shown to others, and never fetched by us.
fn picture(text: String) -> Result<String, &'static str> {
    if text.len() > 2_000 {
        return Err(code::TOO_LONG);
    }
    let rest = text.strip_prefix("https://").unwrap_or_default();
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let good = !host.is_empty() && !host.contains('@') && text.bytes().all(|byte| byte.is_ascii_graphic());
    if good { Ok(text) } else { Err(code::INVALID) }
}

fn currency(text: String) -> Result<String, &'static str> {
    Currency::parse(&text).map(|_| text).map_err(|_| code::UNSUPPORTED)
}

fn metadata(map: Map<String, Value>) -> Result<Map<String, Value>, &'static str> {
    let value = Value::Object(map);
    let size = stored_len(&value);
    match value {
        Value::Object(map) if size <= MAX_METADATA => Ok(map),
        _ => Err(code::TOO_LONG),
    }
}

/// Bytes of a value as PostgreSQL writes it: with a space behind every comma and colon, and with numbers written out.
fn stored_len(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) | Value::String(_) => value.to_string().len(),
        // At most 309 digits before the point, and 324 after it.
        Value::Number(number) if number.is_f64() => 340,
        Value::Number(number) => number.to_string().len(),
        Value::Array(all) => 2 + all.iter().map(|one| stored_len(one) + 2).sum::<usize>(),
        Value::Object(all) => {
            2 + all
                .iter()
                .map(|(key, one)| Value::from(key.as_str()).to_string().len() + stored_len(one) + 4)
                .sum::<usize>()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(input: Value) -> Result<AccountPatch, Vec<(String, &'static str)>> {
        let input: ProfileInput = serde_json::from_value(input).unwrap();
        let today = NaiveDate::from_ymd_opt(2026, 11, 20).unwrap();
        input.check(today).map_err(|all| all.into_iter().map(|error| (error.field, error.code)).collect())
    }

    #[test]
    fn null_clears_and_absence_leaves() {
        let patch = check(json!({"birth_date": null, "given_name": " سارة ", "notify_sms": true})).unwrap();
        assert_eq!(
            serde_json::to_value(&patch).unwrap(),
            json!({"birth_date": null, "given_name": "سارة", "notify_sms": true})
        );
        assert_eq!(serde_json::to_value(check(json!({})).unwrap()).unwrap(), json!({}));
    }

    #[test]
    fn a_whole_profile_is_taken() {
        let profile = json!({
            "given_name": "Sara", "family_name": "", "locale": "en-GB", "timezone": "America/Argentina/Buenos_Aires",
            "birth_date": "1990-02-28", "gender": "female", "avatar_url": "https://cdn.example.com/a.png?x=1",
            "currency": "SAR", "notify_email": false, "notify_sms": true, "metadata": {"erp": {"id": 7}}
        });
        assert_eq!(serde_json::to_value(check(profile.clone()).unwrap()).unwrap(), profile);
    }

    #[test]
    fn every_wrong_field_is_named() {
        for (field, value, code) in [
            ("given_name", json!("a\u{202E}b"), "invalid_characters"),
            ("family_name", json!("x".repeat(121)), "too_long"),
            ("locale", json!("EN"), "invalid"),
            ("locale", json!("en-gb"), "invalid"),
            ("timezone", json!("Asia//Riyadh"), "invalid"),
            ("timezone", json!("/etc/passwd"), "invalid"),
            ("birth_date", json!("2026-11-21"), "out_of_range"),
            ("birth_date", json!("1900-01-01"), "out_of_range"),
            ("birth_date", json!("1990-2-28"), "invalid"),
            ("birth_date", json!("1990-02-30"), "invalid"),
            ("gender", json!("x"), "unsupported"),
            ("avatar_url", json!("http://a.example"), "invalid"),
            ("avatar_url", json!("https://user@a.example"), "invalid"),
            ("avatar_url", json!("https://"), "invalid"),
            ("currency", json!("XXX"), "unsupported"),
            ("metadata", json!({"a": "x".repeat(5_000)}), "too_long"),
            ("metadata", json!({"a": vec![1e300; 20]}), "too_long"),
        ] {
            assert_eq!(check(json!({field: value})).unwrap_err(), [(field.to_owned(), code)], "{field} {value}");
        }
    }
}

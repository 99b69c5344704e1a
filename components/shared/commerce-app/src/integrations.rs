//! Programs that act for a shop (DEV-01, DEV-02): the typed schema of one, and its keys.

use std::collections::BTreeSet;
use std::net::IpAddr;

use commerce_db::integrations::{IntegrationPatch, NewKey};
use commerce_domain::field_error::code;
use commerce_domain::permission::{PROGRAMS, Permission, closure};
use commerce_domain::text::BoundedText;
use commerce_domain::{ApiKeyId, FieldError, FieldErrors};
use commerce_identity::api_key::{self, ShownKey};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::random::{self, NoRandomness};

/// Most programs of a shop.
pub const MAX_INTEGRATIONS: u32 = 50;

/// Most live keys of a program: the one that works, the one that follows it, and some for places where it runs.
const MAX_KEYS: u32 = 10;

/// Most networks of a program.
const MAX_ADDRESSES: usize = 50;

/// Requests in a minute of a key, where nothing else is said; and the most that can be.
const RATE: u32 = 600;
const MAX_RATE: u32 = 6_000;

/// Days that a key is good, where nothing else is said; and the most that can be.
const DAYS: u32 = 90;
const MAX_DAYS: u32 = 365;

const DAY_S: u32 = 24 * 60 * 60;

/// Seconds that a key is good yet when another follows it, where nothing else is said; and the most that can be.
const OVERLAP_S: u32 = DAY_S;
const MAX_OVERLAP_S: u32 = 7 * DAY_S;

/// A new program. Its scopes are names of permissions that programs can have.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewIntegration)]
pub struct IntegrationInput {
    name: String,
    scopes: Vec<String>,
    /// Addresses and networks in CIDR form; absent: it may ask from everywhere.
    allowed_addresses: Option<Vec<String>>,
    /// Absent: 600.
    rate_per_minute: Option<u32>,
}

/// What changes of a program: what is absent stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = IntegrationChanges)]
pub struct IntegrationChanges {
    name: Option<String>,
    scopes: Option<Vec<String>>,
    allowed_addresses: Option<Vec<String>>,
    rate_per_minute: Option<u32>,
}

/// A checked program: what it may do is yet to be compared with what its maker may.
#[derive(Debug)]
pub struct CheckedIntegration {
    /// Permissions, with all that they imply.
    pub scopes: Option<BTreeSet<Permission>>,
    /// The rest.
    pub patch: IntegrationPatch,
}

impl IntegrationInput {
    /// Checks it; every field of the answer is there.
    ///
    /// # Errors
    /// Every wrong field.
    pub fn check(self) -> Result<CheckedIntegration, Vec<FieldError>> {
        let all = IntegrationChanges {
            name: Some(self.name),
            scopes: Some(self.scopes),
            allowed_addresses: Some(self.allowed_addresses.unwrap_or_default()),
            rate_per_minute: Some(self.rate_per_minute.unwrap_or(RATE)),
        };
        all.check()
    }
}

impl IntegrationChanges {
    /// Checks it.
    ///
    /// # Errors
    /// Every wrong field.
    pub fn check(self) -> Result<CheckedIntegration, Vec<FieldError>> {
        let mut wrong = FieldErrors::default();
        let checked = CheckedIntegration {
            scopes: wrong.field("scopes", self.scopes, |names| scopes(&names)),
            patch: IntegrationPatch {
                name: wrong
                    .field("name", self.name, |name| BoundedText::<1, 60>::parse(&name).map(BoundedText::into_string)),
                scopes: None,
                allowed_addresses: wrong.field("allowed_addresses", self.allowed_addresses, |texts| networks(&texts)),
                rate_per_minute: wrong.field("rate_per_minute", self.rate_per_minute, |rate| within(rate, 1, MAX_RATE)),
            },
        };
        wrong.or(checked)
    }
}

impl CheckedIntegration {
    /// The patch with its scopes.
    #[must_use]
    pub fn into_patch(self) -> IntegrationPatch {
        let scopes = self.scopes.map(|scopes| scopes.into_iter().map(Permission::as_str).collect());
        IntegrationPatch { scopes, ..self.patch }
    }
}

/// How long a new key is good.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = NewApiKey)]
pub struct KeyInput {
    /// Absent: 90; at most 365.
    expires_in_days: Option<u32>,
}

/// How a key is followed by another.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = ApiKeyRotation)]
pub struct RotationInput {
    /// Of the new key. Absent: 90; at most 365.
    expires_in_days: Option<u32>,
    /// Seconds that the old one is good yet. Absent: a day; at most a week.
    overlap_s: Option<u32>,
}

impl KeyInput {
    /// Seconds that the key is good.
    ///
    /// # Errors
    /// The wrong field.
    pub fn check(self) -> Result<u32, Vec<FieldError>> {
        let mut wrong = FieldErrors::default();
        let days = self.expires_in_days.unwrap_or(DAYS);
        let days = wrong.field("expires_in_days", Some(days), |days| within(days, 1, MAX_DAYS)).unwrap_or_default();
        wrong.or(days.saturating_mul(DAY_S))
    }
}

impl RotationInput {
    /// Seconds that the new key is good, and those that the old one is.
    ///
    /// # Errors
    /// Every wrong field.
    pub fn check(self) -> Result<(u32, u32), Vec<FieldError>> {
        let overlap = self.overlap_s.unwrap_or(OVERLAP_S);
        let ttl = KeyInput { expires_in_days: self.expires_in_days }.check();
        match within(overlap, 0, MAX_OVERLAP_S) {
            Ok(overlap) => Ok((ttl?, overlap)),
            Err(code) => {
                let mut wrong = ttl.err().unwrap_or_default();
                wrong.push(FieldError::new("overlap_s", code));
                Err(wrong)
            }
        }
    }
}

/// Draws a key that is good for so many seconds: as the database takes it, and as its maker sees it, once.
///
/// # Errors
/// [`NoRandomness`].
pub fn draw_key(ttl_s: u32) -> Result<(NewKey, String), NoRandomness> {
    let id = ApiKeyId::new(random::id());
    let text = api_key::text(id, &random::bytes()?);
    let secret_hash = ShownKey::parse(&text).ok_or(NoRandomness)?.secret_hash();
    Ok((NewKey { key_id: id.as_uuid(), secret_hash, ttl_s, max: MAX_KEYS }, text))
}

fn within(number: u32, least: u32, most: u32) -> Result<u32, &'static str> {
    if (least..=most).contains(&number) { Ok(number) } else { Err(code::OUT_OF_RANGE) }
}

fn scopes(names: &[String]) -> Result<BTreeSet<Permission>, &'static str> {
    if names.is_empty() {
        return Err(code::REQUIRED);
    }
    let known = |name: &String| Permission::parse(name).ok_or("unknown_permission");
    let all = names.iter().map(known).collect::<Result<Vec<_>, _>>()?;
    if all.iter().all(|permission| PROGRAMS.contains(permission)) { Ok(closure(all)) } else { Err(code::UNSUPPORTED) }
}

/// Addresses and networks, each once, as the database has them: a network with bits behind its length is none.
fn networks(texts: &[String]) -> Result<Vec<String>, &'static str> {
    if texts.len() > MAX_ADDRESSES {
        return Err(code::TOO_LONG);
    }
    let all = texts.iter().map(|text| network(text).ok_or(code::INVALID)).collect::<Result<BTreeSet<_>, _>>()?;
    Ok(all.into_iter().collect())
}

fn network(text: &str) -> Option<String> {
    let (address, length) = match text.split_once('/') {
        Some((address, length)) => (address, Some(length)),
        None => (text, None),
    };
    let address: IpAddr = address.parse().ok()?;
    let (bits, size) = match address {
        IpAddr::V4(address) => (u128::from(address.to_bits()) << 96, 32),
        IpAddr::V6(address) => (address.to_bits(), 128),
    };
    let length = match length {
        None => size,
        Some(text) if text.bytes().all(|byte| byte.is_ascii_digit()) => {
            text.parse::<u32>().ok().filter(|length| *length <= size)?
        }
        Some(_) => return None,
    };
    let behind = bits.checked_shl(length).unwrap_or_default();
    (behind == 0).then(|| format!("{address}/{length}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_have_one_form() {
        for (text, form) in [
            ("192.0.2.7", "192.0.2.7/32"),
            ("192.0.2.0/24", "192.0.2.0/24"),
            ("0.0.0.0/0", "0.0.0.0/0"),
            ("2001:DB8::/32", "2001:db8::/32"),
            ("::1", "::1/128"),
        ] {
            assert_eq!(network(text).as_deref(), Some(form));
        }
        for text in
            ["", "192.0.2.7/24", "192.0.2.0/33", "192.0.2.0/+8", "192.0.2", "::1/0", "a", "1.2.3.4/", "fe80::1%eth0"]
        {
            assert_eq!(network(text), None, "{text}");
        }
    }

    #[test]
    fn scopes_are_those_of_programs_with_what_they_imply() {
        let names = |names: &[&str]| scopes(&names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
        let all: Vec<_> = names(&["catalog.write"]).unwrap().into_iter().map(Permission::as_str).collect();
        assert_eq!(all, ["catalog.view", "catalog.write"]);
        assert_eq!(names(&[]), Err(code::REQUIRED));
        assert_eq!(names(&["catalog.writ"]), Err("unknown_permission"));
        for person in ["integrations.manage", "wallet.debit", "members.manage", "roles.manage"] {
            assert_eq!(names(&[person]), Err(code::UNSUPPORTED));
        }
    }

    #[test]
    fn a_keys_life_is_bounded() {
        let key = |days| KeyInput { expires_in_days: days }.check();
        assert_eq!((key(None), key(Some(1))), (Ok(90 * DAY_S), Ok(DAY_S)));
        assert!(key(Some(0)).is_err() && key(Some(366)).is_err());
        let wrong = RotationInput { expires_in_days: Some(0), overlap_s: Some(MAX_OVERLAP_S + 1) }.check().unwrap_err();
        assert_eq!(wrong.iter().map(|it| it.field.as_str()).collect::<Vec<_>>(), ["expires_in_days", "overlap_s"]);
    }
}

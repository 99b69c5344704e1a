//! The body of `POST /v1/invoices` and its rules (docs.moyasar.com/api/invoices/01-create-invoice and /api/metadata).

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use serde_json::{Map, Value};

use super::errors::FieldErrors;
use super::objects::Metadata;

const AMOUNT_MIN: i64 = 100;
const METADATA_KEYS_MAX: usize = 30;
const METADATA_KEY_LENGTH_MAX: usize = 40;
const METADATA_VALUE_LENGTH_MAX: usize = 500;

/// A valid request for an invoice.
pub(crate) struct NewInvoice {
    pub(crate) amount: i64,
    pub(crate) currency: String,
    pub(crate) description: String,
    pub(crate) callback_url: Option<String>,
    pub(crate) success_url: Option<String>,
    pub(crate) back_url: Option<String>,
    pub(crate) expired_at: Option<DateTime<Utc>>,
    pub(crate) metadata: Metadata,
}

impl NewInvoice {
    /// Reads a request body; every field at fault is named.
    pub(super) fn parse(body: &[u8], now: DateTime<Utc>) -> Result<Self, FieldErrors> {
        let Ok(Value::Object(mut fields)) = serde_json::from_slice(body) else {
            return Err(FieldErrors::from([("body", vec!["must be a JSON object"])]));
        };
        let mut errors = FieldErrors::new();
        let mut check = |name: &'static str, outcome: Result<(), &'static str>| {
            if let Err(problem) = outcome {
                errors.entry(name).or_default().push(problem);
            }
        };
        let amount = amount(fields.get("amount"));
        check("amount", amount.map(drop));
        let currency = currency(fields.get("currency"));
        check("currency", currency.as_ref().map(drop).map_err(|problem| *problem));
        let description = required_text(fields.get("description"));
        check("description", description.as_ref().map(drop).map_err(|problem| *problem));
        let mut link = |name: &'static str| {
            let link = optional_url(&fields, name);
            check(name, link.as_ref().map(drop).map_err(|problem| *problem));
            link.ok().flatten()
        };
        let (callback_url, success_url, back_url) = (link("callback_url"), link("success_url"), link("back_url"));
        let expired_at = expiry(fields.get("expired_at"), now);
        check("expired_at", expired_at.map(drop));
        let metadata = metadata(fields.remove("metadata"));
        check("metadata", metadata.as_ref().map(drop).map_err(|problem| *problem));
        match (amount, currency, description, expired_at, metadata) {
            (Ok(amount), Ok(currency), Ok(description), Ok(expired_at), Ok(metadata)) if errors.is_empty() => {
                Ok(Self { amount, currency, description, callback_url, success_url, back_url, expired_at, metadata })
            }
            _ => Err(errors),
        }
    }
}

fn amount(value: Option<&Value>) -> Result<i64, &'static str> {
    match value {
        None | Some(Value::Null) => Err("is required"),
        Some(value) => match value.as_i64() {
            Some(amount) if amount >= AMOUNT_MIN => Ok(amount),
            Some(_) => Err("must be greater than or equal to 100"),
            None => Err("must be an integer"),
        },
    }
}

fn currency(value: Option<&Value>) -> Result<String, &'static str> {
    let code = required_text(value)?;
    let valid = code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase());
    if valid { Ok(code) } else { Err("must be a three-letter ISO-4217 code") }
}

fn required_text(value: Option<&Value>) -> Result<String, &'static str> {
    match value {
        Some(Value::String(text)) if !text.trim().is_empty() => Ok(text.clone()),
        None | Some(Value::Null | Value::String(_)) => Err("is required"),
        Some(_) => Err("must be a string"),
    }
}

fn optional_url(fields: &Map<String, Value>, name: &str) -> Result<Option<String>, &'static str> {
    match fields.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => match url::Url::parse(text) {
            Ok(url) if matches!(url.scheme(), "http" | "https") => Ok(Some(text.clone())),
            _ => Err("is not a valid URL"),
        },
        Some(_) => Err("must be a string"),
    }
}

/// A date alone means the beginning of that day.
fn expiry(value: Option<&Value>, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, &'static str> {
    let text = match value {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::String(text)) => text,
        Some(_) => return Err("must be a string"),
    };
    let at = DateTime::parse_from_rfc3339(text)
        .map(|at| at.to_utc())
        .or_else(|_| text.parse::<NaiveDate>().map(|day| day.and_time(NaiveTime::MIN).and_utc()))
        .map_err(|_| "must be an ISO 8601 date or time")?;
    if at > now { Ok(Some(at)) } else { Err("must be in the future") }
}

fn metadata(value: Option<Value>) -> Result<Metadata, &'static str> {
    let entries = match value {
        None | Some(Value::Null) => return Ok(Metadata::new()),
        Some(Value::Object(entries)) => entries,
        Some(_) => return Err("must be an object"),
    };
    if entries.len() > METADATA_KEYS_MAX {
        return Err("must have at most 30 keys");
    }
    for (key, value) in &entries {
        if key.chars().count() > METADATA_KEY_LENGTH_MAX {
            return Err("keys must have at most 40 characters");
        }
        if value.is_object() || value.is_array() {
            return Err("values must be scalars");
        }
        if value.as_str().is_some_and(|text| text.chars().count() > METADATA_VALUE_LENGTH_MAX) {
            return Err("values must have at most 500 characters");
        }
    }
    Ok(entries.into_iter().collect())
}

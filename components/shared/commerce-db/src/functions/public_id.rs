//! Reads a public id (`crt_` and 32 hexadecimal digits) of a database answer back into its UUID.

use serde::de::{Deserialize, Deserializer, Error};
use uuid::Uuid;

fn parse(text: &str) -> Option<Uuid> {
    let digits = text.rsplit_once('_').map_or(text, |(_, digits)| digits);
    Uuid::try_parse(digits).ok()
}

/// For `#[serde(deserialize_with = "public_id::one")]`.
pub(crate) fn one<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Uuid, D::Error> {
    let text = String::deserialize(deserializer)?;
    parse(&text).ok_or_else(|| D::Error::custom("not an id"))
}

/// For `#[serde(default, deserialize_with = "public_id::optional")]`.
pub(crate) fn optional<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Uuid>, D::Error> {
    match Option::<String>::deserialize(deserializer)? {
        None => Ok(None),
        Some(text) => parse(&text).map(Some).ok_or_else(|| D::Error::custom("not an id")),
    }
}

/// For `#[serde(deserialize_with = "public_id::many")]`.
pub(crate) fn many<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Uuid>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    let ids = texts.iter().map(|text| parse(text)).collect::<Option<Vec<_>>>();
    ids.ok_or_else(|| D::Error::custom("not an id"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixed_and_plain_ids_are_read() {
        let id = Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001);
        assert_eq!(parse("crt_01900000000070008000000000000001"), Some(id));
        assert_eq!(parse("01900000-0000-7000-8000-000000000001"), Some(id));
        assert_eq!(parse("crt_"), None);
    }
}

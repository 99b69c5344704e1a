//! Which languages a reader wants: `?lang=` first, then `Accept-Language` (RFC 9110 §12.5.4).
//!
//! Only primary language subtags count (`ar-SA` is `ar`). The database picks the first that the shop has.

use std::fmt;

use serde::Serialize;

use crate::field_error::code;

/// Most languages in a preference list.
pub const MAX_LANGUAGES: usize = 5;

/// Most ranges of a header that are looked at, so that a hostile header costs nothing.
const MAX_RANGES: usize = 32;

/// A primary language subtag: two or three lower-case ASCII letters.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Language(String);

impl Language {
    /// Reads a language tag (`ar`, `AR`, `ar-SA`) and keeps its primary subtag.
    ///
    /// # Errors
    /// The code `invalid` for anything that is not a language tag of at most 35 characters (RFC 5646 §4.4.1).
    pub fn parse(tag: &str) -> Result<Self, &'static str> {
        let mut subtags = tag.split('-');
        let primary = subtags.next().unwrap_or_default();
        let well_formed = tag.len() <= 35
            && (2..=3).contains(&primary.len())
            && primary.bytes().all(|byte| byte.is_ascii_alphabetic())
            && subtags.all(|subtag| {
                (1..=8).contains(&subtag.len()) && subtag.bytes().all(|byte| byte.is_ascii_alphanumeric())
            });
        if well_formed { Ok(Self(primary.to_ascii_lowercase())) } else { Err(code::INVALID) }
    }

    /// The subtag.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The preference list: the language asked for explicitly, then those of the header, best first, each once, at most
/// [`MAX_LANGUAGES`]. Empty means no preference. Malformed ranges of the header are passed over, as HTTP wants.
#[must_use]
pub fn preferences(explicit: Option<Language>, accept_language: Option<&str>) -> Vec<Language> {
    let mut languages: Vec<Language> = Vec::new();
    let from_header = accept_language.map(parse_accept_language).unwrap_or_default();
    for language in explicit.into_iter().chain(from_header) {
        if languages.len() < MAX_LANGUAGES && !languages.contains(&language) {
            languages.push(language);
        }
    }
    languages
}

/// The languages of a header by descending quality; equal ones in the order given; `*` and `q=0` left out.
#[must_use]
pub fn parse_accept_language(header: &str) -> Vec<Language> {
    let mut ranges: Vec<(u16, Language)> = header.split(',').take(MAX_RANGES).filter_map(parse_range).collect();
    ranges.sort_by_key(|(quality, _)| std::cmp::Reverse(*quality));
    ranges.into_iter().map(|(_, language)| language).collect()
}

fn parse_range(range: &str) -> Option<(u16, Language)> {
    let (tag, weight) = range.split_once(';').unwrap_or((range, "q=1"));
    let language = Language::parse(tag.trim()).ok()?;
    match parse_quality(weight)? {
        0 => None,
        quality => Some((quality, language)),
    }
}

/// `q=0.8` in thousandths: `0` or `1`, with up to three decimals, at most 1 (RFC 9110 §12.4.2).
fn parse_quality(weight: &str) -> Option<u16> {
    let (name, value) = weight.trim().split_once('=')?;
    if !name.eq_ignore_ascii_case("q") {
        return None;
    }
    let (whole, decimals) = value.split_once('.').unwrap_or((value, ""));
    if !matches!(whole, "0" | "1") || decimals.len() > 3 || !decimals.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let thousandths: u16 = format!("{whole}{decimals:0<3}").parse().ok()?;
    (thousandths <= 1000).then_some(thousandths)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(text: &str) -> Vec<String> {
        parse_accept_language(text).into_iter().map(|language| language.0).collect()
    }

    #[test]
    fn quality_orders_the_header() {
        assert_eq!(header("en-US,en;q=0.5, ar;q=0.8"), ["en", "ar", "en"]);
        assert_eq!(header("ar , en;Q=1.000"), ["ar", "en"]);
        assert_eq!(header("fr;q=0, *;q=0.1, ar;q=0.001"), ["ar"]);
    }

    #[test]
    fn malformed_ranges_are_passed_over() {
        for bad in
            ["", ",,,", "en;q=2", "en;q=1.001", "en;q=0.1234", "en;level=1", "e", "engl", "en_US", "عربي", "en\0"]
        {
            assert_eq!(header(bad), Vec::<String>::new(), "{bad:?}");
        }
        assert_eq!(header("xx;q=, ar"), ["ar"]);
    }

    #[test]
    fn the_list_is_bounded_and_has_no_doubles() {
        let many = (b'a'..=b'z').map(|letter| format!("x{}", char::from(letter))).collect::<Vec<_>>().join(",");
        assert_eq!(preferences(None, Some(&many)).len(), MAX_LANGUAGES);
        assert!(preferences(None, Some(&format!("{},ar", ",".repeat(100_000)))).is_empty());
        let list = preferences(Some(Language::parse("AR-sa").unwrap()), Some("en, ar-EG;q=0.9"));
        assert_eq!(list.iter().map(Language::as_str).collect::<Vec<_>>(), ["ar", "en"]);
        assert!(preferences(None, None).is_empty());
    }

    #[test]
    fn an_explicit_language_is_a_language_tag() {
        for bad in ["", "a", "arab", "ar-", "ar--SA", "ar SA", "ar;q=1", "ar-toolongsubtag", &"ar-SA".repeat(20)] {
            assert_eq!(Language::parse(bad), Err(code::INVALID), "{bad:?}");
        }
    }
}

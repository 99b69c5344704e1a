//! The languages a client prefers.

use http::header::ACCEPT_LANGUAGE;
use http::request::Parts;

use crate::{Problem, query};

/// Most languages that are taken into account.
const MAX: usize = 8;

/// Longest `Accept-Language` that is read.
const MAX_HEADER: usize = 512;

/// Primary language codes (`ar`, `en`), most preferred first: `?lang=` before `Accept-Language`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Langs(Vec<String>);

impl Langs {
    /// The codes, as the database functions take them.
    #[must_use]
    pub fn to_vec(&self) -> Vec<String> {
        self.0.clone()
    }

    /// Reads `?lang=` and `Accept-Language`. A header that makes no sense is ignored (RFC 9110 §12.5.4), a parameter is not.
    pub(crate) fn from_parts(parts: &Parts) -> Result<Self, Problem> {
        let mut langs = Self::default();
        if let Some(tag) = query::single(parts.uri.query().unwrap_or_default(), "lang")? {
            let code = primary(&tag);
            langs.0.push(code.ok_or_else(|| Problem::field("lang", "invalid_value", "must be a language tag"))?);
        }
        let mut weighted = Vec::new();
        for value in parts.headers.get_all(ACCEPT_LANGUAGE) {
            if let Some(text) = value.to_str().ok().filter(|text| text.len() <= MAX_HEADER) {
                weighted.extend(text.split(',').filter_map(entry));
            }
        }
        // Stable: equal weights stay in the client's order.
        weighted.sort_by_key(|(_, weight)| std::cmp::Reverse(*weight));
        for (code, _) in weighted {
            if langs.0.len() < MAX && !langs.0.contains(&code) {
                langs.0.push(code);
            }
        }
        Ok(langs)
    }
}

/// `ar-SA;q=0.8` → (`ar`, 800). Neither `*` nor weight 0 prefers anything.
fn entry(text: &str) -> Option<(String, u16)> {
    let mut parts = text.split(';').map(str::trim);
    let code = primary(parts.next()?)?;
    let weight = match parts.next() {
        None => 1_000,
        Some(parameter) => {
            let weight: f32 = parameter.strip_prefix("q=").or_else(|| parameter.strip_prefix("Q="))?.parse().ok()?;
            // Clamped to 0..=1000, so the cast loses nothing but digits behind the third.
            (0.0..=1.0).contains(&weight).then_some((weight * 1_000.0) as u16)?
        }
    };
    (weight > 0).then_some((code, weight))
}

/// The primary subtag of a language tag (RFC 5646), lower case.
fn primary(tag: &str) -> Option<String> {
    if tag.len() > 35 {
        return None;
    }
    let mut subtags = tag.split('-');
    let language = subtags.next()?;
    let letters = (2..=3).contains(&language.len()) && language.bytes().all(|b| b.is_ascii_alphabetic());
    let rest = subtags.all(|tag| (1..=8).contains(&tag.len()) && tag.bytes().all(|b| b.is_ascii_alphanumeric()));
    (letters && rest).then(|| language.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn langs(uri: &str, headers: &[&str]) -> Result<Vec<String>, Problem> {
        let mut request = http::Request::get(uri);
        for header in headers {
            request = request.header(ACCEPT_LANGUAGE, *header);
        }
        Langs::from_parts(&request.body(()).unwrap().into_parts().0).map(|langs| langs.0)
    }

    #[test]
    fn weights_decide_and_equal_weights_keep_their_order() {
        assert_eq!(langs("/", &["en;q=0.5, ar-SA, fr;q=0.5"]).unwrap(), ["ar", "en", "fr"]);
        assert_eq!(langs("/", &["en-GB,en;q=0.9,ar;q=0.8"]).unwrap(), ["en", "ar"]);
        assert_eq!(langs("/", &["en", "ar"]).unwrap(), ["en", "ar"]);
    }

    #[test]
    fn nonsense_in_the_header_is_ignored() {
        assert!(langs("/", &["*", ";;q", "en;q=0", "e", "english", "en;q=2", "é"]).unwrap().is_empty());
        assert!(langs("/", &[&"en,".repeat(500)]).unwrap().is_empty());
    }

    #[test]
    fn the_parameter_comes_first_and_must_make_sense() {
        assert_eq!(langs("/?lang=AR-sa", &["en"]).unwrap(), ["ar", "en"]);
        for uri in ["/?lang=", "/?lang=1", "/?lang=a_b", "/?lang=en-"] {
            assert_eq!(langs(uri, &[]).unwrap_err().code(), "invalid_request", "{uri}");
        }
        assert_eq!(langs("/?lang=ar&lang=en", &[]).unwrap_err().code(), "duplicate_parameter");
    }
}

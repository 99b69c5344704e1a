//! The languages a client prefers: `?lang=` before `Accept-Language`.

use commerce_domain::locale::{self, Language};
use http::header::ACCEPT_LANGUAGE;
use http::request::Parts;

use crate::{Problem, query};

/// Reads both. A header that makes no sense is passed over (RFC 9110 §12.5.4), a parameter is refused.
pub(crate) fn from_parts(parts: &Parts) -> Result<Vec<String>, Problem> {
    let explicit = query::single(parts.uri.query().unwrap_or_default(), "lang")?
        .map(|tag| Language::parse(&tag).map_err(|code| Problem::field("lang", code, "must be a language tag")))
        .transpose()?;
    // A list may come in several headers of the name (RFC 9110 §5.3).
    let values: Vec<&str> =
        parts.headers.get_all(ACCEPT_LANGUAGE).iter().filter_map(|value| value.to_str().ok()).collect();
    let header = if values.is_empty() { None } else { Some(values.join(",")) };
    let preferred = locale::preferences(explicit, header.as_deref());
    Ok(preferred.iter().map(ToString::to_string).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn langs(uri: &str, headers: &[&str]) -> Result<Vec<String>, Problem> {
        let mut request = http::Request::get(uri);
        for header in headers {
            request = request.header(ACCEPT_LANGUAGE, *header);
        }
        from_parts(&request.body(()).unwrap().into_parts().0)
    }

    #[test]
    fn all_headers_count_and_the_parameter_comes_first() {
        assert_eq!(langs("/", &["en;q=0.5", "ar-SA"]).unwrap(), ["ar", "en"]);
        assert_eq!(langs("/?lang=AR-sa", &["en"]).unwrap(), ["ar", "en"]);
        assert!(langs("/", &["*", "é"]).unwrap().is_empty());
    }

    #[test]
    fn the_parameter_must_make_sense() {
        for uri in ["/?lang=", "/?lang=1", "/?lang=a_b", "/?lang=en-"] {
            assert_eq!(langs(uri, &[]).unwrap_err().code(), "invalid_request", "{uri}");
        }
        assert_eq!(langs("/?lang=ar&lang=en", &[]).unwrap_err().code(), "duplicate_parameter");
    }
}

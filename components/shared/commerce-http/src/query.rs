//! The query string of a request.

use axum::extract::FromRequestParts;
use http::request::Parts;
use percent_encoding::percent_decode_str;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use utoipa::ToSchema;

use crate::Problem;
use crate::fault::{Fields, Text};
use crate::problem::FieldError;

/// The parameter that every route takes; `Langs` reads it.
const LANG: &str = "lang";

/// Parameters of a type that denies unknown fields. Refuses broken encoding and doubled parameters (400), unknown ones and
/// values of another type (422, with the parameter). `lang` belongs to every route and is no field of the type.
#[derive(Clone, Copy, Debug)]
pub struct Query<T>(pub T);

/// No parameters but `lang`.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NoParams {}

impl<T: DeserializeOwned, S: Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        read(parts.uri.query().unwrap_or_default()).map(Self)
    }
}

/// The value of one parameter that may be given once.
pub(crate) fn single(query: &str, name: &str) -> Result<Option<String>, Problem> {
    if !query.contains(name) {
        return Ok(None);
    }
    let pairs = pairs(query)?;
    Ok(pairs.into_iter().find(|(given, _)| given == name).map(|(_, value)| value))
}

/// Reads parameters of the form `application/x-www-form-urlencoded`.
pub(crate) fn read<T: DeserializeOwned>(query: &str) -> Result<T, Problem> {
    let pairs = pairs(query)?;
    let fields = pairs.iter().filter(|(name, _)| name != LANG).map(|(name, value)| (name.as_str(), Text(value)));
    T::deserialize(serde::de::value::MapAccessDeserializer::new(Fields::new(fields)))
        .map_err(|fault| Problem::fields(vec![fault.into_parameter_error()]))
}

/// All parameters, decoded, each at most once.
fn pairs(query: &str) -> Result<Vec<(String, String)>, Problem> {
    let mut pairs: Vec<(String, String)> = Vec::new();
    for part in query.split('&').filter(|part| !part.is_empty()) {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        let (name, value) = (decode(name)?, decode(value)?);
        if pairs.iter().any(|(known, _)| *known == name) {
            let error = FieldError::new(&name, "duplicate_parameter", "given twice");
            return Err(Problem::bad_request("duplicate_parameter").with(error));
        }
        pairs.push((name, value));
    }
    Ok(pairs)
}

/// Decodes `application/x-www-form-urlencoded`: `+` is a space, every `%` is followed by two digits, the result is UTF-8 without NUL.
fn decode(text: &str) -> Result<String, Problem> {
    let malformed = || Problem::bad_request("malformed_query");
    if !is_percent_encoded(text) {
        return Err(malformed());
    }
    let text = text.replace('+', " ");
    let decoded = percent_decode_str(&text).decode_utf8().map_err(|_| malformed())?;
    if decoded.contains('\0') { Err(malformed()) } else { Ok(decoded.into_owned()) }
}

/// Whether every `%` begins an escape.
pub(crate) fn is_percent_encoded(text: &str) -> bool {
    text.split('%')
        .skip(1)
        .all(|rest| rest.as_bytes().first_chunk::<2>().is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde::Deserialize;

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Sort {
        Newest,
        Name,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct List {
        q: Option<String>,
        min_price: Option<i64>,
        in_stock: Option<bool>,
        sort: Option<Sort>,
        limit: Option<u8>,
    }

    #[test]
    fn parameters_are_decoded_and_typed() {
        let list: List =
            read("q=%D9%82%D9%87%D9%88%D8%A9+x&min_price=5&in_stock=true&sort=name&limit=20&lang=ar").unwrap();
        assert_eq!(list.q.as_deref(), Some("قهوة x"));
        assert_eq!(
            (list.min_price, list.in_stock, list.sort, list.limit),
            (Some(5), Some(true), Some(Sort::Name), Some(20))
        );
        assert!(read::<List>("").unwrap().q.is_none());
    }

    #[test]
    fn bad_parameters_are_named() {
        let refused = |query: &str| {
            let problem = read::<List>(query).unwrap_err();
            let body: serde_json::Value = serde_json::from_slice(&problem.render("r", "/")).unwrap();
            let error = &body["errors"][0];
            format!(
                "{} {} {}",
                problem.status().as_u16(),
                error["field"].as_str().unwrap(),
                error["code"].as_str().unwrap()
            )
        };
        assert_eq!(refused("page=2"), "422 page unknown_parameter");
        assert_eq!(refused("limit=1000"), "422 limit out_of_range");
        assert_eq!(refused("limit=-1"), "422 limit out_of_range");
        assert_eq!(refused("limit=x"), "422 limit invalid_type");
        assert_eq!(refused("limit="), "422 limit invalid_type");
        assert_eq!(refused("in_stock=yes"), "422 in_stock invalid_type");
        assert_eq!(refused("sort=age"), "422 sort invalid");
        assert_eq!(refused("q=a&q=b"), "400 q duplicate_parameter");
    }

    #[test]
    fn broken_encoding_is_malformed() {
        for query in ["q=%", "q=%4", "q=%zz", "q=%ff", "q=%00", "%00=1"] {
            assert_eq!(read::<List>(query).unwrap_err().code(), "malformed_query", "{query}");
        }
    }

    proptest! {
        #[test]
        fn any_query_is_read_or_refused(query in "[ -~]{0,60}") {
            if let Err(problem) = read::<List>(&query) {
                prop_assert!(problem.status().is_client_error());
            }
        }
    }
}

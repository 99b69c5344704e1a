//! `Vary`: on which of a request's headers its answer depends.

use http::header::{HeaderMap, HeaderValue, VARY};

/// Adds a header's name, unless it is there.
pub(crate) fn on(headers: &mut HeaderMap, name: &'static str) {
    let named = |value: &HeaderValue| {
        value.to_str().is_ok_and(|names| names.split(',').any(|known| known.trim().eq_ignore_ascii_case(name)))
    };
    if !headers.get_all(VARY).iter().any(named) {
        headers.append(VARY, HeaderValue::from_static(name));
    }
}

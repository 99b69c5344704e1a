//! The headers that Spin adds to a request. They are appended, as Spin does: what a client sent under the same name comes first, so a
//! guest that trusts them has to read the last.

use std::net::SocketAddr;

use http::{HeaderMap, HeaderName, HeaderValue, Uri};

use crate::routes::RouteMatch;

const PATH_INFO: HeaderName = HeaderName::from_static("spin-path-info");
const FULL_URL: HeaderName = HeaderName::from_static("spin-full-url");
const MATCHED_ROUTE: HeaderName = HeaderName::from_static("spin-matched-route");
const BASE_PATH: HeaderName = HeaderName::from_static("spin-base-path");
const RAW_COMPONENT_ROUTE: HeaderName = HeaderName::from_static("spin-raw-component-route");
const COMPONENT_ROUTE: HeaderName = HeaderName::from_static("spin-component-route");
const CLIENT_ADDR: HeaderName = HeaderName::from_static("spin-client-addr");

/// The headers that depend on the route alone.
pub struct RouteHeaders {
    matched: HeaderValue,
    raw: HeaderValue,
    prefix: HeaderValue,
}

impl RouteHeaders {
    /// For a pattern as the manifest writes it.
    ///
    /// # Errors
    /// When the pattern holds what a header cannot.
    pub fn new(pattern: &str) -> anyhow::Result<Self> {
        let based = if pattern.starts_with('/') { pattern.to_owned() } else { format!("/{pattern}") };
        Ok(Self {
            matched: HeaderValue::from_str(based.strip_suffix('/').unwrap_or(&based))?,
            raw: HeaderValue::from_str(pattern)?,
            prefix: HeaderValue::from_str(pattern.strip_suffix("/...").unwrap_or(pattern))?,
        })
    }

    fn append(&self, headers: &mut HeaderMap) {
        headers.append(MATCHED_ROUTE, self.matched.clone());
        headers.append(BASE_PATH, HeaderValue::from_static("/"));
        headers.append(RAW_COMPONENT_ROUTE, self.raw.clone());
        headers.append(COMPONENT_ROUTE, self.prefix.clone());
    }
}

/// Adds everything for a request to `uri`, which is absolute.
pub fn append(headers: &mut HeaderMap, route: &RouteHeaders, path_info: &str, uri: &Uri, client: SocketAddr) {
    append_text(headers, PATH_INFO, path_info);
    append_text(headers, FULL_URL, &uri.to_string());
    route.append(headers);
    append_text(headers, CLIENT_ADDR, &client.to_string());
}

/// Adds what `:name` segments matched.
pub fn append_captures<T>(headers: &mut HeaderMap, found: &RouteMatch<'_, '_, T>) {
    for (name, value) in found.named() {
        if let Ok(name) =
            HeaderName::try_from(format!("spin-path-match-{}", name.to_ascii_lowercase().replace('_', "-")))
        {
            append_text(headers, name, value);
        }
    }
}

/// A text that no header can hold is left out, as in Spin.
fn append_text(headers: &mut HeaderMap, name: HeaderName, text: &str) {
    if let Ok(value) = HeaderValue::from_str(text) {
        headers.append(name, value);
    }
}

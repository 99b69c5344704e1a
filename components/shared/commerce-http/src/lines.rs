//! Lists to take away: one JSON object a line (NDJSON), page by page.

use axum::body::Body;
use axum::response::Response;
use http::HeaderValue;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, LINK};
use serde_json::value::RawValue;

use crate::{Problem, RequestInfo};

const NDJSON: HeaderValue = HeaderValue::from_static("application/x-ndjson");

impl RequestInfo {
    /// A file of lines. `Link: <…>; rel="next"` (RFC 8288) is the address of the next page: this one with another cursor.
    ///
    /// # Errors
    /// When the file's name or the cursor does not fit into a header.
    pub fn lines(&self, file: &str, lines: &[Box<RawValue>], next_cursor: Option<&str>) -> Result<Response, Problem> {
        let mut body = Vec::with_capacity(lines.iter().map(|line| line.get().len() + 1).sum());
        for line in lines {
            body.extend_from_slice(line.get().as_bytes());
            body.push(b'\n');
        }
        let header = |text: String| HeaderValue::from_str(&text).map_err(|_| Problem::internal());
        let mut response = Response::new(Body::from(body));
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, NDJSON);
        headers.insert(CONTENT_DISPOSITION, header(format!("attachment; filename=\"{file}\""))?);
        if let Some(cursor) = next_cursor {
            headers.insert(LINK, header(format!("<{}>; rel=\"next\"", next_page(self.path(), self.query(), cursor)))?);
        }
        Ok(response)
    }
}

/// The same path and parameters from another cursor on.
fn next_page(path: &str, query: &str, cursor: &str) -> String {
    let others = query.split('&').filter(|part| !part.is_empty() && !part.starts_with("cursor="));
    let parameters: Vec<&str> = others.collect();
    let joint = if parameters.is_empty() { "" } else { "&" };
    format!("{path}?{}{joint}cursor={cursor}", parameters.join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_has_the_same_filters() {
        assert_eq!(next_page("/a", "", "x"), "/a?cursor=x");
        assert_eq!(next_page("/a", "since=1&cursor=w&limit=2", "x"), "/a?since=1&limit=2&cursor=x");
        assert_eq!(next_page("/a", "cursor=w", "x"), "/a?cursor=x");
    }
}

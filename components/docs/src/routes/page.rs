//! `/docs/`: Swagger UI, its files out of this component, so that nothing is loaded from elsewhere.

use std::sync::Arc;

use axum::response::{IntoResponse, Response};
use commerce_http::{NoParams, PathId, PathParam, Problem, Query, RequestInfo};
use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION};
use utoipa_swagger_ui::Config;

/// Scripts are files of ours; Swagger UI writes its styles into the page, and its icons as data.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; \
    frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/// `{file}`: the name of one of Swagger UI's files.
pub struct FileName(String);

impl PathParam for FileName {
    const NAME: &'static str = "file";
    const PATTERN: &'static str = "^[a-z0-9.-]{1,60}$";
    const NOT_FOUND: &'static str = "not_found";

    fn parse(text: &str) -> Option<Self> {
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'-');
        ((1..=60).contains(&text.len()) && text.bytes().all(fits)).then(|| Self(text.to_owned()))
    }
}

/// `GET /docs`: the page's files lie below `/docs/`.
pub async fn lead_to_page(_: RequestInfo, _: Query<NoParams>) -> Response {
    (StatusCode::PERMANENT_REDIRECT, [(LOCATION, "/docs/")]).into_response()
}

/// `GET /docs/`
pub async fn show_page(_: RequestInfo, _: Query<NoParams>) -> Result<Response, Problem> {
    file("index.html")
}

/// `GET /docs/{file}`
pub async fn show_file(
    _: RequestInfo,
    PathId(FileName(name)): PathId<FileName>,
    _: Query<NoParams>,
) -> Result<Response, Problem> {
    file(&name)
}

fn file(name: &str) -> Result<Response, Problem> {
    // No validator: it would tell a server elsewhere which API is read here.
    let config = Config::from("/openapi.json").validator_url("none").persist_authorization(false).filter(true);
    let found = utoipa_swagger_ui::serve(name, Arc::new(config)).map_err(|_| Problem::internal())?;
    let file = found.ok_or_else(|| Problem::not_found("not_found"))?;
    let headers = [
        (CONTENT_TYPE, file.content_type),
        (CACHE_CONTROL, "public, max-age=3600".to_owned()),
        (CONTENT_SECURITY_POLICY, POLICY.to_owned()),
    ];
    Ok((headers, file.bytes.into_owned()).into_response())
}

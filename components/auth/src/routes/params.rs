//! What stands in several bodies.

use axum::extract::{FromRequest, Request};
use commerce_domain::AccountKind;
use commerce_http::{JsonBody, Problem, RefreshCookie, codes};
use http::HeaderMap;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, TRANSFER_ENCODING};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::origin::Transport;

/// Most characters of a code as people type it.
pub const MAX_CODE: usize = 64;

/// Refuses a text that is longer than anything that could be right.
pub fn bounded<'a>(field: &str, text: &'a str, most: usize) -> Result<&'a str, Problem> {
    if text.len() <= most { Ok(text) } else { Err(Problem::field(field, "too_long", codes::title("too_long"))) }
}

/// A refresh token as the client shows it, if it does.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Refresh)]
pub struct RefreshBody {
    #[serde(default)]
    refresh_token: Option<String>,
}

/// The refresh token of a request and how it came: in the body, or, without one, in the cookie of a web session.
pub async fn refresh_token(kind: AccountKind, request: Request) -> Result<Option<(String, Transport)>, Problem> {
    let headers = request.headers().clone();
    if has_body(&headers) {
        let body = JsonBody::<RefreshBody>::from_request(request, &()).await?;
        if let Some(token) = body.value.refresh_token {
            return Ok(Some((token, Transport::Body)));
        }
    }
    let token = RefreshCookie::read(&headers, kind)?;
    if token.is_some() {
        RefreshCookie::check_origin(&headers)?;
    }
    Ok(token.map(|token| (token, Transport::Cookie)))
}

fn has_body(headers: &HeaderMap) -> bool {
    let empty = headers.get(CONTENT_LENGTH).map_or(!headers.contains_key(TRANSFER_ENCODING), |length| length == "0");
    !empty || headers.contains_key(CONTENT_TYPE)
}

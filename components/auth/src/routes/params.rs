//! What stands in paths, queries and several bodies.

use axum::extract::{FromRequest, Request};
use commerce_app::identity::account_kind;
use commerce_db::Kind;
use commerce_domain::{CustomerId, SessionId, StaffId};
use commerce_http::{JsonBody, PathParam, Problem, RefreshCookie, codes};
use http::HeaderMap;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, TRANSFER_ENCODING};
use serde::Deserialize;
use uuid::Uuid;

use crate::origin::Transport;

macro_rules! id_param {
    ($($(#[$doc:meta])* $name:ident($id:ty) = $param:literal, $not_found:literal;)*) => {$(
        $(#[$doc])*
        pub struct $name(pub Uuid);

        impl PathParam for $name {
            const NAME: &'static str = $param;
            const NOT_FOUND: &'static str = $not_found;

            fn parse(text: &str) -> Option<Self> {
                <$id>::parse(text).ok().map(|id| Self(id.as_uuid()))
            }
        }
    )*};
}

id_param! {
    /// `{session_id}`
    SessionParam(SessionId) = "session_id", "session_not_found";
    /// `{account_id}` of a member of staff.
    MemberParam(StaffId) = "account_id", "member_not_found";
    /// `{account_id}` of a customer.
    CustomerParam(CustomerId) = "account_id", "customer_not_found";
}

/// No parameters but `lang`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoParams {}

/// Refuses a text that is longer than anything that could be right.
pub fn bounded<'a>(field: &str, text: &'a str, most: usize) -> Result<&'a str, Problem> {
    if text.len() <= most { Ok(text) } else { Err(Problem::field(field, "too_long", codes::title("too_long"))) }
}

/// A refresh token as the client shows it, if it does.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RefreshBody {
    #[serde(default)]
    refresh_token: Option<String>,
}

/// The refresh token of a request and how it came: in the body, or, without one, in the cookie of a web session.
pub async fn refresh_token(kind: Kind, request: Request) -> Result<Option<(String, Transport)>, Problem> {
    let headers = request.headers().clone();
    if has_body(&headers) {
        let body = JsonBody::<RefreshBody>::from_request(request, &()).await?;
        if let Some(token) = body.value.refresh_token {
            return Ok(Some((token, Transport::Body)));
        }
    }
    let token = RefreshCookie::read(&headers, account_kind(kind))?;
    if token.is_some() {
        RefreshCookie::check_origin(&headers)?;
    }
    Ok(token.map(|token| (token, Transport::Cookie)))
}

fn has_body(headers: &HeaderMap) -> bool {
    let empty = headers.get(CONTENT_LENGTH).map_or(!headers.contains_key(TRANSFER_ENCODING), |length| length == "0");
    !empty || headers.contains_key(CONTENT_TYPE)
}

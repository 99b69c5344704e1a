//! `/logout`

use axum::extract::{Request, State};
use axum::response::Response;
use commerce_db::auth::{self, LogoutInput};
use commerce_domain::AccountKind;
use commerce_http::{AccessCookie, Ctx, NoParams, Problem, Query, RefreshCookie};
use commerce_identity::opaque::RefreshToken;
use http::StatusCode;
use http::header::SET_COOKIE;
use serde::Serialize;
use utoipa::ToSchema;

use super::params;
use crate::person::MaybePerson;

/// Nothing to say.
#[derive(Serialize, ToSchema)]
pub struct SignedOut {}

/// `POST /logout`: ends the session of the access token, or, when that has run out, of the refresh token. Whoever is signed out already
/// is told that they are.
pub async fn sign_out(
    guest: Ctx,
    State(kind): State<AccountKind>,
    MaybePerson(caller): MaybePerson,
    _: Query<NoParams>,
    request: Request,
) -> Result<Response, Problem> {
    let shown = params::refresh_token(kind, request).await?;
    let refresh_hash = shown.and_then(|(token, _)| RefreshToken::parse(&token)).map(|token| token.storage_hash());
    let mut ended = None;
    if let Some(caller) = &caller {
        ended = end(caller, None).await?;
    }
    // A token of an earlier role or password is no proof any more, but the refresh token beside it still is.
    if ended.is_none() && refresh_hash.is_some() {
        ended = end(&guest, refresh_hash).await?;
    }
    guest.revoke(ended).await;
    let mut response = guest.success(StatusCode::OK, &SignedOut {})?;
    let of = kind;
    response.headers_mut().append(SET_COOKIE, AccessCookie::set(of, "", 0)?);
    response.headers_mut().append(SET_COOKIE, RefreshCookie::set(of, "", 0)?);
    Ok(response)
}

/// Ends a session; a session that is over already is no failure.
async fn end(ctx: &Ctx, refresh_hash: Option<String>) -> Result<Option<uuid::Uuid>, Problem> {
    match ctx.call(&auth::LOGOUT, &LogoutInput { refresh_hash }).await {
        Ok(out) => Ok(out.session_id),
        Err(problem) if problem.status() == StatusCode::UNAUTHORIZED => Ok(None),
        Err(problem) => Err(problem),
    }
}

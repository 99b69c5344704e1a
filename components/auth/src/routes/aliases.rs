//! Wasla's own names (AUTH-03). Those of signing in and refreshing are the same handlers; this one takes a token in the body.

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::response::Response;
use commerce_db::auth;
use commerce_db::system::NoInput;
use commerce_domain::{AccountId, SessionId, TenantId};
use commerce_http::{Ctx, JsonBody, NoParams, Problem, Query, Staff};
use http::header::{AUTHORIZATION, COOKIE};
use http::{HeaderValue, StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A token to be verified.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TokenToVerify)]
pub struct VerifyBody {
    token: String,
}

/// What a good token says.
#[derive(Serialize, ToSchema)]
#[schema(as = VerifiedToken)]
pub struct VerifiedView<'a> {
    sub: AccountId,
    org: TenantId,
    role: &'a str,
    permissions: &'a [String],
    session_id: SessionId,
    expires_at: i64,
}

/// `POST /api/auth/token/verify/`: what an access token says, if it would be accepted now, session included.
pub async fn verify_token(_: Ctx, _: Query<NoParams>, request: Request) -> Result<Response, Problem> {
    let (mut parts, body) = request.into_parts();
    let body = JsonBody::<VerifyBody>::from_request(Request::from_parts(parts.clone(), body), &()).await?;
    // From here on it is a request with that token, and verified as one.
    let refused = || Problem::new(StatusCode::UNAUTHORIZED, "invalid_token");
    let value = HeaderValue::from_str(&format!("Bearer {}", body.value.token)).map_err(|_| refused())?;
    parts.headers.insert(AUTHORIZATION, value);
    parts.headers.remove(COOKIE);
    let staff = Staff::from_request_parts(&mut parts, &()).await?;
    staff.call(&auth::ME, &NoInput {}).await?;
    let claims = staff.claims();
    let view = VerifiedView {
        sub: claims.sub,
        org: claims.org,
        role: &claims.role,
        permissions: &claims.permissions,
        session_id: claims.session_id,
        expires_at: claims.exp,
    };
    staff.success(StatusCode::OK, &view)
}

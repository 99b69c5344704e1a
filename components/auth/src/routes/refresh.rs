//! `/refresh`

use axum::extract::{Request, State};
use axum::response::Response;
use commerce_app::identity::{IdentityError, Keys, now, refresh};
use commerce_domain::AccountKind;
use commerce_http::{Ctx, NoParams, Problem, Query};
use http::StatusCode;

use super::params;
use crate::origin::ClientOrigin;
use crate::{grant, problem};

/// `POST /refresh`: the next access token and the next refresh token, by body or by cookie as the last one came.
pub async fn refresh_session(
    ctx: Ctx,
    State(kind): State<AccountKind>,
    ClientOrigin(origin): ClientOrigin,
    _: Query<NoParams>,
    request: Request,
) -> Result<Response, Problem> {
    let (token, transport) = params::refresh_token(kind, request)
        .await?
        .ok_or_else(|| Problem::new(StatusCode::UNAUTHORIZED, "authentication_required"))?;
    let keys = Keys::load().await.map_err(|error| problem::of(error.into()))?;
    let context = ctx.context();
    match ctx.run(refresh::refresh(&context, &keys, kind, &token, &origin, now())).await {
        Ok(grant) => grant::signed_in(&ctx, &grant, kind, transport),
        Err(error) => {
            if let IdentityError::SessionEnded { session } = &error {
                ctx.revoke(*session).await;
            }
            Err(problem::of(error))
        }
    }
}

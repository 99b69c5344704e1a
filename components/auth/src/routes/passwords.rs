//! `/password/forgot`, `/password/reset`, `/password/change`

use axum::extract::State;
use axum::response::Response;
use commerce_app::credentials::change_password::{ChangePassword, change_password};
use commerce_app::credentials::{ChosenPassword, reset_password};
use commerce_app::identity::tokens::{self, ACCESS_TTL_S, Subject};
use commerce_app::identity::{Keys, Origin, now};
use commerce_domain::AccountKind;
use commerce_http::{AccessCookie, Ctx, FieldError, JsonBody, NoParams, Problem, Query, RateLimit};
use commerce_identity::identifier::Identifier;
use commerce_identity::password::Password;
use http::header::{AUTHORIZATION, SET_COOKIE};
use http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::origin::ClientOrigin;
use crate::person::Person;
use crate::problem;

/// Seconds within which an account without a password must have proved itself to set one.
const FRESH_S: u32 = 600;

/// Whose password was forgotten.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PasswordForgotten)]
pub struct Forgotten {
    email: String,
}

/// The same whether or not the address has an account.
#[derive(Serialize, ToSchema)]
#[schema(as = ResetSent)]
pub struct Accepted {
    status: &'static str,
    expires_in: u32,
}

/// `POST /password/forgot`: 202, and a link to the address if somebody has it.
pub async fn request_reset(
    ctx: Ctx,
    State(kind): State<AccountKind>,
    ClientOrigin(origin): ClientOrigin,
    _: Query<NoParams>,
    body: JsonBody<Forgotten>,
) -> Result<Response, Problem> {
    let rate = ask(&ctx, kind, &origin, &body.value.email).await?;
    let accepted = Accepted { status: "reset_sent", expires_in: reset_password::LINK_TTL_S };
    let mut response = ctx.success(StatusCode::ACCEPTED, &accepted)?;
    rate.apply(response.headers_mut());
    Ok(response)
}

/// Sends a link to whoever has forgotten their password.
pub async fn ask(ctx: &Ctx, kind: AccountKind, origin: &Origin, email: &str) -> Result<RateLimit, Problem> {
    let email = Identifier::email(email).map_err(|code| invalid("email", code))?;
    let keys = Keys::load().await.map_err(|error| problem::of(error.into()))?;
    let context = ctx.context();
    let request = reset_password::request(&context, &keys, kind, &email, origin, now());
    ctx.run(request).await.map(RateLimit::from).map_err(problem::of)
}

/// A link's token and the password to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PasswordReset)]
pub struct Reset {
    token: String,
    password: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = PasswordSet)]
pub struct Done {
    status: &'static str,
}

/// `POST /password/reset`: ends all sessions and begins none.
pub async fn reset(
    ctx: Ctx,
    State(kind): State<AccountKind>,
    ClientOrigin(origin): ClientOrigin,
    _: Query<NoParams>,
    body: JsonBody<Reset>,
) -> Result<Response, Problem> {
    set(&ctx, kind, &origin, &body.value.token, &body.value.password).await?;
    ctx.success(StatusCode::OK, &Done { status: "password_set" })
}

/// Sets a password by a link.
pub async fn set(ctx: &Ctx, kind: AccountKind, origin: &Origin, token: &str, password: &str) -> Result<(), Problem> {
    let password = chosen(ctx, password)?;
    let keys = Keys::load().await.map_err(|error| problem::of(error.into()))?;
    let context = ctx.context();
    let reset = reset_password::reset(&context, &keys, kind, token, &password, origin, now());
    let done = ctx.run(reset).await.map_err(problem::of)?;
    ctx.revoke(done.ended).await;
    Ok(())
}

/// The present password and the one to be. An account that has none yet leaves the former out.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PasswordChange)]
pub struct Change {
    current_password: Option<String>,
    password: String,
}

/// The old access token is of no use any more.
#[derive(Serialize, ToSchema)]
#[schema(as = PasswordChanged)]
pub struct Changed<'a> {
    status: &'static str,
    access_token: &'a str,
    token_type: &'static str,
    expires_in: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    csrf_token: Option<String>,
}

/// `POST /password/change`: the session goes on, all others end.
pub async fn change(
    caller: Person,
    State(kind): State<AccountKind>,
    ClientOrigin(origin): ClientOrigin,
    headers: HeaderMap,
    _: Query<NoParams>,
    body: JsonBody<Change>,
) -> Result<Response, Problem> {
    let Change { current_password, password } = body.value;
    let chosen = chosen(&caller, &password)?;
    // What is too long to be anybody's password is counted as the wrong one that it is.
    let current = current_password.as_deref().map(|text| Password::parse(text).or_else(|_| Password::parse("")));
    let current = current.transpose().map_err(|error| invalid("current_password", error.code()))?;
    let caller = if current.is_none() { caller.fresh(FRESH_S) } else { caller };
    let keys = Keys::load().await.map_err(|error| problem::of(error.into()))?;
    let now = now();
    let request = ChangePassword {
        account: caller.account(),
        current: current.as_ref(),
        password: &chosen,
        origin: &origin,
        now,
    };
    let context = caller.context();
    let changed = caller.run(change_password(&context, &keys, &request)).await.map_err(problem::of)?;
    let claims = caller.claims();
    caller.revoke(changed.ended).await;
    let subject = Subject {
        tenant: claims.org.as_uuid(),
        kind,
        account: caller.account(),
        session: claims.session_id.as_uuid(),
        facts: &changed.token,
    };
    let token = tokens::mint(&keys, &subject, now).map_err(problem::of)?;
    let by_cookie = !headers.contains_key(AUTHORIZATION);
    let answer = Changed {
        status: "password_set",
        access_token: &token,
        token_type: "Bearer",
        expires_in: ACCESS_TTL_S,
        csrf_token: by_cookie.then(|| AccessCookie::csrf_token(&token)),
    };
    let mut response = caller.success(StatusCode::OK, &answer)?;
    if by_cookie {
        response.headers_mut().append(SET_COOKIE, AccessCookie::set(claims.aud, &token, ACCESS_TTL_S)?);
    }
    Ok(response)
}

/// A password that is not made of the shop's name. Whose it will be is not known here without another statement.
fn chosen(ctx: &Ctx, password: &str) -> Result<ChosenPassword, Problem> {
    let shop = ctx.tenant().map(|tenant| tenant.slug.clone()).unwrap_or_default();
    ChosenPassword::parse(password, &[&shop]).map_err(|error| Problem::fields(vec![FieldError::from(error)]))
}

fn invalid(field: &str, code: &'static str) -> Problem {
    Problem::fields(vec![FieldError::from(commerce_domain::FieldError::new(field, code))])
}

//! The answer of whatever begins a session, or lets it go on.

use axum::response::Response;
use commerce_app::identity::sign_in::{Outcome, SecondFactor};
use commerce_app::identity::tokens::REFRESH_TTL_S;
use commerce_app::identity::{AccountView, Grant, account_view};
use commerce_domain::{AccountKind, CartId, SessionId};
use commerce_http::{AccessCookie, Ctx, Problem, RefreshCookie};
use http::header::SET_COOKIE;
use http::{HeaderMap, StatusCode};
use serde::Serialize;
use utoipa::ToSchema;

use crate::origin::{Transport, device_cookie};

/// Tokens and account. A web session has its tokens in cookies instead, and the CSRF token here.
#[derive(Serialize, ToSchema)]
#[schema(as = SignedIn)]
pub struct SignedInView<'a> {
    status: &'static str,
    token_type: &'static str,
    expires_in: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    access_token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    device_token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    csrf_token: Option<String>,
    refresh_expires_at: &'a str,
    session_expires_at: &'a str,
    session_id: SessionId,
    account: AccountView<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cart: Option<CartView>,
}

/// The customer's cart after merging.
#[derive(Serialize, ToSchema)]
#[schema(as = MergedCart)]
struct CartView {
    id: CartId,
    merged: bool,
}

/// What asks for the second factor.
#[derive(Serialize, ToSchema)]
#[schema(as = SecondFactorRequired)]
pub struct SecondFactorView<'a> {
    status: &'static str,
    ticket: &'a str,
    methods: &'a [String],
    expires_in: u32,
}

/// The answer of a sign-in.
pub fn outcome(ctx: &Ctx, outcome: &Outcome, kind: AccountKind, transport: Transport) -> Result<Response, Problem> {
    match outcome {
        Outcome::SignedIn(grant) => signed_in(ctx, grant, kind, transport),
        Outcome::SecondFactor(SecondFactor { ticket, methods, expires_in }) => {
            let status = "second_factor_required";
            ctx.success(StatusCode::OK, &SecondFactorView { status, ticket, methods, expires_in: *expires_in })
        }
    }
}

/// The answer of a session that begins or goes on.
pub fn signed_in(ctx: &Ctx, grant: &Grant, kind: AccountKind, transport: Transport) -> Result<Response, Problem> {
    let in_body = transport == Transport::Body;
    let device_token = grant.device_token.as_ref().map(|token| token.as_str());
    let view = SignedInView {
        status: "signed_in",
        token_type: "Bearer",
        expires_in: grant.expires_in,
        access_token: in_body.then_some(&*grant.access_token),
        refresh_token: in_body.then_some(grant.refresh_token.as_str()),
        device_token: device_token.filter(|_| in_body),
        csrf_token: (!in_body).then(|| AccessCookie::csrf_token(&grant.access_token)),
        refresh_expires_at: &grant.refresh_expires_at,
        session_expires_at: &grant.session_expires_at,
        session_id: SessionId::new(grant.session_id),
        account: account_view(&grant.account),
        cart: grant.cart_id.map(|id| CartView { id: CartId::from(id), merged: grant.merged }),
    };
    let mut response = ctx.success(StatusCode::OK, &view)?;
    if transport == Transport::Cookie {
        set_cookies(response.headers_mut(), grant, kind)?;
    }
    Ok(response)
}

/// Puts the tokens of a web session in cookies.
pub fn set_cookies(headers: &mut HeaderMap, grant: &Grant, kind: AccountKind) -> Result<(), Problem> {
    headers.append(SET_COOKIE, AccessCookie::set(kind, &grant.access_token, grant.expires_in)?);
    headers.append(SET_COOKIE, RefreshCookie::set(kind, &grant.refresh_token, REFRESH_TTL_S.into())?);
    if let Some(token) = &grant.device_token {
        headers.append(SET_COOKIE, device_cookie(kind, token)?);
    }
    Ok(())
}

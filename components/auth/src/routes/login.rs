//! `/login`

use axum::extract::State;
use axum::response::Response;
use commerce_app::identity::sign_in::{self, SignIn};
use commerce_app::identity::{Keys, now};
use commerce_domain::{AccountKind, CartId};
use commerce_http::{Ctx, JsonBody, NoParams, Problem, Query, RateLimit, codes};
use commerce_identity::password::Password;
use serde::Deserialize;

use crate::origin::{ClientOrigin, Transport};
use crate::{grant, identifier, problem};

/// Who, and the proof.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoginBody {
    email: Option<String>,
    phone: Option<String>,
    password: String,
    cart_id: Option<CartId>,
}

/// `POST /login`: a session, or what asks for the second factor.
pub async fn sign_in(
    State(kind): State<AccountKind>,
    ctx: Ctx,
    transport: Transport,
    ClientOrigin(origin): ClientOrigin,
    _: Query<NoParams>,
    body: JsonBody<LoginBody>,
) -> Result<Response, Problem> {
    let LoginBody { email, phone, password, cart_id } = body.value;
    let cart = identifier::cart(kind, cart_id)?;
    let password =
        Password::parse(&password).map_err(|_| Problem::field("password", "too_long", codes::title("too_long")))?;
    let identifier = identifier::read(&ctx, email.as_deref(), phone.as_deref()).await?;
    let keys = Keys::load().await.map_err(|error| problem::of(error.into()))?;
    let request = SignIn { kind, identifier: &identifier, password: &password, cart, origin: &origin, now: now() };
    let context = ctx.context();
    let (outcome, rate) = ctx.run(sign_in::sign_in(&context, &keys, &request)).await.map_err(problem::of)?;
    let mut response = grant::outcome(&ctx, &outcome, kind, transport)?;
    RateLimit::from(rate).apply(response.headers_mut());
    Ok(response)
}

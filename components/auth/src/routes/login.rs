//! `/login`

use axum::extract::State;
use axum::response::Response;
use commerce_app::identity::sign_in::{self, Outcome, SignIn};
use commerce_app::identity::{Keys, Origin, now};
use commerce_domain::{AccountKind, CartId};
use commerce_http::{Ctx, JsonBody, NoParams, Problem, Query, RateLimit, codes};
use commerce_identity::password::Password;
use serde::Deserialize;
use utoipa::ToSchema;

use super::params::{MAX_CODE, bounded};
use crate::origin::{ClientOrigin, Transport};
use crate::{grant, identifier, problem};

/// Who, and the proof: the password, and with it, if the client chooses, the second factor.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Login)]
pub struct LoginBody {
    email: Option<String>,
    phone: Option<String>,
    password: String,
    /// A code of the authenticator, or a recovery code.
    code: Option<String>,
    cart_id: Option<CartId>,
}

impl LoginBody {
    /// By e-mail and password alone.
    pub const fn by_email(email: String, password: String) -> Self {
        Self { email: Some(email), phone: None, password, code: None, cart_id: None }
    }
}

/// `POST /login`: a session, or what asks for the second factor.
///
/// Being asked for a second factor tells that the password was right. A client that must not tell it sends `code` along with the
/// password: then both are checked, and whatever was wrong (the person, the password, the code, a code that was used before) is one
/// and the same `invalid_credentials`. A code is wrong for whoever has no authenticator, also where none is needed. Where the shop's
/// rule or many failures demand a second factor of somebody without authenticator, the code is passed over and one is sent.
pub async fn sign_in(
    ctx: Ctx,
    State(kind): State<AccountKind>,
    transport: Transport,
    ClientOrigin(origin): ClientOrigin,
    _: Query<NoParams>,
    body: JsonBody<LoginBody>,
) -> Result<Response, Problem> {
    let (outcome, rate) = attempt(&ctx, kind, &origin, body.value).await?;
    let mut response = grant::outcome(&ctx, &outcome, kind, transport)?;
    rate.apply(response.headers_mut());
    Ok(response)
}

/// A sign-in, whichever form it came in.
pub async fn attempt(
    ctx: &Ctx,
    kind: AccountKind,
    origin: &Origin,
    body: LoginBody,
) -> Result<(Outcome, RateLimit), Problem> {
    let LoginBody { email, phone, password, code, cart_id } = body;
    let cart = identifier::cart(kind, cart_id)?;
    let password =
        Password::parse(&password).map_err(|_| Problem::field("password", "too_long", codes::title("too_long")))?;
    let code = code.as_deref().map(|code| bounded("code", code, MAX_CODE)).transpose()?;
    let identifier = identifier::read(ctx, email.as_deref(), phone.as_deref()).await?;
    let keys = Keys::load().await.map_err(|error| problem::of(error.into()))?;
    let (identifier, password) = (&identifier, &password);
    let request = SignIn { kind, identifier, password, code, cart, origin, now: now() };
    let context = ctx.context();
    let (outcome, rate) = ctx.run(sign_in::sign_in(&context, &keys, &request)).await.map_err(problem::of)?;
    Ok((outcome, RateLimit::from(rate)))
}

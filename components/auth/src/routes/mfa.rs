//! `/mfa`

use axum::extract::State;
use axum::response::Response;
pub use commerce_app::identity::challenge::Method;
use commerce_app::identity::challenge::{self, Challenge};
use commerce_app::identity::{Grant, Keys, Origin, now};
use commerce_domain::{AccountKind, CartId};
use commerce_http::{Ctx, JsonBody, NoParams, Problem, Query};
use serde::Deserialize;
use utoipa::ToSchema;

use super::params::{MAX_CODE, bounded};
use crate::origin::{ClientOrigin, Transport};
use crate::{grant, identifier, problem};

/// Most bytes of a ticket; ours have a few hundred.
const MAX_TICKET: usize = 4_096;

/// The ticket of the first factor, and the second one.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ChallengeAnswer)]
pub struct ChallengeBody {
    ticket: String,
    method: Method,
    code: String,
    cart_id: Option<CartId>,
}

impl ChallengeBody {
    /// Without a cart to merge.
    pub const fn new(ticket: String, method: Method, code: String) -> Self {
        Self { ticket, method, code, cart_id: None }
    }
}

/// `POST /mfa/challenge`: the second factor of a sign-in. The ticket is tied to the shop, which costs a statement when no cache knows it.
pub async fn answer_challenge(
    ctx: Ctx,
    State(kind): State<AccountKind>,
    transport: Transport,
    ClientOrigin(origin): ClientOrigin,
    _: Query<NoParams>,
    body: JsonBody<ChallengeBody>,
) -> Result<Response, Problem> {
    let grant = answer(&ctx, kind, &origin, body.value).await?;
    grant::signed_in(&ctx, &grant, kind, transport)
}

/// The second half of a sign-in, whichever form it came in.
pub async fn answer(ctx: &Ctx, kind: AccountKind, origin: &Origin, body: ChallengeBody) -> Result<Grant, Problem> {
    let ChallengeBody { ticket, method, code, cart_id } = body;
    let cart = identifier::cart(kind, cart_id)?;
    let ticket = bounded("ticket", &ticket, MAX_TICKET)?;
    let code = bounded("code", &code, MAX_CODE)?;
    let tenant = ctx.require_tenant().await?.id;
    let keys = Keys::load().await.map_err(|error| problem::of(error.into()))?;
    let request = Challenge { kind, tenant, ticket, method, code, cart, origin, now: now() };
    let context = ctx.context();
    ctx.run(challenge::answer(&context, &keys, &request)).await.map_err(problem::of)
}

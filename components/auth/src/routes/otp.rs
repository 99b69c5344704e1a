//! `/otp`

use axum::extract::State;
use axum::response::Response;
use commerce_app::identity::one_time_code::{self, Requested, Verification, channel_of};
use commerce_app::identity::{Keys, now};
use commerce_db::auth::{Channel, OtpPurpose};
use commerce_domain::{AccountKind, CartId};
use commerce_http::{Ctx, JsonBody, NoParams, Problem, Query, RateLimit};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::params::{MAX_CODE, bounded};
use crate::origin::{ClientOrigin, Transport};
use crate::person::MaybePerson;
use crate::{grant, identifier, origin, problem};

/// Where a code goes, and what for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CodeRequest)]
pub struct OtpRequestBody {
    channel: Channel,
    email: Option<String>,
    phone: Option<String>,
    purpose: Option<OtpPurpose>,
}

/// A code on its way.
#[derive(Serialize, ToSchema)]
#[schema(as = CodeRequested)]
pub struct RequestedView {
    challenge_id: Uuid,
    expires_in: u32,
}

/// A code as it came back.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CodeAnswer)]
pub struct OtpVerifyBody {
    challenge_id: Uuid,
    code: String,
    cart_id: Option<CartId>,
}

/// `POST /otp/request`: sends a code that signs in, or that proves another address of whoever is signed in.
pub async fn request_code(
    guest: Ctx,
    State(kind): State<AccountKind>,
    MaybePerson(caller): MaybePerson,
    ClientOrigin(origin): ClientOrigin,
    _: Query<NoParams>,
    body: JsonBody<OtpRequestBody>,
) -> Result<Response, Problem> {
    let OtpRequestBody { channel, email, phone, purpose } = body.value;
    let purpose = purpose.unwrap_or(OtpPurpose::SignIn);
    let ctx = match (purpose, caller) {
        (OtpPurpose::SignIn, _) => guest,
        (_, Some(caller)) => Ctx::clone(&caller),
        (_, None) => return Err(Problem::new(StatusCode::UNAUTHORIZED, "authentication_required")),
    };
    let destination = identifier::read(&ctx, email.as_deref(), phone.as_deref()).await?;
    if channel_of(&destination) != channel || !suits(purpose, channel) {
        return Err(Problem::field("channel", "unsupported", "must be that of the address and the purpose"));
    }
    let keys = Keys::load().await.map_err(|error| problem::of(error.into()))?;
    let context = ctx.context();
    let request = one_time_code::request(&context, &keys, kind, purpose, &destination, &origin, now());
    let Requested { challenge_id, expires_in, rate } = ctx.run(request).await.map_err(problem::of)?;
    let mut response = ctx.success(StatusCode::ACCEPTED, &RequestedView { challenge_id, expires_in })?;
    RateLimit::from(rate).apply(response.headers_mut());
    Ok(response)
}

fn suits(purpose: OtpPurpose, channel: Channel) -> bool {
    match purpose {
        OtpPurpose::SignIn => true,
        OtpPurpose::VerifyEmail => channel == Channel::Email,
        OtpPurpose::VerifyPhone => channel == Channel::Sms,
    }
}

/// `POST /otp/verify`: a session, or what asks for the authenticator as well.
pub async fn verify_code(
    ctx: Ctx,
    State(kind): State<AccountKind>,
    transport: Transport,
    ClientOrigin(origin): ClientOrigin,
    _: Query<NoParams>,
    body: JsonBody<OtpVerifyBody>,
) -> Result<Response, Problem> {
    let OtpVerifyBody { challenge_id, code, cart_id } = body.value;
    let cart = identifier::cart(kind, cart_id)?;
    let code = bounded("code", &code, MAX_CODE)?;
    let keys = Keys::load().await.map_err(|error| problem::of(error.into()))?;
    let locale = origin::locale(&ctx);
    let request = Verification { kind, challenge_id, code, locale, cart, origin: &origin, now: now() };
    let context = ctx.context();
    let outcome = ctx.run(one_time_code::verify(&context, &keys, &request)).await.map_err(problem::of)?;
    grant::outcome(&ctx, &outcome, kind, transport)
}

//! `/mfa/totp`, `/mfa/totp/confirm`, `/mfa/recovery-codes`

use axum::response::Response;
use commerce_app::credentials::authenticator::{self, Owner};
use commerce_app::identity::{Keys, now};
use commerce_http::{JsonBody, NoParams, Problem, Query};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::params::{MAX_CODE, bounded};
use crate::person::Person;
use crate::problem;

/// Seconds within which one must have proved oneself to change what proves one (ASVS 7.5.1).
const FRESH_S: u32 = 600;

/// Most bytes of a ticket; ours have a few hundred.
const MAX_TICKET: usize = 4_096;

/// What an authenticator app takes up, shown once.
#[derive(Serialize, ToSchema)]
#[schema(as = TotpOffer)]
pub struct OfferView<'a> {
    secret: &'a str,
    otpauth_uri: &'a str,
    qr_svg: &'a str,
    ticket: &'a str,
    expires_in: u32,
}

/// `POST /mfa/totp`: a secret, of which nothing is stored until it is confirmed.
pub async fn offer_totp(caller: Person, _: Query<NoParams>) -> Result<Response, Problem> {
    let keys = Keys::load().await.map_err(|error| problem::of(error.into()))?;
    let issuer = issuer(&caller).await?;
    let context = caller.context();
    let offer = authenticator::offer(&context, &keys, owner(&caller), &issuer, now());
    let offer = caller.run(offer).await.map_err(problem::of)?;
    let view = OfferView {
        secret: &offer.secret,
        otpauth_uri: &offer.otpauth_uri,
        qr_svg: &offer.qr_svg,
        ticket: &offer.ticket,
        expires_in: offer.expires_in,
    };
    caller.success(StatusCode::OK, &view)
}

/// The ticket of the offer and the first code.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TotpConfirmation)]
pub struct Confirmation {
    ticket: String,
    code: String,
}

/// Shown once.
#[derive(Serialize, ToSchema)]
pub struct RecoveryCodes<'a> {
    recovery_codes: Vec<&'a str>,
}

/// `POST /mfa/totp/confirm`: from now on the authenticator is asked for.
pub async fn confirm_totp(
    caller: Person,
    _: Query<NoParams>,
    body: JsonBody<Confirmation>,
) -> Result<Response, Problem> {
    let keys = Keys::load().await.map_err(|error| problem::of(error.into()))?;
    let caller = caller.fresh(FRESH_S);
    let ticket = bounded("ticket", &body.value.ticket, MAX_TICKET)?;
    let code = bounded("code", &body.value.code, MAX_CODE)?;
    let context = caller.context();
    let confirm = authenticator::confirm(&context, &keys, owner(&caller), ticket, code, now());
    let codes = caller.run(confirm).await.map_err(problem::of)?;
    let recovery_codes = codes.iter().map(|code| code.as_str()).collect();
    caller.success(StatusCode::OK, &RecoveryCodes { recovery_codes })
}

#[derive(Serialize, ToSchema)]
#[schema(as = TotpRemoved)]
pub struct Removed {
    status: &'static str,
}

/// `DELETE /mfa/totp`
pub async fn remove_totp(caller: Person, _: Query<NoParams>) -> Result<Response, Problem> {
    let caller = caller.fresh(FRESH_S);
    let context = caller.context();
    caller.run(authenticator::remove(&context)).await.map_err(problem::of)?;
    caller.success(StatusCode::OK, &Removed { status: "totp_removed" })
}

/// `POST /mfa/recovery-codes`: ten new ones; the old ones are of no use any more.
pub async fn renew_recovery_codes(caller: Person, _: Query<NoParams>) -> Result<Response, Problem> {
    let keys = Keys::load().await.map_err(|error| problem::of(error.into()))?;
    let caller = caller.fresh(FRESH_S);
    let context = caller.context();
    let renew = authenticator::renew_recovery_codes(&context, &keys, owner(&caller));
    let codes = caller.run(renew).await.map_err(problem::of)?;
    let recovery_codes = codes.iter().map(|code| code.as_str()).collect();
    caller.success(StatusCode::OK, &RecoveryCodes { recovery_codes })
}

fn owner(caller: &Person) -> Owner {
    Owner { account: caller.account(), tenant: caller.claims().org }
}

/// The name above the code in the app: the shop's, in the first language that it has it in.
async fn issuer(caller: &Person) -> Result<String, Problem> {
    let tenant = caller.require_tenant().await?;
    let wanted = caller.langs();
    let name = wanted.iter().chain([&tenant.locale]).find_map(|lang| tenant.name.get(lang));
    Ok(name.unwrap_or(&tenant.slug).clone())
}

//! Sign-in by a code that is sent to an e-mail address or a phone, without a password. A customer comes into being at the first one.

use bytes::Bytes;
use commerce_db::auth::{
    self, CartMerge, Channel, CodeChallenge, NextChallenge, OtpPurpose, OtpRequestInput, OtpVerifyInput, Rate,
};
use commerce_db::{CallContext, DbError};
use commerce_domain::AccountKind;
use commerce_identity::code::OneTimeCode;
use commerce_identity::identifier::Identifier;
use uuid::Uuid;

use super::challenge::TICKET_TTL_S;
use super::limits::LIMITS;
use super::new_session::{self, NewSessionDraft};
use super::sign_in::Outcome;
use super::tenant::tenant_of;
use super::{IdentityError, Keys, Origin, first_factor, identifier_hash};
use crate::messages::{Content, Draft};
use crate::random;

/// Seconds that a code is good.
pub const CODE_TTL_S: u32 = 600;

/// A code on its way, if there is anybody to send it to.
#[derive(Clone, Copy, Debug)]
pub struct Requested {
    /// What the code is verified with.
    pub challenge_id: Uuid,
    /// Seconds that it is good.
    pub expires_in: u32,
    /// How far the client's network is from being throttled.
    pub rate: Rate,
}

/// Sends a code: one statement. The answer is the same whether or not the address has an account.
///
/// # Errors
/// [`IdentityError`]; 429 `too_many_attempts` from the database.
pub async fn request(
    context: &CallContext,
    keys: &Keys,
    kind: AccountKind,
    purpose: OtpPurpose,
    destination: &Identifier,
    origin: &Origin,
    now: i64,
) -> Result<(Requested, Option<Bytes>), IdentityError> {
    let challenge_id = random::id();
    let code = OneTimeCode::from_random(random::bytes()?);
    let text = code.as_str().to_owned();
    let content = match purpose {
        OtpPurpose::SignIn => Content::SignIn { code: text },
        OtpPurpose::VerifyEmail => Content::VerifyEmailCode { code: text },
        OtpPurpose::VerifyPhone => Content::VerifyPhone { code: text },
    };
    let channel = channel_of(destination);
    let draft = Draft { content, channel, language: origin.language(), ttl_s: Some(CODE_TTL_S), now };
    let input = OtpRequestInput {
        kind,
        purpose,
        channel,
        destination: destination.as_str().to_owned(),
        identifier_hash: identifier_hash(&keys.codes, kind, destination),
        client: origin.client(),
        limits: LIMITS,
        challenge: CodeChallenge {
            id: challenge_id,
            code_hash: Some(code.storage_hash(&keys.codes, challenge_id)),
            ttl_s: CODE_TTL_S,
        },
        message: draft.seal(&keys.seals)?,
    };
    let reply = auth::OTP_REQUEST.call(context, &input).await?;
    Ok((Requested { challenge_id, expires_in: CODE_TTL_S, rate: reply.value.rate }, reply.tenant))
}

/// By what a code reaches its destination.
#[must_use]
pub const fn channel_of(destination: &Identifier) -> Channel {
    match destination {
        Identifier::Email(_) => Channel::Email,
        Identifier::Phone(_) => Channel::Sms,
    }
}

/// A code as it came back.
pub struct Verification<'a> {
    /// Whose sign-in.
    pub kind: AccountKind,
    /// Which code.
    pub challenge_id: Uuid,
    /// As it was typed.
    pub code: &'a str,
    /// The language of an account that comes into being; `None`: the shop's.
    pub locale: Option<String>,
    /// A guest's cart, for customers.
    pub cart: Option<CartMerge>,
    /// Where from.
    pub origin: &'a Origin,
    /// Seconds since 1970.
    pub now: i64,
}

commerce_domain::opaque_debug!(Verification<'_>);

/// Signs in by code: one statement. Who has an authenticator is asked for it as well.
///
/// # Errors
/// [`IdentityError`]; 401 `invalid_code` and 403 `second_factor_required` from the database.
pub async fn verify(
    context: &CallContext,
    keys: &Keys,
    request: &Verification<'_>,
) -> Result<(Outcome, Option<Bytes>), IdentityError> {
    let Verification { kind, challenge_id, origin, now, .. } = *request;
    let code = OneTimeCode::parse(request.code).ok_or_else(invalid_code)?;
    let draft = NewSessionDraft::draw()?;
    let next = NextChallenge { id: random::id(), ttl_s: TICKET_TTL_S };
    let input = OtpVerifyInput {
        kind,
        challenge_id,
        code_hash: code.storage_hash(&keys.codes, challenge_id),
        new_account_id: random::id(),
        locale: request.locale.clone(),
        session: draft.session(origin),
        device: draft.device(origin),
        client: origin.client(),
        cart: request.cart,
        notice: Some(new_session::notice(keys, origin.language(), origin, now)?),
        next,
    };
    let reply = auth::OTP_VERIFY.call(context, &input).await?;
    let tenant = tenant_of(context, &reply)?;
    let outcome = first_factor::outcome(keys, (kind, tenant), draft, reply.value, origin, now)?;
    Ok((outcome, reply.tenant))
}

/// What no code can be is refused as a wrong one, and costs no try.
fn invalid_code() -> IdentityError {
    let detail = Some(serde_json::json!({"field": "code"}));
    DbError::Refused { status: 401, code: "invalid_code".into(), detail }.into()
}

//! A new password for whoever has forgotten theirs: a link to the address, then the password by the link. It ends all sessions, signs
//! nobody in and leaves second factors alone (ASVS 6.4.3).

use bytes::Bytes;
use commerce_db::CallContext;
use commerce_db::auth::{self, Channel, ForgotInput, LinkChallenge, PasswordReset, Rate, ResetInput};
use commerce_domain::AccountKind;
use commerce_identity::identifier::Identifier;
use commerce_identity::opaque::LinkToken;
use uuid::Uuid;

use super::address::link_invalid;
use super::new_password::{ChosenPassword, NewPassword};
use crate::identity::limits::LIMITS;
use crate::identity::{HashSlot, IdentityError, Keys, Origin, identifier_hash};
use crate::messages::{Content, Draft};
use crate::random;

/// Seconds that the link is good.
pub const LINK_TTL_S: u32 = 60 * 60;

/// Sends a link to an e-mail address, if somebody has it.
///
/// # Errors
/// [`IdentityError`]; 429 `too_many_attempts` from the database.
pub async fn request(
    context: &CallContext,
    keys: &Keys,
    kind: AccountKind,
    email: &Identifier,
    origin: &Origin,
    now: i64,
) -> Result<(Rate, Option<Bytes>), IdentityError> {
    let secret = random::bytes()?;
    // The hash is that of the secret alone; whose link it is becomes known only in the statement.
    let secret_hash = LinkToken::new(Uuid::nil(), secret).storage_hash();
    let draft = Draft {
        content: Content::ResetPassword { secret: Content::encode_secret(&secret) },
        channel: Channel::Email,
        language: origin.language(),
        ttl_s: Some(LINK_TTL_S),
        now,
    };
    let input = ForgotInput {
        kind,
        email: email.as_str().to_owned(),
        identifier_hash: identifier_hash(&keys.codes, kind, email),
        client: origin.client(),
        limits: LIMITS,
        challenge: LinkChallenge { id: random::id(), secret_hash, ttl_s: LINK_TTL_S },
        message: draft.seal(&keys.seals)?,
    };
    let reply = auth::FORGOT.call(context, &input).await?;
    Ok((reply.value.rate, reply.tenant))
}

/// Sets a password by a link.
///
/// # Errors
/// [`IdentityError`]; 422 `link_invalid`, `password_reused` and `password_too_weak` as from the database.
pub async fn reset(
    context: &CallContext,
    keys: &Keys,
    kind: AccountKind,
    token: &str,
    password: &ChosenPassword,
    origin: &Origin,
    now: i64,
) -> Result<(PasswordReset, Option<Bytes>), IdentityError> {
    let link = LinkToken::parse(token).ok_or_else(link_invalid)?;
    let slot = HashSlot::take().ok_or(IdentityError::Busy)?;
    let password = NewPassword::hash(keys, link.account(), password)?;
    drop(slot);
    let input = ResetInput {
        kind,
        account_id: link.account(),
        secret_hash: link.storage_hash(),
        password_hash: password.hash,
        fingerprint: password.fingerprint,
        traits: password.traits,
        client: origin.client(),
        notice: Draft::notice(Content::PasswordChanged, origin.language(), now).seal(&keys.seals)?,
    };
    let reply = auth::RESET.call(context, &input).await?;
    Ok((reply.value, reply.tenant))
}

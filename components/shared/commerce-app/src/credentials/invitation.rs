//! Invitations: a link to an address, and a member of whoever follows it. The link proves the address, so an account that is made by it is
//! proved from the beginning; the password is chosen by whoever follows the link, and by nobody else.

use bytes::Bytes;
use commerce_db::CallContext;
use commerce_db::auth::Channel;
use commerce_db::invitations::{self, AcceptInput, Accepted, CreateInput, Invitation, InvitationLink, ResendInput};
use commerce_db::members::Authority;
use commerce_domain::permission::{ROLES, Role};
use commerce_identity::identifier::Identifier;
use commerce_identity::opaque::LinkToken;
use commerce_identity::seal::KeyRing;
use uuid::Uuid;

use super::address::link_invalid;
use super::new_password::{ChosenPassword, NewPassword};
use crate::identity::{HashSlot, IdentityError, Keys, Origin};
use crate::messages::{Content, Draft};
use crate::random;

/// Seconds that an invitation is good: a week.
pub const INVITATION_TTL_S: u32 = 7 * 24 * 60 * 60;

/// Seconds between two sendings of one invitation.
const RESEND_GAP_S: u32 = 60;

/// Most open invitations of a shop.
const MAX_INVITATIONS: u32 = 200;

/// Asks the owner of an address to work at the shop.
///
/// # Errors
/// [`IdentityError`]; from the database what [`invitations::CREATE`] refuses.
pub async fn invite(
    context: &CallContext,
    keys: &Keys,
    email: &Identifier,
    role: String,
    may: Authority,
    now: i64,
) -> Result<(Invitation, Option<Bytes>), IdentityError> {
    let link = draw(&keys.seals, now)?;
    let email = email.as_str().to_owned();
    let input = CreateInput { id: random::id(), email, role, may, max: MAX_INVITATIONS, link };
    let reply = invitations::CREATE.call(context, &input).await?;
    Ok((reply.value, reply.tenant))
}

/// Sends an invitation again: the earlier link opens nothing any more.
///
/// # Errors
/// [`IdentityError`]; from the database what [`invitations::RESEND`] refuses.
pub async fn resend(
    context: &CallContext,
    keys: &Keys,
    id: Uuid,
    may: Authority,
    now: i64,
) -> Result<(Invitation, Option<Bytes>), IdentityError> {
    let input = ResendInput { id, may, gap_s: RESEND_GAP_S, link: draw(&keys.seals, now)? };
    let reply = invitations::RESEND.call(context, &input).await?;
    Ok((reply.value, reply.tenant))
}

/// An invitation as somebody accepts it.
pub struct Acceptance<'a> {
    /// As the letter has it.
    pub token: &'a str,
    /// Of whoever has no account yet, found good.
    pub password: Option<&'a ChosenPassword>,
    /// Of a new account; may be empty.
    pub given_name: String,
    /// Of a new account; may be empty.
    pub family_name: String,
    /// Of a new account.
    pub locale: String,
    /// Where from.
    pub origin: &'a Origin,
}

commerce_domain::opaque_debug!(Acceptance<'_>);

/// Makes a member.
///
/// # Errors
/// [`IdentityError`]; from the database what [`invitations::ACCEPT`] refuses.
pub async fn accept(
    context: &CallContext,
    keys: &Keys,
    request: Acceptance<'_>,
) -> Result<(Accepted, Option<Bytes>), IdentityError> {
    let link = LinkToken::parse(request.token).ok_or_else(link_invalid)?;
    let password = match request.password {
        None => None,
        Some(chosen) => {
            let _slot = HashSlot::take().ok_or(IdentityError::Busy)?;
            Some(NewPassword::hash(keys, link.account(), chosen)?)
        }
    };
    let (hash, fingerprint, traits) = match password {
        None => (None, None, None),
        Some(password) => (Some(password.hash), Some(password.fingerprint), Some(password.traits)),
    };
    let input = AcceptInput {
        account_id: link.account(),
        secret_hash: link.storage_hash(),
        shipped: ROLES.into_iter().map(Role::as_str).collect(),
        password_hash: hash,
        fingerprint,
        traits,
        given_name: request.given_name,
        family_name: request.family_name,
        locale: request.locale,
        client: request.origin.client(),
    };
    let reply = invitations::ACCEPT.call(context, &input).await?;
    Ok((reply.value, reply.tenant))
}

/// In the shop's language: the reader's is not known.
pub(crate) fn draw(seals: &KeyRing, now: i64) -> Result<InvitationLink, IdentityError> {
    let account_id = random::id();
    let secret = random::bytes()?;
    let draft = Draft {
        content: Content::Invitation { secret: Content::encode_secret(&secret) },
        channel: Channel::Email,
        language: None,
        ttl_s: Some(INVITATION_TTL_S),
        now,
    };
    let secret_hash = LinkToken::new(account_id, secret).storage_hash();
    Ok(InvitationLink { account_id, secret_hash, ttl_s: INVITATION_TTL_S, message: draft.seal(seals)? })
}

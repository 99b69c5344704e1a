//! Registering. The account comes into being when the address is proved, so nobody can hold an address that is not theirs; and by whoever
//! knows the password that is chosen here, so nobody else's is set on it ([`super::address`]).

use bytes::Bytes;
use commerce_db::CallContext;
use commerce_db::auth::{self, Channel, LinkChallenge, Rate, RegisterInput};
use commerce_domain::AccountKind;
use commerce_identity::code::OneTimeCode;
use commerce_identity::identifier::Identifier;
use commerce_identity::opaque::LinkToken;
use uuid::Uuid;

use super::new_password::{ChosenPassword, NewPassword};
use crate::identity::limits::LIMITS;
use crate::identity::one_time_code::{CODE_TTL_S, channel_of};
use crate::identity::{HashSlot, IdentityError, Keys, Origin, identifier_hash};
use crate::messages::{Content, Draft, Language};
use crate::random;

/// Seconds that the link in an e-mail is good.
pub const LINK_TTL_S: u32 = 24 * 60 * 60;

/// A registration as asked for.
pub struct Registration<'a> {
    /// Whose account.
    pub kind: AccountKind,
    /// The address that is to be proved.
    pub identifier: &'a Identifier,
    /// A phone number that is not proved here, in E.164.
    pub contact_phone: Option<String>,
    /// The password, found good.
    pub password: &'a ChosenPassword,
    /// May be empty.
    pub given_name: String,
    /// May be empty.
    pub family_name: String,
    /// The language of the account.
    pub locale: String,
    /// Where from.
    pub origin: &'a Origin,
    /// Seconds since 1970.
    pub now: i64,
}

commerce_domain::opaque_debug!(Registration<'_>);

/// What the client is told, whether or not the address is known.
#[derive(Clone, Copy, Debug)]
pub struct Registered {
    /// What a phone's code is verified with. A link needs none.
    pub challenge_id: Option<Uuid>,
    /// Seconds that link or code is good.
    pub expires_in: u32,
    /// How far the client's network is from being throttled.
    pub rate: Rate,
}

/// Stores a registration and sends what proves its address.
///
/// # Errors
/// [`IdentityError`]; 429 `too_many_attempts` and 422 `password_too_weak` from the database.
pub async fn register(
    context: &CallContext,
    keys: &Keys,
    request: &Registration<'_>,
) -> Result<(Registered, Option<Bytes>), IdentityError> {
    let slot = HashSlot::take().ok_or(IdentityError::Busy)?;
    let account = random::id();
    let password = NewPassword::hash(keys, account, request.password)?;
    drop(slot);
    let (challenge, content) = draw(keys, account, request.identifier)?;
    let channel = channel_of(request.identifier);
    let draft = |content, ttl_s| Draft {
        content,
        channel,
        language: Language::pick(&[&request.locale]),
        ttl_s,
        now: request.now,
    };
    let ttl_s = challenge.ttl_s;
    let address = |wanted| (channel == wanted).then(|| request.identifier.as_str().to_owned());
    let input = RegisterInput {
        kind: request.kind,
        id: account,
        email: address(Channel::Email),
        phone: address(Channel::Sms),
        contact_phone: request.contact_phone.clone(),
        password_hash: password.hash,
        fingerprint: password.fingerprint,
        traits: password.traits,
        given_name: request.given_name.clone(),
        family_name: request.family_name.clone(),
        locale: request.locale.clone(),
        identifier_hash: identifier_hash(&keys.codes, request.kind, request.identifier),
        client: request.origin.client(),
        limits: LIMITS,
        message: draft(content, Some(ttl_s)).seal(&keys.seals)?,
        message_if_known: Some(draft(Content::AlreadyRegistered, None).seal(&keys.seals)?),
        challenge,
    };
    let challenge_id = (channel == Channel::Sms).then_some(input.challenge.id);
    let reply = auth::REGISTER.call(context, &input).await?;
    Ok((Registered { challenge_id, expires_in: ttl_s, rate: reply.value.rate }, reply.tenant))
}

/// What proves the address, and the message that carries it: a link by e-mail, a code by SMS.
fn draw(keys: &Keys, account: Uuid, identifier: &Identifier) -> Result<(LinkChallenge, Content), IdentityError> {
    let id = random::id();
    Ok(match identifier {
        Identifier::Email(_) => {
            let secret = random::bytes()?;
            let secret_hash = LinkToken::new(account, secret).storage_hash();
            let content = Content::VerifyEmail { secret: Content::encode_secret(&secret) };
            (LinkChallenge { id, secret_hash, ttl_s: LINK_TTL_S }, content)
        }
        Identifier::Phone(_) => {
            let code = OneTimeCode::from_random(random::bytes()?);
            let secret_hash = code.storage_hash(&keys.codes, id);
            let content = Content::VerifyPhone { code: code.as_str().to_owned() };
            (LinkChallenge { id, secret_hash, ttl_s: CODE_TTL_S }, content)
        }
    })
}

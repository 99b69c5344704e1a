//! Sign-in by password, in two statements: the attempt is charged and the account read; then the session begins, or the failure is
//! written down, or a second factor is asked for.
//!
//! Whoever has no account here costs the same hash and gets the same answer as whoever mistypes a password.

use bytes::Bytes;
use commerce_db::CallContext;
use commerce_db::auth::{
    self, CartMerge, Channel, CodeChallenge, FailInput, FindInput, Found, FoundAccount, MfaPolicy, MfaRule, NewMessage,
    Rate, SecondFactorInput, SignInInput,
};
use commerce_domain::AccountKind;
use commerce_identity::code::OneTimeCode;
use commerce_identity::identifier::Identifier;
use commerce_identity::password::Password;
use uuid::Uuid;

use super::challenge::{SecondFactorTicket, TICKET_TTL_S};
use super::limits::LIMITS;
use super::new_session::{self, Grant, NewSessionDraft};
use super::tenant::tenant_of;
use super::{HashSlot, IdentityError, Keys, Origin, identifier_hash};
use crate::messages::{Content, Draft, Language};
use crate::random;

/// A sign-in as asked for.
#[derive(Debug)]
pub struct SignIn<'a> {
    /// Whose.
    pub kind: AccountKind,
    /// With what.
    pub identifier: &'a Identifier,
    /// The proof.
    pub password: &'a Password,
    /// A guest's cart, for customers.
    pub cart: Option<CartMerge>,
    /// Where from.
    pub origin: &'a Origin,
    /// Seconds since 1970.
    pub now: i64,
}

/// How a sign-in went well.
#[derive(Debug)]
pub enum Outcome {
    /// A session has begun.
    SignedIn(Box<Grant>),
    /// The first factor was right.
    SecondFactor(SecondFactor),
}

/// What asks for the second factor.
#[derive(Debug)]
pub struct SecondFactor {
    /// Comes back with the answer.
    pub ticket: String,
    /// Of `totp`, `recovery`, `email`, `sms`.
    pub methods: Vec<String>,
    /// Seconds that the ticket is good.
    pub expires_in: u32,
}

/// An outcome, and how far the client's network is from being throttled.
pub type Rated = (Outcome, Rate);

/// Signs in by password.
///
/// # Errors
/// [`IdentityError`]: `InvalidCredentials` whatever was wrong, `Busy` when too many passwords wait to be hashed.
pub async fn sign_in(
    context: &CallContext,
    keys: &Keys,
    request: &SignIn<'_>,
) -> Result<(Rated, Option<Bytes>), IdentityError> {
    let slot = HashSlot::take().ok_or(IdentityError::Busy)?;
    let identifier_hash = identifier_hash(&keys.codes, request.kind, request.identifier);
    let reply = auth::FIND.call(context, &find_input(request, &identifier_hash)).await?;
    let tenant = tenant_of(context, &reply)?;
    let context = context.clone().for_tenant(tenant);
    let Found { account, known_device, ceiling, policy, rate } = reply.value;

    let stored = account.as_ref().and_then(|account| account.password_hash.as_deref());
    let right = keys.passwords.verify(request.password, stored)?;
    let attempt = Attempt { context: &context, keys, request, identifier_hash };
    let Some(account) = account.filter(|_| right) else {
        drop(slot);
        attempt.fail().await?;
        return Err(IdentityError::InvalidCredentials { rate: Some(rate) });
    };
    let outcome = if needs_second_factor(request.kind, &account, &policy, ceiling && !known_device) {
        drop(slot);
        Outcome::SecondFactor(attempt.ask_second_factor(tenant, &account).await?)
    } else {
        let upgrade = attempt.upgrade(stored_hash(&account))?;
        drop(slot);
        Outcome::SignedIn(Box::new(attempt.begin_session(tenant, &account, upgrade).await?))
    };
    Ok(((outcome, rate), reply.tenant))
}

/// An attempt whose account has been looked for.
struct Attempt<'a> {
    context: &'a CallContext,
    keys: &'a Keys,
    request: &'a SignIn<'a>,
    identifier_hash: String,
}

impl Attempt<'_> {
    /// Says nothing of the account: neither does the trail that a stranger could fill.
    async fn fail(&self) -> Result<(), IdentityError> {
        let input = FailInput {
            kind: self.request.kind,
            method: "password".into(),
            identifier_hash: Some(self.identifier_hash.clone()),
            account_id: None,
            client: self.request.origin.client(),
            reason: "wrong_password_or_unknown".into(),
        };
        auth::FAIL.call(self.context, &input).await?;
        Ok(())
    }

    /// The same password under today's rules, when the stored hash is out of date.
    fn upgrade(&self, stored: &str) -> Result<Option<String>, IdentityError> {
        if !self.keys.passwords.needs_upgrade(stored) {
            return Ok(None);
        }
        Ok(Some(self.keys.passwords.hash(self.request.password, random::bytes()?)?))
    }

    async fn begin_session(
        &self,
        tenant: Uuid,
        account: &FoundAccount,
        password_hash: Option<String>,
    ) -> Result<Grant, IdentityError> {
        let SignIn { kind, cart, origin, now, .. } = *self.request;
        let draft = NewSessionDraft::draw()?;
        let input = SignInInput {
            kind,
            account_id: account.id,
            epoch: account.epoch,
            methods: vec!["password".into()],
            password_hash,
            identifier_hash: self.identifier_hash.clone(),
            session: draft.session(origin),
            device: draft.device(origin),
            client: origin.client(),
            cart,
            notice: Some(new_session::notice(self.keys, Language::pick(&[&account.locale]), origin, now)?),
        };
        let signed_in = auth::SIGN_IN.call(self.context, &input).await?.value;
        draft.grant(self.keys, tenant, signed_in, origin, now)
    }

    async fn ask_second_factor(&self, tenant: Uuid, account: &FoundAccount) -> Result<SecondFactor, IdentityError> {
        let SignIn { kind, origin, now, .. } = *self.request;
        let challenge_id = random::id();
        let sent = if account.totp_sealed.is_none() { Some(self.code(challenge_id, account)?) } else { None };
        let (code_hash, message) = sent.unzip();
        let input = SecondFactorInput {
            kind,
            account_id: account.id,
            epoch: account.epoch,
            method: "password".into(),
            identifier_hash: self.identifier_hash.clone(),
            device_hash: origin.device_hash(),
            client: origin.client(),
            challenge: CodeChallenge { id: challenge_id, code_hash, ttl_s: TICKET_TTL_S },
            message,
        };
        let methods = auth::SECOND_FACTOR.call(self.context, &input).await?.value.methods;
        let ticket = SecondFactorTicket {
            challenge_id,
            account_id: account.id,
            totp_sealed: account.totp_sealed.clone(),
            language: Language::pick(&[&account.locale]),
        };
        let ticket = ticket.seal(self.keys, kind, tenant, now)?;
        Ok(SecondFactor { ticket, methods, expires_in: TICKET_TTL_S })
    }

    /// A code for whoever has no authenticator, by e-mail where there is one.
    fn code(&self, challenge_id: Uuid, account: &FoundAccount) -> Result<(String, NewMessage), IdentityError> {
        let code = OneTimeCode::from_random(random::bytes()?);
        let draft = Draft {
            content: Content::SecondFactor { code: code.as_str().to_owned() },
            channel: if account.email.is_some() { Channel::Email } else { Channel::Sms },
            language: Language::pick(&[&account.locale]),
            ttl_s: Some(TICKET_TTL_S),
            now: self.request.now,
        };
        Ok((code.storage_hash(&self.keys.codes, challenge_id), draft.seal(&self.keys.seals)?))
    }
}

fn stored_hash(account: &FoundAccount) -> &str {
    account.password_hash.as_deref().unwrap_or_default()
}

fn find_input(request: &SignIn<'_>, identifier_hash: &str) -> FindInput {
    let text = request.identifier.as_str().to_owned();
    let (email, phone) = match request.identifier {
        Identifier::Email(_) => (Some(text), None),
        Identifier::Phone(_) => (None, Some(text)),
    };
    FindInput {
        kind: request.kind,
        email,
        phone,
        identifier_hash: identifier_hash.to_owned(),
        device_hash: request.origin.device_hash(),
        client: request.origin.client(),
        limits: LIMITS,
    }
}

/// Whoever has enrolled an authenticator is always asked: a shop's rule adds to what a person chose and takes nothing away. `suspicious`:
/// the account has failed so often, from wherever, that a password alone proves nothing on a device that it does not know.
fn needs_second_factor(kind: AccountKind, account: &FoundAccount, policy: &MfaPolicy, suspicious: bool) -> bool {
    let named = policy.roles.is_empty() || policy.roles.contains(&account.role);
    let demanded = kind == AccountKind::Staff && policy.mfa == MfaRule::Required && named;
    account.totp_sealed.is_some() || demanded || suspicious
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(role: &str, totp: bool) -> FoundAccount {
        FoundAccount {
            id: Uuid::nil(),
            epoch: 1,
            password_hash: None,
            totp_sealed: totp.then(|| "s1.k1.x".to_owned()),
            email: None,
            phone: None,
            locale: "ar".into(),
            role: role.into(),
            given_name: None,
        }
    }

    #[test]
    fn the_rule_asks_the_roles_it_names() {
        let policy =
            |mfa, roles: &[&str]| MfaPolicy { mfa, roles: roles.iter().map(|&role| role.to_owned()).collect() };
        let asked = |role, mfa, roles: &[&str]| {
            needs_second_factor(AccountKind::Staff, &account(role, false), &policy(mfa, roles), false)
        };
        assert!(asked("owner", MfaRule::Required, &[]));
        assert!(asked("owner", MfaRule::Required, &["owner", "admin"]));
        assert!(!asked("viewer", MfaRule::Required, &["owner", "admin"]));
        assert!(!asked("owner", MfaRule::Optional, &[]));
        assert!(!asked("owner", MfaRule::Off, &["owner"]));
        let customer = account("customer", false);
        assert!(!needs_second_factor(AccountKind::Customer, &customer, &policy(MfaRule::Required, &[]), false));
    }

    #[test]
    fn an_authenticator_and_suspicion_always_ask() {
        let off = MfaPolicy { mfa: MfaRule::Off, roles: vec![] };
        assert!(needs_second_factor(AccountKind::Customer, &account("customer", true), &off, false));
        assert!(needs_second_factor(AccountKind::Customer, &account("customer", false), &off, true));
        assert!(!needs_second_factor(AccountKind::Customer, &account("customer", false), &off, false));
    }
}

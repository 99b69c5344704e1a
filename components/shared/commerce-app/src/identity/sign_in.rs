//! Sign-in by password, in two statements: the attempt is charged and the account read; then the session begins, or the failure is
//! written down, or a second factor is asked for.
//!
//! Whoever has no account here costs the same hash and gets the same answer as whoever mistypes a password, or a second factor that they
//! send along with it. A second factor that is asked for afterwards tells by the asking that the password was right.

use bytes::Bytes;
use commerce_db::CallContext;
use commerce_db::auth::{
    self, CartMerge, Channel, CodeChallenge, FailInput, FindInput, Found, FoundAccount, MfaPolicy, MfaRule, NewMessage,
    Rate, SecondFactorInput, SecondFactorUsed, SignInInput,
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
use super::{HashSlot, IdentityError, Keys, Origin, identifier_hash, one_step};
use crate::messages::{Content, Draft, Language};
use crate::random;

/// A sign-in as asked for.
pub struct SignIn<'a> {
    /// Whose.
    pub kind: AccountKind,
    /// With what.
    pub identifier: &'a Identifier,
    /// The proof.
    pub password: &'a Password,
    /// A code of the authenticator or a recovery code as it was typed, for both factors at once.
    pub code: Option<&'a str>,
    /// A guest's cart, for customers.
    pub cart: Option<CartMerge>,
    /// Where from.
    pub origin: &'a Origin,
    /// Seconds since 1970.
    pub now: i64,
}

commerce_domain::opaque_debug!(SignIn<'_>);

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
    // Before it is asked whether the password was right: what this takes says nothing of it.
    let used = match (&account, request.code) {
        (Some(account), Some(code)) => one_step::prove(keys, account, code, request.now)?,
        _ => None,
    };
    let attempt = Attempt { context: &context, keys, request, identifier_hash, rate };
    let Some(account) = account.filter(|_| right) else {
        drop(slot);
        return Err(attempt.fail().await);
    };
    let needed = needs_second_factor(request.kind, &account, &policy, ceiling && !known_device);
    let outcome = match next(needed, account.totp_sealed.is_some(), request.code.map(|_| used)) {
        Next::Fail => {
            drop(slot);
            return Err(attempt.fail().await);
        }
        Next::AskSecondFactor => {
            drop(slot);
            Outcome::SecondFactor(attempt.ask_second_factor(tenant, &account).await?)
        }
        Next::BeginSession(used) => {
            let upgrade = attempt.upgrade(stored_hash(&account))?;
            drop(slot);
            Outcome::SignedIn(Box::new(attempt.begin_session(tenant, &account, upgrade, used).await?))
        }
    };
    Ok(((outcome, rate), reply.tenant))
}

/// What a right password leads to.
#[derive(Debug, PartialEq, Eq)]
enum Next {
    Fail,
    AskSecondFactor,
    BeginSession(Option<SecondFactorUsed>),
}

/// `given` is what a code proved that came along, if one came. A code that proves nothing is a wrong one, also where none was needed: no
/// code is right for an account without authenticator. Only where such an account needs a second factor all the same is the code passed
/// over and another one sent, for nobody could have had it before.
fn next(needed: bool, has_totp: bool, given: Option<Option<SecondFactorUsed>>) -> Next {
    match given {
        None if needed => Next::AskSecondFactor,
        None => Next::BeginSession(None),
        Some(Some(used)) => Next::BeginSession(Some(used)),
        Some(None) if needed && !has_totp => Next::AskSecondFactor,
        Some(None) => Next::Fail,
    }
}

/// An attempt whose account has been looked for.
struct Attempt<'a> {
    context: &'a CallContext,
    keys: &'a Keys,
    request: &'a SignIn<'a>,
    identifier_hash: String,
    rate: Rate,
}

impl Attempt<'_> {
    /// Writes the failure down; the error to answer with. Neither says anything of the account, nor does the trail that a stranger could
    /// fill.
    async fn fail(&self) -> IdentityError {
        let one_step = self.request.code.is_some();
        let input = FailInput {
            kind: self.request.kind,
            method: "password".into(),
            identifier_hash: Some(self.identifier_hash.clone()),
            account_id: None,
            client: self.request.origin.client(),
            reason: if one_step { "wrong_password_code_or_unknown" } else { "wrong_password_or_unknown" }.into(),
        };
        match auth::FAIL.call(self.context, &input).await {
            Ok(_) => IdentityError::InvalidCredentials { rate: Some(self.rate) },
            Err(error) => error.into(),
        }
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
        second_factor: Option<SecondFactorUsed>,
    ) -> Result<Grant, IdentityError> {
        let SignIn { kind, cart, origin, now, .. } = *self.request;
        let draft = NewSessionDraft::draw()?;
        let input = SignInInput {
            kind,
            account_id: account.id,
            epoch: account.epoch,
            methods: vec!["password".into()],
            second_factor,
            password_hash,
            identifier_hash: self.identifier_hash.clone(),
            session: draft.session(origin),
            device: draft.device(origin),
            client: origin.client(),
            cart,
            notice: Some(new_session::notice(self.keys, Language::pick(&[&account.locale]), origin, now)?),
        };
        let signed_in = auth::SIGN_IN.call(self.context, &input).await;
        let signed_in = signed_in.map_err(|error| IdentityError::same_for_all(error, Some(self.rate)))?;
        draft.grant(self.keys, tenant, signed_in.value, origin, now)
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
            totp_step: totp.then_some(1),
            totp_set_at: totp.then(|| "2026-01-01T00:00:00Z".to_owned()),
            recovery_hashes: vec![],
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
    fn a_code_that_proves_nothing_is_wrong_unless_another_one_is_sent() {
        let used = SecondFactorUsed::Recovery { recovery_hash: "ab".into() };
        for (needed, has_totp, given, expected) in [
            (false, false, None, Next::BeginSession(None)),
            (true, true, None, Next::AskSecondFactor),
            (true, false, None, Next::AskSecondFactor),
            (true, true, Some(Some(used.clone())), Next::BeginSession(Some(used))),
            (true, true, Some(None), Next::Fail),
            (false, false, Some(None), Next::Fail),
            (true, false, Some(None), Next::AskSecondFactor),
        ] {
            assert_eq!(next(needed, has_totp, given.clone()), expected, "{needed} {has_totp} {given:?}");
        }
    }

    #[test]
    fn an_authenticator_and_suspicion_always_ask() {
        let off = MfaPolicy { mfa: MfaRule::Off, roles: vec![] };
        assert!(needs_second_factor(AccountKind::Customer, &account("customer", true), &off, false));
        assert!(needs_second_factor(AccountKind::Customer, &account("customer", false), &off, true));
        assert!(!needs_second_factor(AccountKind::Customer, &account("customer", false), &off, false));
    }
}

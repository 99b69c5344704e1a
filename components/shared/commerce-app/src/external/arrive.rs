//! Somebody whom a provider has proved is signed in: what a callback and a brought token have in common, and the latter.

use bytes::Bytes;
use commerce_db::CallContext;
use commerce_db::auth::{
    self, CartMerge, CodeChallenge, EmailProof, ExternalOutcome, ExternalSignInInput, FailInput, NewLink, NewMessage,
    NewPerson, NextChallenge, Provider, ProviderFlow, Rate,
};
use commerce_domain::AccountKind;
use commerce_identity::code::OneTimeCode;
use commerce_identity::external::{ExternalPerson, Party};
use commerce_identity::identifier::Identifier;
use uuid::Uuid;

use super::state::find;
use super::{ExternalError, jwks};
use crate::identity::challenge::TICKET_TTL_S;
use crate::identity::limits::LIMITS;
use crate::identity::one_time_code::CODE_TTL_S;
use crate::identity::sign_in::Outcome;
use crate::identity::{IdentityError, Keys, NewSessionDraft, Origin, first_factor, identifier_hash, new_session};
use crate::messages::{Channel, Content, Draft};
use crate::random;

/// Somebody who came, and how far the client's network is from being throttled.
#[derive(Debug)]
pub struct Arrived {
    /// What came of it.
    pub arrival: Arrival,
    /// The network's bucket.
    pub rate: Option<Rate>,
}

/// What a provider's word led to.
#[derive(Debug)]
pub enum Arrival {
    /// As after every first factor.
    Proved(Outcome),
    /// The provider does not vouch for the e-mail: a code is on its way there, to be answered at `otp/verify`.
    CodeSent {
        /// What the code is verified with.
        challenge_id: Uuid,
        /// Seconds that it is good.
        expires_in: u32,
    },
}

/// The client of an arrival.
#[derive(Clone, Copy, Debug)]
pub struct Who<'a> {
    /// Whose sign-in.
    pub kind: AccountKind,
    /// The request's calls.
    pub context: &'a CallContext,
    /// Where from.
    pub origin: &'a Origin,
    /// The language of an account that comes into being; `None`: the shop's.
    pub locale: Option<&'a str>,
    /// A guest's cart, for customers.
    pub cart: Option<CartMerge>,
    /// Seconds since 1970.
    pub now: i64,
}

/// A token of an issuer that the client brings.
#[derive(Clone, Copy)]
pub struct Brought<'a> {
    /// The provider's name.
    pub provider: &'a str,
    /// As it was given.
    pub token: &'a str,
}

/// Signs in by a token that the client got from the issuer itself: two statements.
///
/// # Errors
/// [`ExternalError::Token`] for a token that is not accepted; 404 `provider_not_found` and 429 `too_many_attempts` from the database.
pub async fn bring(keys: &Keys, brought: Brought<'_>, who: Who<'_>) -> Result<(Arrived, Option<Bytes>), ExternalError> {
    let (provider, tenant, view) = find(who.context, who.kind, brought.provider, Some(who.origin)).await?;
    if provider.flow != ProviderFlow::Token {
        return Err(ExternalError::OtherFlow);
    }
    let context = who.context.clone().for_tenant(tenant);
    let who = Who { context: &context, ..who };
    let Provider { jwks_url, issuer, authorized_parties, .. } = &provider;
    let party = Party::Pages(authorized_parties);
    let proved = jwks::verify_token(who.context, brought.token, jwks_url, issuer, party, who.now).await;
    let attempt = Attempt { name: brought.provider, provider: &provider, tenant, who };
    Ok((attempt.end(keys, proved).await?, view))
}

/// An attempt that the provider's row has charged.
pub(super) struct Attempt<'a> {
    /// The provider's name.
    pub name: &'a str,
    /// Its row.
    pub provider: &'a Provider,
    /// Where it was found.
    pub tenant: Uuid,
    /// Who tries.
    pub who: Who<'a>,
}

impl Attempt<'_> {
    /// The one statement that both ways end in: the session, or the trail of a failure (AUTH-14).
    pub async fn end(
        &self,
        keys: &Keys,
        proved: Result<ExternalPerson, ExternalError>,
    ) -> Result<Arrived, ExternalError> {
        match proved {
            Ok(person) => self.sign_in(keys, person).await,
            Err(error) => Err(fail(self.who.context, self.who.kind, self.name, self.who.origin, error).await),
        }
    }

    async fn sign_in(&self, keys: &Keys, person: ExternalPerson) -> Result<Arrived, ExternalError> {
        let Who { kind, context, origin, locale, cart, now } = self.who;
        let proved = believes(self.provider.proves_email, &person);
        let ExternalPerson { subject, email, given_name, family_name, .. } = person;
        let draft = NewSessionDraft::draw()?;
        let challenge_id = random::id();
        let identifier = email.as_deref().and_then(|email| Identifier::email(email).ok());
        let sent = if proved { None } else { Some(code(keys, challenge_id, origin, now)?) };
        let (code_hash, message) = sent.unzip();
        let input = ExternalSignInInput {
            kind,
            provider: self.name.to_owned(),
            link: NewLink { id: random::id(), subject, email: email.clone() },
            email: email.clone().filter(|_| proved),
            unproved_email: email.filter(|_| !proved),
            person: NewPerson { id: random::id(), given_name, family_name, locale: locale.map(str::to_owned) },
            identifier_hash: identifier.map(|identifier| identifier_hash(&keys.codes, kind, &identifier)),
            client: origin.client(),
            limits: LIMITS,
            challenge: CodeChallenge { id: challenge_id, code_hash, ttl_s: CODE_TTL_S },
            message,
            session: draft.session(origin),
            device: draft.device(origin),
            cart,
            notice: Some(new_session::notice(keys, origin.language(), origin, now)?),
            next: NextChallenge { id: random::id(), ttl_s: TICKET_TTL_S },
        };
        let arrival = match auth::EXTERNAL_SIGN_IN.call(context, &input).await?.value {
            ExternalOutcome::CodeSent { .. } => Arrival::CodeSent { challenge_id, expires_in: CODE_TTL_S },
            ExternalOutcome::Proved(proved) => {
                Arrival::Proved(first_factor::outcome(keys, (kind, self.tenant), draft, proved, origin, now)?)
            }
        };
        Ok(Arrived { arrival, rate: self.provider.rate })
    }
}

/// Writes the trail of a failure; gives back the error, or what kept it from being written.
pub(super) async fn fail(
    context: &CallContext,
    kind: AccountKind,
    name: &str,
    origin: &Origin,
    error: ExternalError,
) -> ExternalError {
    let input = FailInput {
        kind,
        method: format!("oauth:{name}"),
        identifier_hash: None,
        account_id: None,
        client: origin.client(),
        reason: error.to_string(),
    };
    match auth::FAIL.call(context, &input).await {
        Ok(_) => error,
        Err(unwritten) => unwritten.into(),
    }
}

/// Whether the provider's word on the e-mail is enough.
pub(super) fn believes(proof: EmailProof, person: &ExternalPerson) -> bool {
    match proof {
        EmailProof::Never => false,
        EmailProof::Claimed => person.email_verified,
        EmailProof::Hosted => person.email_verified && person.email_hosted,
    }
}

/// The code that proves an e-mail for which the provider does not vouch.
fn code(keys: &Keys, challenge_id: Uuid, origin: &Origin, now: i64) -> Result<(String, NewMessage), IdentityError> {
    let code = OneTimeCode::from_random(random::bytes()?);
    let draft = Draft {
        content: Content::SignIn { code: code.as_str().to_owned() },
        channel: Channel::Email,
        language: origin.language(),
        ttl_s: Some(CODE_TTL_S),
        now,
    };
    Ok((code.storage_hash(&keys.codes, challenge_id), draft.seal(&keys.seals)?))
}

//! The second half: somebody comes back from a provider, or brings its token, and is signed in.

use bytes::Bytes;
use commerce_db::CallContext;
use commerce_db::auth::{
    self, CartMerge, CodeChallenge, ExternalOutcome, ExternalSignInInput, ExternalSignedIn, NewLink, NewMessage,
    NewPerson, NextChallenge, Provider, ProviderFlow, Rate,
};
use commerce_domain::{AccountKind, CartId};
use commerce_identity::code::OneTimeCode;
use commerce_identity::external::{BrowserKey, ExternalPerson, Party};
use commerce_identity::identifier::Identifier;
use uuid::Uuid;

use super::exchange::CodeProvider;
use super::state::{State, find};
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
    pub rate: Rate,
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

/// A browser that comes back from a provider.
#[derive(Clone, Copy, Debug)]
pub struct Callback<'a> {
    /// Whose sign-in.
    pub kind: AccountKind,
    /// The provider's name.
    pub provider: &'a str,
    /// The browser's key.
    pub browser: Option<&'a BrowserKey>,
    /// The parameter `state`.
    pub state: &'a str,
    /// The parameter `iss`, which tells providers apart that somebody mixes up (RFC 9207).
    pub issuer: Option<&'a str>,
    /// Seconds since 1970.
    pub now: i64,
}

/// A callback whose state is good.
#[derive(Debug)]
pub struct Return {
    state: State,
    provider: Provider,
    tenant: Uuid,
}

/// Looks at who comes back: one statement.
///
/// # Errors
/// [`ExternalError::State`]; 404 `provider_not_found` from the database.
pub async fn call_back(
    context: &CallContext,
    keys: &Keys,
    request: Callback<'_>,
) -> Result<(Return, Option<Bytes>), ExternalError> {
    let Callback { kind, provider: name, browser, state, issuer, now } = request;
    let (provider, tenant, view) = find(context, kind, name).await?;
    let state = State::open(state, keys, (kind, tenant), name, browser, now)?;
    if issuer.is_some_and(|issuer| issuer != provider.issuer) {
        return Err(ExternalError::State);
    }
    Ok((Return { state, provider, tenant }, view))
}

impl Return {
    /// The page that goes on afterwards.
    #[must_use]
    pub fn return_to(&self) -> Option<&str> {
        self.state.return_to.as_deref()
    }

    /// The guest's cart of the beginning.
    #[must_use]
    pub const fn cart_id(&self) -> Option<CartId> {
        self.state.cart_id
    }

    /// Signs in by the code that the provider gave: one statement after two requests to the provider, of which the second is rare.
    /// `names` are what a provider tells beside its token, at the first sign-in alone (Apple).
    ///
    /// # Errors
    /// [`ExternalError`].
    pub async fn finish(
        &self,
        keys: &Keys,
        code: &str,
        names: Option<[&str; 2]>,
        who: Who<'_>,
    ) -> Result<Arrived, ExternalError> {
        let code_provider = CodeProvider::of(&self.provider)?;
        let State { flow, redirect_uri, .. } = &self.state;
        let token = code_provider.exchange(code, redirect_uri, flow, who.now).await?;
        let Provider { jwks_url, issuer, .. } = &self.provider;
        let party = Party::Client { id: code_provider.client_id(), nonce: flow.nonce() };
        let person =
            jwks::verify_token(&token, jwks_url, issuer, party, who.now).await.map_err(|error| match error {
                // The token came from the provider itself: that it is not good is the provider's failure, not the person's.
                ExternalError::Token => ExternalError::Failed("id_token"),
                error => error,
            })?;
        let person = match names {
            Some([given, family]) if person.given_name.is_empty() && person.family_name.is_empty() => {
                let names = [Some(given), Some(family)];
                let email = person.email.as_deref();
                ExternalPerson::new(&person.subject, email, person.email_verified, names).unwrap_or(person)
            }
            _ => person,
        };
        sign_in(keys, &self.state.provider, (&self.provider, self.tenant), person, who).await
    }
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
    /// The language of an account that comes into being.
    pub locale: &'a str,
    /// A guest's cart, for customers.
    pub cart: Option<CartMerge>,
    /// Seconds since 1970.
    pub now: i64,
}

/// A token of an issuer that the client brings.
#[derive(Clone, Copy, Debug)]
pub struct Brought<'a> {
    /// The provider's name.
    pub provider: &'a str,
    /// As it was given.
    pub token: &'a str,
}

/// Signs in by a token that the client got from the issuer itself: two statements.
///
/// # Errors
/// [`ExternalError::Token`] for a token that is not accepted; 404 `provider_not_found` from the database.
pub async fn bring(keys: &Keys, brought: Brought<'_>, who: Who<'_>) -> Result<(Arrived, Option<Bytes>), ExternalError> {
    let (provider, tenant, view) = find(who.context, who.kind, brought.provider).await?;
    if provider.flow != ProviderFlow::Token {
        return Err(ExternalError::OtherFlow);
    }
    let Provider { jwks_url, issuer, authorized_parties, .. } = &provider;
    let party = Party::Pages(authorized_parties);
    let person = jwks::verify_token(brought.token, jwks_url, issuer, party, who.now).await?;
    let context = who.context.clone().for_tenant(tenant);
    let who = Who { context: &context, ..who };
    Ok((sign_in(keys, brought.provider, (&provider, tenant), person, who).await?, view))
}

/// The one statement that both ways end in.
async fn sign_in(
    keys: &Keys,
    name: &str,
    (provider, tenant): (&Provider, Uuid),
    person: ExternalPerson,
    who: Who<'_>,
) -> Result<Arrived, ExternalError> {
    let Who { kind, context, origin, locale, cart, now } = who;
    let ExternalPerson { subject, email, email_verified, given_name, family_name } = person;
    let draft = NewSessionDraft::draw()?;
    let challenge_id = random::id();
    let identifier = email.as_deref().and_then(|email| Identifier::email(email).ok());
    let proved = provider.proves_email && email_verified;
    let sent = if proved { None } else { Some(code(keys, challenge_id, origin, now)?) };
    let (code_hash, message) = sent.unzip();
    let input = ExternalSignInInput {
        kind,
        provider: name.to_owned(),
        link: NewLink { id: random::id(), subject, email: email.clone() },
        email: email.clone().filter(|_| proved),
        unproved_email: email.filter(|_| !proved),
        person: NewPerson { id: random::id(), given_name, family_name, locale: locale.to_owned() },
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
    let ExternalSignedIn { rate, outcome } = auth::EXTERNAL_SIGN_IN.call(context, &input).await?.value;
    let arrival = match outcome {
        ExternalOutcome::CodeSent { .. } => Arrival::CodeSent { challenge_id, expires_in: CODE_TTL_S },
        ExternalOutcome::Proved(proved) => {
            Arrival::Proved(first_factor::outcome(keys, (kind, tenant), draft, proved, origin, now)?)
        }
    };
    Ok(Arrived { arrival, rate })
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

//! The second half of the authorization code flow: somebody comes back from a provider.

use bytes::Bytes;
use commerce_db::CallContext;
use commerce_db::auth::Provider;
use commerce_domain::{AccountKind, CartId};
use commerce_identity::external::{BrowserKey, ExternalPerson, Party};
use commerce_identity::opaque::DeviceToken;
use uuid::Uuid;

use super::arrive::{self, Arrived, Attempt, Who};
use super::exchange::CodeProvider;
use super::state::{State, find};
use super::{ExternalError, jwks};
use crate::identity::{Keys, Origin};

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
    /// Where from.
    pub origin: &'a Origin,
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

/// What a provider sends along with a good state.
#[derive(Clone, Copy)]
pub enum ProviderWord<'a> {
    /// A code, and the name of the person where the provider tells it beside its token, at the first sign-in alone (Apple).
    Code(&'a str, Option<[&'a str; 2]>),
    /// The person, or the provider, says no.
    Declined,
    /// Neither.
    Nothing,
}

/// Looks at who comes back: one statement, which charges the attempt.
///
/// # Errors
/// [`ExternalError::State`]; 404 `provider_not_found` and 429 `too_many_attempts` from the database.
pub async fn call_back(
    context: &CallContext,
    keys: &Keys,
    request: Callback<'_>,
) -> Result<(Return, Option<Bytes>), ExternalError> {
    let Callback { kind, provider: name, browser, state, issuer, origin, now } = request;
    let (provider, tenant, view) = find(context, kind, name, Some(origin)).await?;
    let state = State::open(state, keys, (kind, tenant), name, browser, now);
    let state = state.and_then(|state| match issuer {
        Some(issuer) if issuer != provider.issuer => Err(ExternalError::State),
        _ => Ok(state),
    });
    match state {
        Ok(state) => Ok((Return { state, provider, tenant }, view)),
        Err(error) => Err(arrive::fail(&context.clone().for_tenant(tenant), kind, name, origin, error).await),
    }
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

    /// Signs in: one statement, after one request to the provider, or two when its keys are not known.
    ///
    /// # Errors
    /// [`ExternalError`].
    pub async fn finish(&self, keys: &Keys, word: ProviderWord<'_>, who: Who<'_>) -> Result<Arrived, ExternalError> {
        let proved = match word {
            ProviderWord::Code(code, names) => self.prove(who.context, code, names, who.now).await,
            ProviderWord::Declined => Err(ExternalError::Declined),
            ProviderWord::Nothing => Err(ExternalError::State),
        };
        let device = self.state.device.as_deref().and_then(DeviceToken::parse);
        let origin = Origin { device: who.origin.device.clone().or(device), ..who.origin.clone() };
        let who = Who { origin: &origin, ..who };
        let attempt = Attempt { name: &self.state.provider, provider: &self.provider, tenant: self.tenant, who };
        attempt.end(keys, proved).await
    }

    /// Who it is, by the code that the provider gave.
    async fn prove(
        &self,
        context: &CallContext,
        code: &str,
        names: Option<[&str; 2]>,
        now: i64,
    ) -> Result<ExternalPerson, ExternalError> {
        let code_provider = CodeProvider::of(&self.provider)?;
        let State { flow, redirect_uri, .. } = &self.state;
        let token = code_provider.exchange(context, code, redirect_uri, flow, now).await?;
        let Provider { jwks_url, issuer, .. } = &self.provider;
        let party = Party::Client { id: code_provider.client_id(), nonce: flow.nonce() };
        let person =
            jwks::verify_token(context, &token, jwks_url, issuer, party, now).await.map_err(|error| match error {
                // The token came from the provider itself: that it is not good is the provider's failure, not the person's.
                ExternalError::Token(_) => ExternalError::Failed("id_token"),
                error => error,
            })?;
        Ok(match names {
            Some(names) => person.or_named(names),
            None => person,
        })
    }
}

//! The first half of the authorization code flow: where people are sent, and what they bring back unread.

use bytes::Bytes;
use commerce_db::CallContext;
use commerce_db::auth::{self, Provider, ProviderAttempt, ProviderInput};
use commerce_domain::{AccountKind, CartId, TenantId};
use commerce_identity::external::{BrowserKey, Flow};
use commerce_identity::opaque::DeviceToken;
use commerce_identity::seal::{Ticket, TicketScope};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::ExternalError;
use super::exchange::CodeProvider;
use crate::identity::limits::LIMITS;
use crate::identity::tenant::tenant_of;
use crate::identity::{IdentityError, Keys, Origin};
use crate::random;

/// Seconds that somebody has for signing in at the provider.
pub const STATE_TTL_S: u32 = 600;

/// The parameter `state`, sealed: nothing of a run is stored here, and as many as one likes may be open in one browser.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct State {
    /// The provider's name.
    pub provider: String,
    /// Fingerprint of the [`BrowserKey`] that may finish the run.
    pub browser: String,
    /// What binds code and ID token.
    pub flow: Flow,
    /// As it was sent: the exchange must repeat it.
    pub redirect_uri: String,
    /// The page that goes on afterwards.
    pub return_to: Option<String>,
    /// A guest's cart.
    pub cart_id: Option<CartId>,
    /// The device token of the beginning: the cookie does not come along when a provider's page posts the answer.
    pub device: Option<String>,
}

/// A run to begin.
#[derive(Debug)]
pub struct Start<'a> {
    /// Whose sign-in.
    pub kind: AccountKind,
    /// The provider's name.
    pub provider: &'a str,
    /// Our callback, as the provider knows it.
    pub redirect_uri: String,
    /// The page that goes on afterwards: a path of this shop. `None`: the callback answers by itself.
    pub return_to: Option<String>,
    /// A guest's cart, for customers.
    pub cart_id: Option<CartId>,
    /// The device, if it is known.
    pub device: Option<DeviceToken>,
    /// The browser's key, if it has one from another run.
    pub browser: Option<BrowserKey>,
    /// Seconds since 1970.
    pub now: i64,
}

/// A run that has begun.
#[derive(Debug)]
pub struct Started {
    /// Where the browser goes.
    pub location: String,
    /// What the browser must keep.
    pub browser: BrowserKey,
}

/// Sends somebody to a provider: one statement.
///
/// # Errors
/// [`ExternalError`]; 404 `provider_not_found` from the database.
pub async fn start(
    context: &CallContext,
    keys: &Keys,
    request: Start<'_>,
) -> Result<(Started, Option<Bytes>), ExternalError> {
    let Start { kind, provider, redirect_uri, return_to, cart_id, device, browser, now } = request;
    let device = device.map(|device| device.to_text().to_string());
    let (row, tenant, view) = find(context, kind, provider, None).await?;
    let code_provider = CodeProvider::of(&row)?;
    let browser = match browser {
        Some(known) => known,
        None => BrowserKey::from_random(random::bytes()?),
    };
    let flow = Flow::from_random(random::bytes()?, random::bytes()?);
    let state = State {
        provider: provider.to_owned(),
        browser: browser.fingerprint(),
        flow,
        redirect_uri,
        return_to,
        cart_id,
        device,
    };
    let ticket = Ticket { expires_at: now.saturating_add(STATE_TTL_S.into()), content: state };
    let sealed = ticket.seal(&keys.seals, &scope(kind, tenant), random::bytes()?).map_err(IdentityError::from)?;
    let State { flow, redirect_uri, .. } = &ticket.content;
    let location = code_provider.authorization_url(redirect_uri, &sealed, flow);
    Ok((Started { location, browser }, view))
}

/// A provider's row, and the tenant in which it was found. An attempt to sign in is charged to where it comes from.
pub(super) async fn find(
    context: &CallContext,
    kind: AccountKind,
    name: &str,
    attempt: Option<&Origin>,
) -> Result<(Provider, Uuid, Option<Bytes>), ExternalError> {
    let attempt = attempt.map(|origin| ProviderAttempt { client: origin.client(), limits: LIMITS });
    let reply = auth::PROVIDER.call(context, &ProviderInput { kind, name: name.to_owned(), attempt }).await?;
    let tenant = tenant_of(context, &reply)?;
    Ok((reply.value, tenant, reply.tenant))
}

impl State {
    /// Opens a state that was sealed for this realm, tenant, provider and browser.
    pub fn open(
        sealed: &str,
        keys: &Keys,
        (kind, tenant): (AccountKind, Uuid),
        provider: &str,
        browser: Option<&BrowserKey>,
        now: i64,
    ) -> Result<Self, ExternalError> {
        let ticket = Ticket::<Self>::open(sealed, &keys.seals, &scope(kind, tenant), now);
        let state = ticket.map_err(|_| ExternalError::State)?.content;
        let ours = state.provider == provider && browser.is_some_and(|browser| browser.matches(&state.browser));
        if ours { Ok(state) } else { Err(ExternalError::State) }
    }
}

const fn scope(kind: AccountKind, tenant: Uuid) -> TicketScope {
    let purpose = match kind {
        AccountKind::Staff => "external:staff",
        AccountKind::Customer => "external:customer",
    };
    TicketScope { purpose, tenant: TenantId::new(tenant) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_good_for_one_browser_shop_realm_provider_and_time() {
        let keys = Keys::of_tests();
        let [browser, other] = [[1; 32], [2; 32]].map(BrowserKey::from_random);
        let tenant = Uuid::from_u128(1);
        let customer = (AccountKind::Customer, tenant);
        let state = State {
            provider: "google".into(),
            browser: browser.fingerprint(),
            flow: Flow::from_random([1; 32], [2; 32]),
            redirect_uri: "https://shop.example/callback".into(),
            return_to: Some("/account".into()),
            cart_id: None,
            device: None,
        };
        let ticket = Ticket { expires_at: 1_000, content: state };
        let sealed = ticket.seal(&keys.seals, &scope(AccountKind::Customer, tenant), [3; 12]).unwrap();
        let open = |realm, provider, browser, now| State::open(&sealed, &keys, realm, provider, browser, now);
        assert_eq!(open(customer, "google", Some(&browser), 999).unwrap().return_to.as_deref(), Some("/account"));
        assert!(open(customer, "google", Some(&browser), 1_000).is_err());
        assert!(open(customer, "google", None, 999).is_err());
        assert!(open(customer, "google", Some(&other), 999).is_err());
        assert!(open(customer, "apple", Some(&browser), 999).is_err());
        assert!(open((AccountKind::Staff, tenant), "google", Some(&browser), 999).is_err());
        assert!(open((AccountKind::Customer, Uuid::nil()), "google", Some(&browser), 999).is_err());
        assert!(sealed.len() < 1_000, "{} bytes go through a URL", sealed.len());
    }
}

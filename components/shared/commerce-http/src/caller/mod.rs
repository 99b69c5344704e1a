//! Who calls: proved anew at every request. The token is verified here, without a round trip; the session behind it is checked by
//! `app.enter` inside the request's own statement, so a logout, a suspension or another role count from the next request on (ruling C-18).

mod authorized;
mod blacklist;
mod cookie;
mod credential;
mod desk;
mod permitted;
mod verified;

use std::ops::Deref;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use commerce_db::{Actor, KeyContext, SessionContext};
use commerce_domain::permission::{PERMISSIONS, Permission};
use commerce_domain::{AccountKind, platform};
use commerce_identity::api_key::ShownKey;
use commerce_identity::token::AccessClaims;
use http::StatusCode;
use http::request::Parts;
use uuid::Uuid;

use crate::{Ctx, Problem};
pub use authorized::Authorized;
pub use blacklist::{outdate, revoke};
pub use cookie::{AccessCookie, RefreshCookie, read_cookie, set_cookie};
use credential::{Credential, Transport};
pub use desk::Platform;
pub use permitted::Permitted;

/// A signed-in member of the shop's staff.
#[derive(Clone, Debug)]
pub struct Staff(SignedIn);

/// A signed-in customer of the shop.
#[derive(Clone, Debug)]
pub struct Customer(SignedIn);

/// A guest, or a customer who has sent a token. A token that is there must be good: a shopper who believes to be signed in must not
/// buy as a stranger.
#[derive(Clone, Debug)]
pub struct Visitor {
    ctx: Ctx,
    customer: Option<Arc<Caller>>,
}

/// A verified token in a request to its shop.
#[derive(Clone, Debug)]
struct SignedIn {
    ctx: Ctx,
    caller: Arc<Caller>,
}

/// Who sent the request, by its verified token.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    claims: Arc<AccessClaims>,
    fresh_s: Option<u32>,
}

impl Caller {
    /// On whose behalf the request's calls are made.
    pub(crate) fn actor(&self) -> Actor {
        Actor::Account(self.claims.sub)
    }

    /// What `app.enter` compares with the session.
    pub(crate) fn session(&self) -> SessionContext {
        SessionContext {
            id: self.claims.session_id.as_uuid(),
            account_id: self.claims.sub.as_uuid(),
            tenant_id: self.claims.org.as_uuid(),
            epoch: self.claims.epoch,
            kind: self.claims.aud,
            fresh_s: self.fresh_s,
        }
    }
}

/// A program that shows a key, which nobody has proved yet, and what its request needs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KeyCaller {
    key: ShownKey,
    permission: &'static str,
}

/// On whose behalf a request's calls are made.
#[derive(Clone, Debug)]
pub(crate) enum Principal {
    /// Who is signed in.
    Account(Arc<Caller>),
    /// A program.
    Key(KeyCaller),
}

impl Principal {
    /// As it stands in the trail.
    pub(crate) fn actor(&self) -> Actor {
        match self {
            Self::Account(caller) => caller.actor(),
            Self::Key(caller) => Actor::Key(caller.key.id),
        }
    }

    /// What `app.enter` compares with the session.
    pub(crate) fn session(&self) -> Option<SessionContext> {
        match self {
            Self::Account(caller) => Some(caller.session()),
            Self::Key(_) => None,
        }
    }

    /// What `app.enter` proves of the key.
    pub(crate) fn key(&self) -> Option<KeyContext> {
        match self {
            Self::Account(_) => None,
            Self::Key(KeyCaller { key, permission }) => {
                Some(KeyContext { id: key.id.as_uuid(), secret_hash: key.secret_hash(), permission })
            }
        }
    }
}

impl From<Arc<Caller>> for Principal {
    fn from(caller: Arc<Caller>) -> Self {
        Self::Account(caller)
    }
}

impl From<KeyCaller> for Principal {
    fn from(caller: KeyCaller) -> Self {
        Self::Key(caller)
    }
}

macro_rules! signed_in {
    ($name:ident, $kind:expr) => {
        impl $name {
            /// The account that is signed in.
            #[must_use]
            pub fn account(&self) -> Uuid {
                self.0.caller.claims.sub.as_uuid()
            }

            /// The session that the token belongs to.
            #[must_use]
            pub fn session_id(&self) -> Uuid {
                self.0.caller.claims.session_id.as_uuid()
            }

            /// What the verified token says. Role and permissions are as of its making: a change of either makes the token's epoch stale.
            #[must_use]
            pub fn claims(&self) -> &AccessClaims {
                &self.0.caller.claims
            }

            /// The same caller, whose calls are refused with 403 `step_up_required` unless they proved who they are within so many
            /// seconds (ASVS 7.5.1).
            #[must_use]
            pub fn fresh(mut self, seconds: u32) -> Self {
                let caller = Caller { fresh_s: Some(seconds), ..Caller::clone(&self.0.caller) };
                self.0.caller = Arc::new(caller);
                self.0.ctx = self.0.ctx.on_behalf_of(Arc::clone(&self.0.caller));
                self
            }
        }

        impl Deref for $name {
            type Target = Ctx;

            fn deref(&self) -> &Ctx {
                &self.0.ctx
            }
        }

        impl<S: Sync> FromRequestParts<S> for $name {
            type Rejection = Problem;

            async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
                let ctx = Ctx::from_request_parts(parts, state).await?;
                let credential = Credential::find(parts, $kind)?
                    .ok_or_else(|| Problem::new(StatusCode::UNAUTHORIZED, "authentication_required"))?;
                Ok(Self(sign_in(parts, ctx, &credential, $kind).await?))
            }
        }
    };
}

signed_in!(Staff, AccountKind::Staff);
signed_in!(Customer, AccountKind::Customer);

impl Staff {
    /// Whether the caller's role permits something.
    #[must_use]
    pub fn may(&self, permission: Permission) -> bool {
        self.claims().permissions.iter().any(|granted| granted == permission.as_str())
    }

    /// All that the caller's role permits.
    #[must_use]
    pub fn permissions(&self) -> Vec<Permission> {
        PERMISSIONS.iter().copied().filter(|permission| self.may(*permission)).collect()
    }
}

impl Visitor {
    /// The customer's account, when one is signed in.
    #[must_use]
    pub fn customer(&self) -> Option<Uuid> {
        self.customer.as_ref().map(|caller| caller.claims.sub.as_uuid())
    }
}

impl Deref for Visitor {
    type Target = Ctx;

    fn deref(&self) -> &Ctx {
        &self.ctx
    }
}

impl<S: Sync> FromRequestParts<S> for Visitor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let ctx = Ctx::from_request_parts(parts, state).await?;
        let Some(credential) = Credential::find(parts, AccountKind::Customer)? else {
            return Ok(Self { ctx, customer: None });
        };
        let SignedIn { ctx, caller } = sign_in(parts, ctx, &credential, AccountKind::Customer).await?;
        Ok(Self { ctx, customer: Some(caller) })
    }
}

/// Verifies a credential for the shop that the request names.
async fn sign_in(parts: &Parts, ctx: Ctx, credential: &Credential, kind: AccountKind) -> Result<SignedIn, Problem> {
    let claims = verified::claims(credential.token(), kind).await?;
    // Another shop's token says nothing about this one, not even that it exists (ruling C-05). While the tenant is still unknown,
    // `app.enter` makes the same comparison.
    let foreign = ctx.tenant().is_some_and(|tenant| tenant.id != claims.org.as_uuid());
    if foreign || (claims.org == platform::TENANT_ID) != ctx.is_platform() {
        return Err(Problem::not_found("tenant_not_found"));
    }
    if credential.transport() == Transport::Cookie {
        cookie::check_origin(parts, credential.token())?;
    }
    blacklist::check(&claims).await?;
    let caller = Arc::new(Caller { claims, fresh_s: None });
    Ok(SignedIn { ctx: ctx.on_behalf_of(Arc::clone(&caller)), caller })
}

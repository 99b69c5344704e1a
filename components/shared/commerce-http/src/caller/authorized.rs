//! Who may do something by whatever right: a member of staff, or a program with a key.

use std::marker::PhantomData;
use std::ops::Deref;

use axum::extract::FromRequestParts;
use commerce_domain::AccountKind;
use commerce_domain::permission::Named;
use commerce_identity::api_key::ShownKey;
use http::request::Parts;

use super::credential::{Credential, Transport};
use super::{KeyCaller, Permitted};
use crate::{Ctx, Problem};

/// A member of the shop's staff who may do `P`, as for [`Permitted`], or a program whose key has that scope. Routes are for people unless they say this: a key
/// is no token to [`Permitted`] (401 `invalid_token`).
///
/// Of a key everything is decided by `app.enter` within the request's own statement: whether it is one, of this shop, for this, from here, and not too often. So
/// a revoked key, a scope that was taken away and a smaller share count from the next request on.
#[derive(Clone, Debug)]
pub struct Authorized<P>(Ctx, PhantomData<fn() -> P>);

impl<P> Deref for Authorized<P> {
    type Target = Ctx;

    fn deref(&self) -> &Ctx {
        &self.0
    }
}

impl<P: Named, S: Sync> FromRequestParts<S> for Authorized<P> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let credential = Credential::find(parts, AccountKind::Staff)?;
        // A browser has no key: in a cookie it is no token like any other text.
        let sent = credential.filter(|credential| credential.transport() == Transport::Header);
        let shown = sent.and_then(|credential| ShownKey::parse(credential.token()));
        let ctx = match shown {
            Some(key) => {
                let caller = KeyCaller { key, permission: P::PERMISSION.as_str() };
                Ctx::from_request_parts(parts, state).await?.on_behalf_of(caller)
            }
            None => {
                let staff = Permitted::<P>::from_request_parts(parts, state).await?;
                Ctx::clone(&staff)
            }
        };
        Ok(Self(ctx, PhantomData))
    }
}

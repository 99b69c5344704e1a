//! Staff who may do what the route is about.

use std::marker::PhantomData;
use std::ops::Deref;

use axum::extract::FromRequestParts;
use commerce_domain::permission::{Named, SENSITIVE_MAX_AGE_S};
use http::StatusCode;
use http::request::Parts;

use super::{Staff, blacklist};
use crate::Problem;

/// A member of the shop's staff who may do `P`, a type of [`commerce_domain::permission::may`]. Without the permission: 403 `forbidden`. What
/// is sensitive also asks for a recent proof of who they are: 403 `step_up_required`.
///
/// The permissions are those of the token. Another role makes the token's epoch stale, and the request's own statement refuses it. A token that
/// lacks the permission is refused without a statement: with 401 when the list of outdated tokens knows it, so that whoever has been given
/// more refreshes it.
#[derive(Clone, Debug)]
pub struct Permitted<P>(Staff, PhantomData<fn() -> P>);

impl<P> Deref for Permitted<P> {
    type Target = Staff;

    fn deref(&self) -> &Staff {
        &self.0
    }
}

impl<P: Named, S: Sync> FromRequestParts<S> for Permitted<P> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let staff = Staff::from_request_parts(parts, state).await?;
        if !staff.may(P::PERMISSION) {
            blacklist::check_epoch(staff.claims()).await?;
            return Err(Problem::new(StatusCode::FORBIDDEN, "forbidden"));
        }
        let staff = if P::PERMISSION.is_sensitive() { staff.fresh(SENSITIVE_MAX_AGE_S) } else { staff };
        Ok(Self(staff, PhantomData))
    }
}

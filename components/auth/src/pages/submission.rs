//! A form that somebody has sent.

use axum::extract::{FromRequest, FromRequestParts, Request};
use commerce_app::identity::Origin;
use commerce_domain::AccountKind;
use commerce_http::openapi::Described;
use commerce_http::{Ctx, Form, Gate, Problem, RefreshCookie};
use serde::de::DeserializeOwned;

use crate::origin::ClientOrigin;

/// A form of one of the pages, with where it came from. It is for everybody.
pub struct Submission<T> {
    /// The shop's request.
    pub ctx: Ctx,
    /// Whose page.
    pub kind: AccountKind,
    /// The client.
    pub origin: Origin,
    /// What was filled in.
    pub given: T,
    from_here: Result<(), Problem>,
}

impl<T> Submission<T> {
    /// Refuses a form that another site's page has sent: nobody is signed in, or made to ask for something, without wanting it.
    ///
    /// # Errors
    /// 403 `csrf_token_invalid`.
    pub fn check(&self) -> Result<(), Problem> {
        self.from_here.clone()
    }
}

impl<T> Described for Submission<T> {}

impl<T> Gate for Submission<T> {}

impl<T: DeserializeOwned> FromRequest<AccountKind> for Submission<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, kind: &AccountKind) -> Result<Self, Problem> {
        let (mut parts, body) = request.into_parts();
        let ctx = Ctx::from_request_parts(&mut parts, kind).await?;
        let ClientOrigin(origin) = ClientOrigin::from_request_parts(&mut parts, kind).await?;
        let from_here = RefreshCookie::check_origin(&parts.headers);
        let Form(given) = Form::from_request(Request::from_parts(parts, body), kind).await?;
        Ok(Self { ctx, kind: *kind, origin, given, from_here })
    }
}

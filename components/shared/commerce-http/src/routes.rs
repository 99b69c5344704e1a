//! The routes of a component. A handler's signature is its authorisation: its first argument says who may call it, and a handler whose first
//! argument does not is no handler (RBAC-04, RBAC-07).
//!
//! ```ignore
//! async fn list_members(staff: Permitted<may::ViewMembers>, …) -> Result<Response, Problem>
//! Routes::new().route("/members", get(list_members))
//! ```
//!
//! ```compile_fail
//! async fn list_members(_: commerce_http::Query<commerce_http::NoParams>) -> &'static str { "everybody" }
//! let _ = commerce_http::Routes::<()>::new().route("/members", commerce_http::get(list_members));
//! ```

use axum::Router;
use axum::handler::Handler;
use axum::routing::{self, MethodRouter};

use crate::caller::{Customer, Permitted, Staff, Visitor};
use crate::job::JobAuth;
use crate::{Ctx, RequestInfo};

/// What a shop is called in the API: names of the same (ruling C-04).
pub const TENANT_PATHS: [&str; 3] = ["/api/v1/tenants", "/api/v1/organizations", "/api/v1/stores"];

/// An extractor that says who may call: implemented by those that prove it, and by [`Ctx`] and [`RequestInfo`], which are for everybody.
pub trait Gate {}

impl Gate for RequestInfo {}
impl Gate for Ctx {}
impl Gate for Visitor {}
impl Gate for Customer {}
impl Gate for Staff {}
impl Gate for JobAuth {}
impl<P> Gate for Permitted<P> {}

/// The arguments of a handler, the first of which is a [`Gate`].
pub trait Gated {}

macro_rules! gated {
    ($($rest:ident)*) => {
        // The first member of the tuple is axum's own mark.
        impl<Mark, G: Gate, $($rest),*> Gated for (Mark, G, $($rest,)*) {}
    };
}

gated! {}
gated! { A }
gated! { A B }
gated! { A B C }
gated! { A B C D }
gated! { A B C D E }
gated! { A B C D E F }
gated! { A B C D E F H }

/// Paths and what is done there.
#[derive(Debug)]
pub struct Routes<S = ()>(Router<S>);

/// What is done at one path, by method.
#[derive(Debug)]
pub struct Methods<S>(MethodRouter<S>);

macro_rules! methods {
    ($($method:ident, $name:literal;)*) => {
        $(
            #[doc = concat!("Handles `", $name, "`.")]
            pub fn $method<H, T, S>(handler: H) -> Methods<S>
            where
                H: Handler<T, S>,
                T: Gated + 'static,
                S: Clone + Send + Sync + 'static,
            {
                Methods(routing::$method(handler))
            }
        )*

        impl<S: Clone + Send + Sync + 'static> Methods<S> {
            $(
                #[doc = concat!("Handles `", $name, "` too.")]
                #[must_use]
                pub fn $method<H, T>(self, handler: H) -> Self
                where
                    H: Handler<T, S>,
                    T: Gated + 'static,
                {
                    Self(self.0.$method(handler))
                }
            )*
        }
    };
}

methods! {
    get, "GET";
    post, "POST";
    patch, "PATCH";
    put, "PUT";
    delete, "DELETE";
}

impl<S: Clone + Send + Sync + 'static> Default for Routes<S> {
    fn default() -> Self {
        Self::new()
    }
}

impl<S: Clone + Send + Sync + 'static> Routes<S> {
    /// None.
    #[must_use]
    pub fn new() -> Self {
        Self(Router::new())
    }

    /// Adds a path.
    #[must_use]
    pub fn route(self, path: &str, methods: Methods<S>) -> Self {
        Self(self.0.route(path, methods.0))
    }

    /// Adds these routes below a prefix.
    #[must_use]
    pub fn nest(self, prefix: &str, routes: Self) -> Self {
        Self(self.0.nest(prefix, routes.0))
    }

    /// Adds these routes.
    #[must_use]
    pub fn merge(self, routes: Self) -> Self {
        Self(self.0.merge(routes.0))
    }

    /// The routes with the state that their handlers take.
    #[must_use]
    pub fn with_state<Outer: Clone + Send + Sync + 'static>(self, state: S) -> Routes<Outer> {
        Routes(self.0.with_state(state))
    }
}

impl Routes {
    pub(crate) fn into_router(self) -> Router {
        self.0
    }
}

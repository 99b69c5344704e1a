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

use commerce_domain::permission::Named;
use commerce_domain::permission::platform::Named as NamedByPlatform;
use utoipa::ToSchema;

use crate::caller::{Authorized, Customer, Permitted, Platform, Staff, Visitor};
use crate::job::JobAuth;
use crate::openapi::{Answer, Described, Operation, Record, Records};
use crate::{Ctx, RequestInfo};

/// What a shop is called in the API: names of the same (ruling C-04).
pub const TENANT_PATHS: [&str; 3] = ["/api/v1/tenants", "/api/v1/organizations", "/api/v1/stores"];

/// An extractor that says who may call: implemented by those that prove it, and by [`Ctx`] and [`RequestInfo`], which are for everybody.
pub trait Gate: Described {}

impl Gate for RequestInfo {}
impl Gate for Ctx {}
impl Gate for Visitor {}
impl Gate for Customer {}
impl Gate for Staff {}
impl Gate for JobAuth {}
impl<P: Named> Gate for Permitted<P> {}
impl<P: Named> Gate for Authorized<P> {}
impl<P: NamedByPlatform> Gate for Platform<P> {}

/// The arguments of a handler, the first of which is a [`Gate`].
pub trait Gated {
    /// What the arguments tell of the operation, in their order.
    fn describe(operation: &mut Operation);
}

macro_rules! gated {
    ($($rest:ident)*) => {
        // The first member of the tuple is axum's own mark.
        impl<Mark, G: Gate, $($rest: Described),*> Gated for (Mark, G, $($rest,)*) {
            fn describe(operation: &mut Operation) {
                G::describe(operation);
                $($rest::describe(operation);)*
            }
        }
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
pub struct Routes<S = ()> {
    router: Router<S>,
    records: Records,
}

/// What is done at one path, by method.
#[derive(Debug)]
pub struct Methods<S> {
    router: MethodRouter<S>,
    records: Vec<Record>,
}

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
                Methods { router: routing::$method(handler), records: vec![Record::new::<H>($name, T::describe)] }
            }
        )*

        impl<S: Clone + Send + Sync + 'static> Methods<S> {
            $(
                #[doc = concat!("Handles `", $name, "` too.")]
                #[must_use]
                pub fn $method<H, T>(mut self, handler: H) -> Self
                where
                    H: Handler<T, S>,
                    T: Gated + 'static,
                {
                    self.records.push(Record::new::<H>($name, T::describe));
                    Self { router: self.router.$method(handler), records: self.records }
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

/// What the method that was added last answers, and what else there is to tell of it.
impl<S> Methods<S> {
    /// Data in the envelope, with a status.
    #[must_use]
    pub fn gives<T: ToSchema>(self, status: u16) -> Self {
        self.answers::<T>(Answer::Data(status))
    }

    /// A list in the envelope.
    #[must_use]
    pub fn lists<T: ToSchema>(self) -> Self {
        self.answers::<T>(Answer::List)
    }

    /// One page of a list in the envelope.
    #[must_use]
    pub fn pages<T: ToSchema>(self) -> Self {
        self.answers::<T>(Answer::Page)
    }

    /// JSON without an envelope, of a media type of its own.
    #[must_use]
    pub fn gives_bare<T: ToSchema>(self, media_type: &'static str) -> Self {
        self.answers::<T>(Answer::Bare(media_type))
    }

    /// A file of one of these media types.
    #[must_use]
    pub fn gives_file(self, media_types: &'static [&'static str]) -> Self {
        self.tells(|operation| operation.file(media_types))
    }

    /// 303 to another place.
    #[must_use]
    pub fn redirects(self) -> Self {
        self.tells(Operation::redirects)
    }

    /// A JSON body that the handler reads by itself.
    #[must_use]
    pub fn takes<T: ToSchema>(self) -> Self {
        self.tells(|operation| operation.body::<T>("application/json", true))
    }

    /// A JSON body that the handler reads by itself, and that may be left out.
    #[must_use]
    pub fn may_take<T: ToSchema>(self) -> Self {
        self.tells(|operation| operation.body::<T>("application/json", false))
    }

    fn answers<T: ToSchema>(mut self, answer: Answer) -> Self {
        if let Some(record) = self.records.last_mut() {
            record.gives::<T>(answer);
        }
        self
    }

    fn tells(mut self, add: impl Fn(&mut Operation) + 'static) -> Self {
        if let Some(record) = self.records.last_mut() {
            record.tells(add);
        }
        self
    }
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
        Self { router: Router::new(), records: Records::default() }
    }

    /// Adds a path.
    #[must_use]
    pub fn route(mut self, path: &str, methods: Methods<S>) -> Self {
        self.records.add(path, methods.records);
        Self { router: self.router.route(path, methods.router), records: self.records }
    }

    /// Adds these routes below a prefix.
    #[must_use]
    pub fn nest(mut self, prefix: &str, routes: Self) -> Self {
        self.records.nest(prefix, routes.records);
        Self { router: self.router.nest(prefix, routes.router), records: self.records }
    }

    /// Adds these routes.
    #[must_use]
    pub fn merge(mut self, routes: Self) -> Self {
        self.records.nest("", routes.records);
        Self { router: self.router.merge(routes.router), records: self.records }
    }

    /// The routes with the state that their handlers take.
    #[must_use]
    pub fn with_state<Outer: Clone + Send + Sync + 'static>(self, state: S) -> Routes<Outer> {
        Routes { router: self.router.with_state(state), records: self.records }
    }

    /// The same routes, of which the document says nothing: pages, which are for browsers.
    #[must_use]
    pub fn unlisted(self) -> Self {
        Self { records: Records::default(), ..self }
    }

    /// What the routes tell of themselves.
    pub(crate) fn operations(&self) -> impl Iterator<Item = Operation> {
        self.records.operations()
    }
}

impl Routes {
    pub(crate) fn into_router(self) -> Router {
        self.router
    }
}

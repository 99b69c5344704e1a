//! What each argument of a handler tells of its operation.

use axum::extract::{Request, State};
use commerce_domain::permission::Named;
use commerce_domain::permission::platform::Named as NamedByPlatform;
use http::HeaderMap;
use serde_json::json;
use utoipa::ToSchema;

use super::operation::{Access, Operation};
use crate::{
    Authorized, Ctx, Customer, Form, IdempotencyKey, IfMatch, JobAuth, JsonBody, PathId, PathParam, Permitted,
    Platform, Query, RawBody, RequestInfo, Staff, Visitor,
};

/// An argument of a handler.
pub trait Described {
    /// Adds to the operation what a caller must know of it. By default nothing: it is read from what every request has.
    fn describe(operation: &mut Operation) {
        let _ = operation;
    }
}

impl<S> Described for State<S> {}
impl Described for HeaderMap {}
impl Described for Request {}

macro_rules! gates {
    ($($gate:ty => $access:ident;)*) => {$(
        impl Described for $gate {
            fn describe(operation: &mut Operation) {
                operation.access(Access::$access);
            }
        }
    )*};
}

gates! {
    RequestInfo => Everybody;
    Ctx => Shop;
    Visitor => Visitor;
    Customer => Customer;
    Staff => Staff;
    JobAuth => Job;
}

impl<P: Named> Described for Permitted<P> {
    fn describe(operation: &mut Operation) {
        operation.access(Access::Permitted(P::PERMISSION));
    }
}

impl<P: Named> Described for Authorized<P> {
    fn describe(operation: &mut Operation) {
        operation.access(Access::Authorized(P::PERMISSION));
    }
}

impl<P: NamedByPlatform> Described for Platform<P> {
    fn describe(operation: &mut Operation) {
        operation.access(Access::Platform(P::PERMISSION));
    }
}

impl<T: PathParam> Described for PathId<T> {
    fn describe(operation: &mut Operation) {
        operation.path_parameter(T::NAME, T::PATTERN);
    }
}

impl<T: ToSchema> Described for Query<T> {
    fn describe(operation: &mut Operation) {
        operation.query::<T>();
    }
}

impl<T: ToSchema> Described for JsonBody<T> {
    fn describe(operation: &mut Operation) {
        operation.body::<T>("application/json", true);
    }
}

impl<T: ToSchema> Described for Form<T> {
    fn describe(operation: &mut Operation) {
        operation.body::<T>("application/x-www-form-urlencoded", true);
    }
}

impl Described for RawBody {
    fn describe(operation: &mut Operation) {
        operation.raw_body();
    }
}

impl Described for IdempotencyKey {
    fn describe(operation: &mut Operation) {
        let schema = json!({"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"});
        operation.header(
            "Idempotency-Key",
            "The same request with the same key is done once; a replay answers as the first did.",
            true,
            &schema,
        );
        operation.refuses(&[409]);
    }
}

impl Described for IfMatch {
    fn describe(operation: &mut Operation) {
        let schema = json!({"type": "string", "pattern": "^(\\*|\"[1-9][0-9]{0,17}\")$"});
        operation.header(
            "If-Match",
            "The `ETag` of what is changed: refused with 412 when it has changed since.",
            false,
            &schema,
        );
        operation.refuses(&[412]);
    }
}

//! Errors in Moyasar's shape: `{ "type", "message", "errors" }` (docs.moyasar.com/api/errors).

use std::collections::BTreeMap;

use http::StatusCode;
use serde::Serialize;

use crate::reply::{Reply, json};

/// What is wrong with each field of a request.
pub(crate) type FieldErrors = BTreeMap<&'static str, Vec<&'static str>>;

#[derive(Serialize)]
struct ErrorView<'a> {
    r#type: &'a str,
    message: &'a str,
    errors: Option<&'a FieldErrors>,
}

fn error(status: StatusCode, kind: &str, message: &str, errors: Option<&FieldErrors>) -> Reply {
    json(status, &ErrorView { r#type: kind, message, errors })
}

/// 401: no key, or one that nobody has.
pub(super) fn unauthorized() -> Reply {
    error(StatusCode::UNAUTHORIZED, "authentication_error", "Invalid authorization credentials", None)
}

/// 400 with the fields at fault.
pub(super) fn validation(errors: &FieldErrors) -> Reply {
    error(StatusCode::BAD_REQUEST, "invalid_request_error", "Validation Failed", Some(errors))
}

/// 400: the object's state forbids the operation.
pub(super) fn refused(message: &str) -> Reply {
    error(StatusCode::BAD_REQUEST, "invalid_request_error", message, None)
}

/// 404: no such object in this account.
pub(super) fn not_found() -> Reply {
    error(StatusCode::NOT_FOUND, "record_not_found", "Record not found", None)
}

/// 405: the path exists, the method does not.
pub(super) fn method_not_allowed() -> Reply {
    error(StatusCode::METHOD_NOT_ALLOWED, "invalid_request_error", "Method not allowed", None)
}

/// A failure of the gateway itself.
pub(super) fn failure(status: u16) -> Reply {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    error(status, "api_error", "We had a problem with our server. Try again later.", None)
}

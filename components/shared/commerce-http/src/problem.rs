//! Failures as RFC 9457 problem details.

use std::borrow::Cow;

use axum::response::{IntoResponse, Response};
use commerce_db::DbError;
use commerce_db::variables::VariableError;
use http::StatusCode;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::codes;
use crate::rate::RateLimit;

/// Longest field name and message that an answer repeats.
const MAX_TEXT: usize = 200;

/// Why a request failed, as the client sees it. The pipeline adds the request's id and the instance when it renders.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    status: StatusCode,
    code: Cow<'static, str>,
    detail: Option<Cow<'static, str>>,
    errors: Vec<FieldError>,
    retry_after_s: Option<u32>,
    rate: Option<RateLimit>,
    cause: Option<Box<str>>,
}

/// What is wrong with one field.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FieldError {
    /// Path of the field, dotted: `shipping_address.city`; a parameter's or a header's name otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    code: Cow<'static, str>,
    message: Cow<'static, str>,
    /// Further facts, for instance the units still available.
    #[serde(flatten)]
    facts: Map<String, Value>,
}

impl FieldError {
    /// An error of one field.
    #[must_use]
    pub fn new(field: &str, code: impl Into<Cow<'static, str>>, message: impl Into<Cow<'static, str>>) -> Self {
        let message = cut(message.into());
        Self { field: Some(cut(field.to_owned().into()).into_owned()), code: code.into(), message, facts: Map::new() }
    }

    /// The same with a further fact.
    #[must_use]
    pub fn fact(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.facts.insert(name.to_owned(), value.into());
        self
    }

    /// From the facts that a refusing function gave.
    fn from_facts(code: &str, facts: Value) -> Self {
        let Value::Object(mut facts) = facts else {
            return Self::general(code);
        };
        let mut text = |name| match facts.remove(name) {
            Some(Value::String(text)) => Some(text),
            _ => None,
        };
        let (field, own_code, own_message) = (text("field"), text("code"), text("message"));
        let code = own_code.filter(|code| codes::is_code(code)).unwrap_or_else(|| code.to_owned());
        let message = own_message.map_or_else(|| codes::title(&code).into(), Cow::Owned);
        Self { field, code: code.into(), message, facts }
    }

    fn general(code: &str) -> Self {
        let message = codes::title(code).into();
        Self { field: None, code: code.to_owned().into(), message, facts: Map::new() }
    }
}

impl Problem {
    /// A problem with a status and a code of [`codes`].
    #[must_use]
    pub fn new(status: StatusCode, code: &'static str) -> Self {
        Self {
            status,
            code: code.into(),
            detail: None,
            errors: Vec::new(),
            retry_after_s: None,
            rate: None,
            cause: None,
        }
    }

    /// The same problem with what the log says of it, where an operator is to look; the client is not told. It holds no secret and nothing that a
    /// client sent.
    #[must_use]
    pub fn because(mut self, cause: impl Into<Box<str>>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    /// What the log says of it, and no client.
    pub(crate) fn cause(&self) -> Option<&str> {
        self.cause.as_deref()
    }

    /// 400: the request is malformed.
    #[must_use]
    pub fn bad_request(code: &'static str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code)
    }

    /// 404.
    #[must_use]
    pub fn not_found(code: &'static str) -> Self {
        Self::new(StatusCode::NOT_FOUND, code)
    }

    /// 409.
    #[must_use]
    pub fn conflict(code: &'static str) -> Self {
        Self::new(StatusCode::CONFLICT, code)
    }

    /// 409 `request_in_flight` (ruling C-30): the same key is being worked on for at most so many seconds more.
    #[must_use]
    pub fn in_flight(retry_after_s: u32) -> Self {
        Self::conflict("request_in_flight").retry_after(retry_after_s.max(1))
    }

    /// 422: well-formed, but refused by a rule.
    #[must_use]
    pub fn unprocessable(code: &'static str) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, code)
    }

    /// 422 `invalid_request` for one field.
    #[must_use]
    pub fn field(field: &str, code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self::fields(vec![FieldError::new(field, code, message)])
    }

    /// 422 `invalid_request` for several fields.
    #[must_use]
    pub fn fields(errors: Vec<FieldError>) -> Self {
        Self { errors, ..Self::unprocessable("invalid_request") }
    }

    /// The same for fields that the domain found wrong.
    #[must_use]
    pub fn wrong_fields(errors: Vec<commerce_domain::FieldError>) -> Self {
        Self::fields(errors.into_iter().map(FieldError::from).collect())
    }

    /// 503: something this service needs is not there; try again after so many seconds.
    #[must_use]
    pub fn unavailable(code: &'static str, retry_after_s: u32) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, code).retry_after(retry_after_s)
    }

    /// 500: a fault of ours. What it was belongs into the log, not here.
    #[must_use]
    pub fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal_error")
    }

    /// Adds a sentence about this occurrence. It must hold nothing that the client may not know.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<Cow<'static, str>>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Adds an error of one field.
    #[must_use]
    pub fn with(mut self, error: FieldError) -> Self {
        self.errors.push(error);
        self
    }

    /// Adds `Retry-After`.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after_s = Some(seconds);
        self
    }

    /// Adds the fields that tell how far the client is from being throttled.
    #[must_use]
    pub fn rate(mut self, rate: impl Into<RateLimit>) -> Self {
        self.rate = Some(rate.into());
        self
    }

    /// The status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// A text among the facts that the refusing function gave.
    pub(crate) fn fact(&self, name: &str) -> Option<&str> {
        self.errors.first()?.facts.get(name)?.as_str()
    }

    /// The code.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.code
    }

    /// The first field's code where fields are wrong, else the code: what there is to tell a person.
    #[must_use]
    pub fn reason(&self) -> &str {
        self.errors.first().map_or(&self.code, |error| &error.code)
    }

    pub(crate) fn retry_after_s(&self) -> Option<u32> {
        self.retry_after_s
    }

    pub(crate) fn rate_limit(&self) -> Option<RateLimit> {
        self.rate
    }

    /// The body.
    pub(crate) fn render(&self, request_id: &str, instance: &str) -> Vec<u8> {
        let body = Body {
            kind: format_args!("urn:wasla:problem:{}", self.code),
            title: codes::title(&self.code),
            status: self.status.as_u16(),
            detail: self.detail.as_deref(),
            instance,
            code: &self.code,
            request_id,
            errors: &self.errors,
        };
        serde_json::to_vec(&body).unwrap_or_default()
    }
}

#[derive(Serialize)]
struct Body<'a> {
    #[serde(rename = "type")]
    kind: std::fmt::Arguments<'a>,
    title: &'a str,
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
    instance: &'a str,
    code: &'a str,
    request_id: &'a str,
    errors: &'a [FieldError],
}

impl From<DbError> for Problem {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Refused { status, code, detail } => {
                let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
                let told = detail.as_ref().and_then(|facts| facts.get("retry_after_s")?.as_u64());
                let rate = detail.as_ref().and_then(RateLimit::of_refusal);
                let errors = match detail {
                    None | Some(Value::Null) => Vec::new(),
                    Some(Value::Array(all)) => {
                        all.into_iter().map(|facts| FieldError::from_facts(&code, facts)).collect()
                    }
                    Some(facts) => vec![FieldError::from_facts(&code, facts)],
                };
                let patience = status == StatusCode::SERVICE_UNAVAILABLE || code == "request_in_flight";
                let told = told.filter(|_| status == StatusCode::TOO_MANY_REQUESTS);
                let retry_after_s = told.and_then(|seconds| u32::try_from(seconds).ok()).or(patience.then_some(1));
                Self { status, code: code.into(), detail: None, errors, retry_after_s, rate, cause: None }
            }
            DbError::Unavailable => Self::unavailable("database_unavailable", 2),
            DbError::Conflict => Self::conflict("concurrent_update").retry_after(1),
            DbError::Constraint { name } if is_unique(&name) => Self::conflict("conflict"),
            DbError::Constraint { .. } | DbError::Bug => Self::internal(),
        }
    }
}

/// A variable is missing or its provider fails: nothing a client did.
impl From<VariableError> for Problem {
    fn from(_: VariableError) -> Self {
        Self::unavailable("not_configured", 5)
    }
}

/// A field that the domain's rules refuse.
impl From<commerce_domain::FieldError> for FieldError {
    fn from(error: commerce_domain::FieldError) -> Self {
        Self::new(&error.field, error.code, codes::title(error.code))
    }
}

/// Constraint names end with their kind (design §8); these are the ones that a client's request can run into.
fn is_unique(constraint: &str) -> bool {
    ["_key", "_unique", "_pkey"].iter().any(|kind| constraint.ends_with(kind))
}

/// The problem travels as an extension; the pipeline renders it, for it knows the request.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

fn cut(text: Cow<'static, str>) -> Cow<'static, str> {
    match text.char_indices().nth(MAX_TEXT) {
        Some((at, _)) => text.get(..at).unwrap_or_default().to_owned().into(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn rendered(problem: &Problem) -> Value {
        serde_json::from_slice(&problem.render("req-00000001", "/api/v1/x")).unwrap()
    }

    #[test]
    fn a_problem_has_every_member_of_the_ruling() {
        let problem = Problem::field("quantity", "out_of_range", "must be 1 to 999");
        assert_eq!(
            rendered(&problem),
            json!({
                "type": "urn:wasla:problem:invalid_request",
                "title": "Some fields are not acceptable.",
                "status": 422,
                "instance": "/api/v1/x",
                "code": "invalid_request",
                "request_id": "req-00000001",
                "errors": [{"field": "quantity", "code": "out_of_range", "message": "must be 1 to 999"}],
            })
        );
    }

    #[test]
    fn a_refusals_facts_become_an_error_item() {
        let refused = DbError::Refused {
            status: 409,
            code: "insufficient_stock".into(),
            detail: Some(json!({"field": "quantity", "sku": "A-1", "available": 2})),
        };
        let body = rendered(&refused.into());
        assert_eq!(body["status"], 409);
        assert_eq!(
            body["errors"],
            json!([{"field": "quantity", "code": "insufficient_stock", "message": "There are not enough units in stock.",
                "sku": "A-1", "available": 2}])
        );
    }

    #[test]
    fn a_throttled_client_is_told_when_to_come_back() {
        let detail = json!({"retry_after_s": 16, "limit": 300, "remaining": 12, "reset_s": 40});
        let refused = DbError::Refused { status: 429, code: "too_many_attempts".into(), detail: Some(detail) };
        let problem = Problem::from(refused);
        assert_eq!((problem.status().as_u16(), problem.retry_after_s()), (429, Some(16)));
        assert!(problem.rate_limit().is_some());
    }

    #[test]
    fn outages_ask_for_patience_and_faults_say_nothing() {
        let unavailable = Problem::from(DbError::Unavailable);
        assert_eq!((unavailable.status().as_u16(), unavailable.retry_after_s()), (503, Some(2)));
        let bug = Problem::from(DbError::Constraint { name: "stock_reserved_check".into() });
        assert_eq!((bug.status().as_u16(), bug.code()), (500, "internal_error"));
        assert_eq!(Problem::from(DbError::Constraint { name: "product_slug_key".into() }).status().as_u16(), 409);
        assert_eq!(Problem::from(DbError::Conflict).status().as_u16(), 409);
    }

    #[test]
    fn what_a_client_sent_is_repeated_only_so_far() {
        let problem = Problem::field(&"é".repeat(5_000), "unknown_field", "x");
        assert_eq!(rendered(&problem)["errors"][0]["field"].as_str().unwrap().chars().count(), MAX_TEXT);
    }
}

//! What the host answers by itself: RFC 9457 problem details.

use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, RETRY_AFTER, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use http::{HeaderValue, Response, StatusCode};

use crate::body::Body;

/// A refusal of the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// There is no `Host`, more than one, or one that names no host.
    HostInvalid,
    /// No route matches.
    RouteNotFound,
    /// The request's body exceeds the limit.
    BodyTooLarge,
    /// The request's headers exceed the limit.
    HeadersTooLarge,
    /// The component trapped, or answered with nothing.
    InternalError,
    /// As much is being done as may be done at once.
    Overloaded,
    /// As many requests wait for the component as may.
    TooManyRequests,
    /// The component did not answer in time.
    RequestTimeout,
}

impl Problem {
    /// Its status, code and title.
    const fn parts(self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::HostInvalid => {
                (StatusCode::BAD_REQUEST, "host_invalid", "The Host header is missing, repeated or invalid")
            }
            Self::RouteNotFound => (StatusCode::NOT_FOUND, "route_not_found", "There is nothing at this path"),
            Self::BodyTooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", "The request body is too large"),
            Self::HeadersTooLarge => {
                (StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "headers_too_large", "The request headers are too large")
            }
            Self::InternalError => {
                (StatusCode::INTERNAL_SERVER_ERROR, "internal_error", "The request could not be handled")
            }
            Self::Overloaded => (StatusCode::SERVICE_UNAVAILABLE, "overloaded", "Too many requests are being handled"),
            Self::TooManyRequests => (
                StatusCode::TOO_MANY_REQUESTS,
                "too_many_requests",
                "Too many requests wait for this part of the service",
            ),
            Self::RequestTimeout => (StatusCode::GATEWAY_TIMEOUT, "request_timeout", "The request took too long"),
        }
    }

    /// The response; `request_id` holds only characters that JSON need not escape.
    #[must_use]
    pub fn response(self, request_id: &str) -> Response<Body> {
        let (status, code, title) = self.parts();
        let number = status.as_u16();
        let json = format!(
            r#"{{"type":"about:blank","title":"{title}","status":{number},"code":"{code}","request_id":"{request_id}"}}"#
        );
        let mut response = Response::new(Body::whole(json));
        *response.status_mut() = status;
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        for (name, value) in [
            (X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (REFERRER_POLICY, "no-referrer"),
            (CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
            (X_FRAME_OPTIONS, "DENY"),
            (CACHE_CONTROL, "no-store"),
        ] {
            response.headers_mut().insert(name, HeaderValue::from_static(value));
        }
        if matches!(self, Self::Overloaded | Self::TooManyRequests) {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}

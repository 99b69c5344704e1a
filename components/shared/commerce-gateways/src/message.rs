//! HTTP messages as plain data, so that building and parsing them is pure.

use std::fmt;

use crate::error::GatewayError;

/// The methods that gateways need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Read.
    Get,
    /// Create.
    Post,
}

impl Method {
    /// The method's name in HTTP.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

/// A request to a gateway. `Debug` shows neither header values (the key is among them) nor the body.
#[derive(Clone, PartialEq, Eq)]
pub struct GatewayRequest {
    /// Method.
    pub method: Method,
    /// Absolute URL.
    pub url: String,
    /// Header names, in lower case, with their values.
    pub headers: Vec<(&'static str, String)>,
    /// Body; empty for none.
    pub body: Vec<u8>,
}

impl fmt::Debug for GatewayRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GatewayRequest")
            .field("method", &self.method)
            .field("url", &self.url)
            .field("body_len", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// An answer of a gateway. `Debug` does not show the body: it holds personal data.
#[derive(Clone, PartialEq, Eq)]
pub struct GatewayResponse {
    /// HTTP status.
    pub status: u16,
    /// Body, whole.
    pub body: Vec<u8>,
    /// Seconds of `Retry-After`, when the gateway names them so (RFC 9110 §10.2.3); dates are not read.
    pub retry_after_s: Option<u32>,
}

impl GatewayResponse {
    /// The body of a success.
    ///
    /// # Errors
    /// The [`GatewayError`] that the status stands for, when it is not a 2xx.
    pub fn success(&self) -> Result<&[u8], GatewayError> {
        match self.status {
            200..=299 => Ok(&self.body),
            401 | 403 => Err(GatewayError::Unauthorized(self.status)),
            404 => Err(GatewayError::NotFound),
            429 | 500..=599 => Err(GatewayError::Unavailable(self.status)),
            status => Err(GatewayError::Refused(status)),
        }
    }
}

impl fmt::Debug for GatewayResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GatewayResponse")
            .field("status", &self.status)
            .field("body_len", &self.body.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_has_a_meaning() {
        let verdict = |status| GatewayResponse { status, body: Vec::new(), retry_after_s: None }.success().err();
        assert_eq!(verdict(200), None);
        assert_eq!(verdict(201), None);
        assert_eq!(verdict(302), Some(GatewayError::Refused(302)));
        assert_eq!(verdict(400), Some(GatewayError::Refused(400)));
        assert_eq!(verdict(401), Some(GatewayError::Unauthorized(401)));
        assert_eq!(verdict(404), Some(GatewayError::NotFound));
        assert_eq!(verdict(429), Some(GatewayError::Unavailable(429)));
        assert_eq!(verdict(503), Some(GatewayError::Unavailable(503)));
        assert!(verdict(503).is_some_and(|error| error.is_transient()));
        assert!(verdict(400).is_some_and(|error| !error.is_transient()));
    }
}

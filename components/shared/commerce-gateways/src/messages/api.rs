//! What the providers' APIs have in common: an origin, a bearer key, JSON.

use serde::Serialize;

use crate::error::GatewayError;
use crate::message::{GatewayRequest, Method};
use crate::messages::Rejection;
use crate::secret::Secret;

/// An account at a provider's API.
#[derive(Debug, Clone)]
pub(super) struct Api {
    origin: String,
    authorization: Secret,
}

impl Api {
    /// An account, by the API's origin and its key.
    ///
    /// # Errors
    /// [`GatewayError::InvalidRequest`] when the origin is no HTTP origin or the key cannot stand in a header.
    pub(super) fn new(origin: &str, key: &Secret) -> Result<Self, GatewayError> {
        let origin = origin.trim_end_matches('/');
        let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
        if !host.is_some_and(|host| !host.is_empty() && !host.contains(['/', '@', '?', '#', ' '])) {
            return Err(GatewayError::InvalidRequest("api_url"));
        }
        let key = key.expose();
        if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(GatewayError::InvalidRequest("key"));
        }
        Ok(Self { origin: origin.to_owned(), authorization: Secret::new(format!("Bearer {key}")) })
    }

    /// `POST` of a JSON body.
    ///
    /// # Errors
    /// [`Rejection::Content`] when the body is no JSON.
    pub(super) fn post(&self, path: &str, body: &impl Serialize) -> Result<GatewayRequest, Rejection> {
        Ok(GatewayRequest {
            method: Method::Post,
            url: format!("{}{path}", self.origin),
            headers: vec![
                ("accept", "application/json".to_owned()),
                ("authorization", self.authorization.expose().to_owned()),
                ("content-type", "application/json".to_owned()),
            ],
            body: serde_json::to_vec(body).map_err(|_| Rejection::Content)?,
        })
    }
}

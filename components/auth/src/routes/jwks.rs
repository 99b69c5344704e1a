//! `/.well-known/jwks.json`

use axum::response::{IntoResponse, Response};
use commerce_http::variables::{self, Variable};
use commerce_http::{NoParams, Problem, Query, RequestInfo};
use commerce_identity::jwk::JwkSet;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};

/// `GET /.well-known/jwks.json`: the keys that verify access tokens (RFC 7517 §5), as every library reads them and so without our
/// envelope. Kept for five minutes: a new key is published at least that long before it signs.
pub async fn show_keys(_: RequestInfo, _: Query<NoParams>) -> Result<Response, Problem> {
    let text = variables::text(Variable::TokenJwks).await?;
    let keys = JwkSet::parse(&text).map_err(|_| Problem::unavailable("not_configured", 5))?;
    let headers = [(CONTENT_TYPE, "application/jwk-set+json"), (CACHE_CONTROL, "public, max-age=300")];
    Ok((headers, keys.to_json()).into_response())
}

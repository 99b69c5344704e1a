//! The fixture component of the host's tests, and the hello-world component of the bench: one small behaviour per path.

use spin_sdk::http::{FullBody, IntoResponse, Request, Response, Result};
use spin_sdk::http_service;

#[http_service]
async fn handle(_request: Request) -> Result<impl IntoResponse> {
    Ok(Response::builder().status(200).body(FullBody::new(bytes::Bytes::from_static(b"Hello")))?)
}

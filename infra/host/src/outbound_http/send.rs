//! Sends one request: into this application when it is addressed to it, else over the network.

use std::sync::Weak;

use http::header::{CONNECTION, HOST};
use http::uri::{PathAndQuery, Scheme};
use http::{HeaderValue, Request, Response, Uri, Version};
use http_body_util::BodyExt as _;
use wasmtime_wasi_http::{Error, RequestOptions, WasiBody};

use super::body::Moving;
use crate::allowed_hosts::SERVICE_CHAINING_SUFFIX;
use crate::component::ComponentRuntime;

/// The host of a request to the application itself; the client interface cannot say "no host".
const SELF_HOST: &str = "self.alt";

/// Sends `request` for `component`.
pub async fn send(
    component: &ComponentRuntime,
    request: Request<WasiBody>,
    options: RequestOptions,
) -> Result<Response<WasiBody>, Error> {
    let limit = component.config.outbound_http.total_timeout;
    let first_byte = options.first_byte_timeout.map_or(limit, |asked| asked.min(limit));
    let between = options.between_bytes_timeout.map_or(limit, |asked| asked.min(limit));
    let answer = async {
        match request.uri().host() {
            None | Some("" | SELF_HOST) => to_self(component, request).await,
            Some(host) if host.ends_with(SERVICE_CHAINING_SUFFIX) => to_component(component, request).await,
            Some(_) => over_network(component, request).await,
        }
    };
    let response = tokio::time::timeout(first_byte, answer).await.map_err(|_| Error::HttpResponseTimeout)??;
    Ok(response.map(|body| Moving::new(body, between).boxed_unsync()))
}

async fn over_network(
    component: &ComponentRuntime,
    mut request: Request<WasiBody>,
) -> Result<Response<WasiBody>, Error> {
    let uri = request.uri();
    let (scheme, host) = (uri.scheme_str().unwrap_or("https"), uri.host().unwrap_or_default());
    if !component.allowed_hosts.allows(scheme, host, uri.port_u16()) {
        return Err(Error::HttpRequestDenied);
    }
    // User and password in a URL would be sent to nobody knows whom.
    let authority = match uri.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    };
    let host_header = HeaderValue::try_from(authority).map_err(|_| Error::HttpRequestUriInvalid)?;
    request.headers_mut().insert(HOST, host_header);
    request.headers_mut().remove(CONNECTION);
    *request.version_mut() = Version::HTTP_11;
    let response = component.http_client.client.request(request).await.map_err(|error| explain(&error))?;
    Ok(response.map(|body| body.map_err(Error::from).boxed_unsync()))
}

fn explain(error: &hyper_util::client::legacy::Error) -> Error {
    if !error.is_connect() {
        return Error::ConnectionTerminated;
    }
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        if let Some(io) = cause.downcast_ref::<std::io::Error>() {
            match io.kind() {
                std::io::ErrorKind::ConnectionRefused => return Error::ConnectionRefused,
                std::io::ErrorKind::TimedOut => return Error::ConnectionTimeout,
                std::io::ErrorKind::InvalidData => return Error::TlsProtocolError,
                _ => {}
            }
        }
        source = cause.source();
    }
    Error::DestinationUnavailable
}

/// A request to the application itself: to whatever route of this application matches.
async fn to_self(component: &ComponentRuntime, mut request: Request<WasiBody>) -> Result<Response<WasiBody>, Error> {
    if !component.allowed_hosts.allows_self() {
        return Err(Error::HttpRequestDenied);
    }
    let path = request.uri().path_and_query().cloned().unwrap_or(PathAndQuery::from_static("/"));
    *request.uri_mut() = Uri::from(path);
    request.headers_mut().insert(HOST, HeaderValue::from_static("localhost"));
    let app = component.app.get().and_then(Weak::upgrade).ok_or(Error::DestinationUnavailable)?;
    Ok(app.handle_internal(request).await)
}

/// A request to `<component>.spin.internal`: to that component, whatever its routes.
async fn to_component(component: &ComponentRuntime, request: Request<WasiBody>) -> Result<Response<WasiBody>, Error> {
    let uri = request.uri();
    let host = uri.host().unwrap_or_default();
    let plain = uri.scheme() == Some(&Scheme::HTTP);
    if !plain || !component.allowed_hosts.allows("http", host, uri.port_u16()) {
        return Err(Error::HttpRequestDenied);
    }
    let target = host.strip_suffix(SERVICE_CHAINING_SUFFIX).unwrap_or_default().to_owned();
    let app = component.app.get().and_then(Weak::upgrade).ok_or(Error::DestinationUnavailable)?;
    app.handle_chained(&target, request).await.ok_or(Error::DestinationNotFound)
}

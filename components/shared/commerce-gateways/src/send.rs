//! The one function of this crate that does I/O.

use std::pin::pin;
use std::time::Duration;

use bytes::Bytes;
use commerce_domain::TraceContext;
use futures::future::{Either, select};
use http_body_util::{BodyExt, Full};
use spin_sdk::http::Response;

use crate::error::GatewayError;
use crate::message::{GatewayRequest, GatewayResponse};

/// Most bytes of an answer that are read.
pub const MAX_ANSWER_LEN: usize = 256 * 1024;

/// Sends a request, as a part of a trace if there is one, and reads the whole answer, whatever its status; redirects are not followed.
///
/// # Errors
/// [`GatewayError::Timeout`] when the answer is not complete within `timeout`, [`GatewayError::Unreachable`],
/// [`GatewayError::TooLarge`] beyond [`MAX_ANSWER_LEN`], [`GatewayError::InvalidRequest`] for a request that is not HTTP.
pub async fn send(
    request: GatewayRequest,
    trace: Option<&TraceContext>,
    timeout: Duration,
) -> Result<GatewayResponse, GatewayError> {
    let mut builder = http::Request::builder().method(request.method.as_str()).uri(&request.url);
    for (name, value) in &request.headers {
        builder = builder.header(*name, value);
    }
    if let Some(trace) = trace {
        builder = builder.header("traceparent", trace.traceparent());
        if let Some(state) = trace.tracestate() {
            builder = builder.header("tracestate", state);
        }
    }
    // Without it the body goes out in chunks, which not every API behind a proxy takes.
    if !request.body.is_empty() {
        builder = builder.header(http::header::CONTENT_LENGTH, request.body.len());
    }
    let outgoing =
        builder.body(Full::new(Bytes::from(request.body))).map_err(|_| GatewayError::InvalidRequest("request"))?;
    let exchange = pin!(async {
        let response = spin_sdk::http::send(outgoing).await.map_err(unreachable_gateway)?;
        read(response).await
    });
    match select(exchange, pin!(spin_sdk::time::sleep(timeout))).await {
        Either::Left((answer, _)) => answer,
        Either::Right(((), _)) => Err(GatewayError::Timeout),
    }
}

async fn read(response: Response) -> Result<GatewayResponse, GatewayError> {
    let status = response.status().as_u16();
    let retry_after = response.headers().get(http::header::RETRY_AFTER);
    let retry_after_s = retry_after.and_then(|value| value.to_str().ok()?.trim().parse().ok());
    let mut incoming = response.into_body();
    let mut body = Vec::new();
    while let Some(frame) = incoming.frame().await {
        let Ok(data) = frame.map_err(unreachable_gateway)?.into_data() else { continue };
        if body.len() + data.len() > MAX_ANSWER_LEN {
            return Err(GatewayError::TooLarge);
        }
        body.extend_from_slice(&data);
    }
    Ok(GatewayResponse { status, body, retry_after_s })
}

fn unreachable_gateway(error: impl std::fmt::Debug) -> GatewayError {
    GatewayError::Unreachable(format!("{error:?}"))
}

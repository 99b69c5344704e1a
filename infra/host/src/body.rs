//! Bodies of requests and responses.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use http_body_util::{BodyExt as _, Full};
use wasmtime_wasi_http::{Error, WasiBody};

/// The body of a response.
pub type Body = http_body_util::combinators::UnsyncBoxBody<Bytes, BodyError>;

/// A response body that could not be finished.
#[derive(Debug, thiserror::Error)]
#[error("the component did not finish its response: {0}")]
pub struct BodyError(String);

/// A body that is there as a whole.
pub fn full(bytes: impl Into<Bytes>) -> Body {
    Full::new(bytes.into()).map_err(|never| match never {}).boxed_unsync()
}

/// A guest's response body.
pub fn from_guest(body: WasiBody) -> Body {
    body.map_err(|error| BodyError(error.to_string())).boxed_unsync()
}

/// Any body, for the guest.
pub fn for_guest<B>(body: B) -> WasiBody
where
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: std::fmt::Display,
{
    body.map_err(|_| Error::ConnectionTerminated).boxed_unsync()
}

/// Ends with an error after `remaining` bytes, and says so.
pub struct Limited {
    inner: WasiBody,
    remaining: u64,
    exceeded: Arc<AtomicBool>,
}

impl Limited {
    pub fn new(inner: WasiBody, limit_bytes: u64, exceeded: Arc<AtomicBool>) -> Self {
        Self { inner, remaining: limit_bytes, exceeded }
    }
}

impl http_body::Body for Limited {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let frame = std::task::ready!(Pin::new(&mut self.inner).poll_frame(context));
        if let Some(Ok(frame)) = &frame
            && let Some(data) = frame.data_ref()
        {
            match self.remaining.checked_sub(data.len() as u64) {
                Some(remaining) => self.remaining = remaining,
                None => {
                    self.exceeded.store(true, Relaxed);
                    return Poll::Ready(Some(Err(Error::HttpRequestBodySize(None))));
                }
            }
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

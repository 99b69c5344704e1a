//! A response body that must keep moving.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::time::{Instant, Sleep};
use wasmtime_wasi_http::{Error, WasiBody};

/// Ends with an error when `limit` passes between two frames.
pub struct Moving {
    inner: Option<WasiBody>,
    limit: Duration,
    sleep: Pin<Box<Sleep>>,
}

impl Moving {
    pub fn new(inner: WasiBody, limit: Duration) -> Self {
        Self { inner: Some(inner), limit, sleep: Box::pin(tokio::time::sleep(limit)) }
    }
}

impl Body for Moving {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let Some(inner) = self.inner.as_mut() else { return Poll::Ready(None) };
        match Pin::new(inner).poll_frame(context) {
            Poll::Ready(frame) => {
                let deadline = Instant::now() + self.limit;
                self.sleep.as_mut().reset(deadline);
                Poll::Ready(frame)
            }
            Poll::Pending if self.sleep.as_mut().poll(context).is_ready() => {
                // Dropping the body closes the connection now, not when the guest lets go of it.
                self.inner = None;
                Poll::Ready(Some(Err(Error::ConnectionReadTimeout)))
            }
            Poll::Pending => Poll::Pending,
        }
    }

    fn is_end_stream(&self) -> bool {
        self.inner.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.as_ref().map(Body::size_hint).unwrap_or_default()
    }
}

//! Bodies that nobody reads to their end.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use http::header::EXPECT;
use http_body::{Body as _, Frame, SizeHint};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use tokio::runtime::Handle;
use tokio::time::timeout;

/// How long the rest of an unread body is taken and thrown away.
const LINGER: Duration = Duration::from_secs(5);

/// How long of that for a client that sends nothing.
const PAUSE: Duration = Duration::from_millis(500);

/// The body of a request from the network. What is left of it when it is dropped is taken in for a while, as long as it keeps coming: a socket
/// that closes over unread bytes is reset, and a client that is still sending then loses the answer that told it to stop (RFC 9112, 9.6).
pub struct Lingering {
    inner: Option<Incoming>,
    /// The client sends without being told to, or has been told.
    sends: bool,
}

impl Lingering {
    /// Wraps the request's body.
    pub fn wrap(request: Request<Incoming>) -> Request<Self> {
        let sends = !request.headers().contains_key(EXPECT);
        request.map(|inner| Self { inner: Some(inner), sends })
    }
}

impl http_body::Body for Lingering {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        self.sends = true;
        let Some(inner) = &mut self.inner else { return Poll::Ready(None) };
        let frame = ready!(Pin::new(inner).poll_frame(context));
        if !matches!(frame, Some(Ok(_))) {
            self.inner = None;
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.as_ref().is_none_or(Incoming::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.as_ref().map_or_else(|| SizeHint::with_exact(0), Incoming::size_hint)
    }
}

impl Drop for Lingering {
    fn drop(&mut self) {
        if let Some(mut inner) = self.inner.take_if(|inner| self.sends && !inner.is_end_stream())
            && let Ok(runtime) = Handle::try_current()
        {
            let rest = async move { while let Ok(Some(Ok(_))) = timeout(PAUSE, inner.frame()).await {} };
            runtime.spawn(timeout(LINGER, rest));
        }
    }
}

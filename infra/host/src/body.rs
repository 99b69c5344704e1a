//! Bodies of requests and responses.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use http_body_util::{BodyExt as _, Full};
use wasmtime_wasi_http::{Error, WasiBody};

use crate::record::Record;

/// The body of a response: whole, or begun and then as the guest produces it.
pub struct Body {
    content: Content,
    record: Option<Record>,
}

enum Content {
    Whole(Full<Bytes>),
    Begun(VecDeque<Frame<Bytes>>, WasiBody),
}

/// A response body that could not be finished.
#[derive(Debug, thiserror::Error)]
#[error("the component did not finish its response: {0}")]
pub struct BodyError(String);

impl Body {
    /// A body that is there as a whole.
    pub(crate) fn whole(bytes: impl Into<Bytes>) -> Self {
        Self { content: Content::Whole(Full::new(bytes.into())), record: None }
    }

    /// A guest's body of which something has been read already.
    pub(crate) fn begun(read: VecDeque<Frame<Bytes>>, rest: WasiBody) -> Self {
        Self { content: Content::Begun(read, rest), record: None }
    }

    /// The body ends the record when it ends.
    pub(crate) fn recorded(self, record: Record) -> Self {
        Self { record: Some(record), ..self }
    }
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let frame = match &mut self.content {
            Content::Whole(body) => {
                ready!(Pin::new(body).poll_frame(context)).map(|frame| frame.map_err(|never| match never {}))
            }
            Content::Begun(read, rest) => match read.pop_front() {
                Some(frame) => Some(Ok(frame)),
                None => ready!(Pin::new(rest).poll_frame(context))
                    .map(|frame| frame.map_err(|error| BodyError(error.to_string()))),
            },
        };
        if let (Some(Ok(frame)), Some(record)) = (&frame, &mut self.record) {
            record.count_bytes(frame.data_ref().map_or(0, Bytes::len));
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        match &self.content {
            Content::Whole(body) => body.is_end_stream(),
            Content::Begun(read, rest) => read.is_empty() && rest.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.content {
            Content::Whole(body) => body.size_hint(),
            Content::Begun(read, rest) if read.is_empty() => rest.size_hint(),
            Content::Begun(..) => SizeHint::default(),
        }
    }
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
        let frame = ready!(Pin::new(&mut self.inner).poll_frame(context));
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

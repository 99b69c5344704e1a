//! What is counted and logged of a request, from its arrival to the last byte of its response.

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Method, Response, Uri};
use http_body::{Frame, SizeHint};
use http_body_util::BodyExt as _;

use crate::access_log::{Entry, Log};
use crate::body::{Body, BodyError};
use crate::metrics::Metrics;

/// The status under which a request is recorded whose client left before there was a response.
const CLIENT_CLOSED_REQUEST: u16 = 499;

/// Counts and logs a request when it is dropped.
pub struct Record {
    metrics: Arc<Metrics>,
    log: Log,
    began: Instant,
    /// Until the response's headers.
    duration: Option<Duration>,
    request_id: Arc<str>,
    method: Method,
    uri: Uri,
    client: SocketAddr,
    /// The component that answered, if one did.
    pub component: Option<Arc<str>>,
    status: u16,
    bytes: u64,
}

impl Record {
    /// Begins the record of a request.
    pub fn begin(metrics: &Arc<Metrics>, log: &Log, request_id: Arc<str>, method: Method, uri: Uri, client: SocketAddr) -> Self {
        metrics.in_flight.fetch_add(1, Relaxed);
        Self {
            metrics: metrics.clone(),
            log: log.clone(),
            began: Instant::now(),
            duration: None,
            request_id,
            method,
            uri,
            client,
            component: None,
            status: CLIENT_CLOSED_REQUEST,
            bytes: 0,
        }
    }

    /// The response's headers are known; its body carries the record to its end.
    pub fn attach(mut self, response: Response<Body>) -> Response<Body> {
        self.status = response.status().as_u16();
        self.duration = Some(self.began.elapsed());
        response.map(|inner| Recorded { inner, record: self }.boxed_unsync())
    }
}

impl Drop for Record {
    fn drop(&mut self) {
        self.metrics.in_flight.fetch_sub(1, Relaxed);
        let duration = self.duration.unwrap_or_else(|| self.began.elapsed());
        let component = self.component.as_deref();
        self.metrics.count_request(component, self.status, duration);
        if self.log.is_enabled() {
            self.log.request(&Entry {
                request_id: &self.request_id,
                method: self.method.as_str(),
                path: self.uri.path(),
                status: self.status,
                duration,
                bytes: self.bytes,
                component: component.unwrap_or_default(),
                client: self.client,
            });
        }
    }
}

struct Recorded {
    inner: Body,
    record: Record,
}

impl http_body::Body for Recorded {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let frame = std::task::ready!(Pin::new(&mut self.inner).poll_frame(context));
        if let Some(Ok(frame)) = &frame
            && let Some(data) = frame.data_ref()
        {
            self.record.bytes += data.len() as u64;
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

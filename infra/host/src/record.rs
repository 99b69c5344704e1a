//! What is counted and logged of a request, from its arrival to the last byte of its response.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use http::{Method, Response, Uri};

use crate::access_log::{Entry, Log};
use crate::body::Body;
use crate::metrics::Metrics;
use crate::trace::TraceId;

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
    /// The trace that it belongs to, when it is logged.
    pub trace_id: Option<TraceId>,
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
    pub fn begin(
        metrics: &Arc<Metrics>,
        log: &Log,
        request_id: Arc<str>,
        method: Method,
        uri: Uri,
        client: SocketAddr,
    ) -> Self {
        metrics.in_flight.fetch_add(1, Relaxed);
        Self {
            metrics: metrics.clone(),
            log: log.clone(),
            began: Instant::now(),
            duration: None,
            request_id,
            trace_id: None,
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
        response.map(|body| body.recorded(self))
    }

    /// Counts what is sent of the body.
    pub fn count_bytes(&mut self, bytes: usize) {
        self.bytes += bytes as u64;
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
                trace_id: self.trace_id,
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

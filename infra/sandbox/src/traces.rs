//! In which traces requests to the APIs came: their `traceparent` and `tracestate`, as they were sent.

use std::collections::VecDeque;

use http::request::Parts;

/// Most requests that are remembered.
const KEPT_MAX: usize = 1_000;

/// The trace headers of one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenTrace {
    /// Path of the request.
    pub path: String,
    /// `traceparent`, when it was there.
    pub traceparent: Option<String>,
    /// `tracestate`, when it was there.
    pub tracestate: Option<String>,
}

/// The latest requests.
#[derive(Debug, Default)]
pub(crate) struct Traces(VecDeque<SeenTrace>);

impl Traces {
    /// Remembers a request.
    pub(crate) fn note(&mut self, head: &Parts) {
        let text = |name| head.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        if self.0.len() == KEPT_MAX {
            self.0.pop_front();
        }
        self.0.push_back(SeenTrace {
            path: head.uri.path().to_owned(),
            traceparent: text("traceparent"),
            tracestate: text("tracestate"),
        });
    }

    /// All of them, oldest first.
    pub(crate) fn all(&self) -> Vec<SeenTrace> {
        self.0.iter().cloned().collect()
    }
}

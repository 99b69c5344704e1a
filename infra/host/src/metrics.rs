//! Counters in the Prometheus text format. Everything on a request's path is an atomic addition.

mod histogram;
mod text;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use crate::seam::{HostCallKind, Outcome};
pub use histogram::Histogram;
pub use text::PoolStatus;

/// The metrics of one application.
#[derive(Default)]
pub struct Metrics {
    components: BTreeMap<String, ComponentMetrics>,
    /// What the host answered itself, without a component.
    host: ComponentMetrics,
    /// By kind: succeeded, failed.
    host_calls: [[AtomicU64; 2]; HostCallKind::ALL.len()],
    /// By path: answered with success, skipped because the last one still ran, answered with an error.
    jobs: BTreeMap<String, [AtomicU64; 3]>,
    /// Requests being handled now.
    pub in_flight: AtomicU64,
    /// Instances alive now.
    pub instances: AtomicU64,
    /// Instances ever created.
    pub instances_created: AtomicU64,
    /// Instances that ended in a trap or over their time.
    pub traps: AtomicU64,
    /// Time spent waiting for PostgreSQL connections.
    pub pg_wait: Histogram,
    /// Waits for a PostgreSQL connection that were given up.
    pub pg_wait_timeouts: AtomicU64,
    /// Access log lines dropped because standard error was too slow.
    pub log_dropped: AtomicU64,
}

/// The requests of one component.
pub struct ComponentMetrics {
    /// By status code, from 100.
    statuses: [AtomicU64; 500],
    /// Until the response's headers.
    duration: Histogram,
}

impl Default for ComponentMetrics {
    fn default() -> Self {
        Self { statuses: std::array::from_fn(|_| AtomicU64::new(0)), duration: Histogram::default() }
    }
}

/// What became of a job's tick.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tick {
    /// Answered with success.
    Run,
    /// The last one was still running.
    Skipped,
    /// Answered with an error.
    Failed,
}

impl Metrics {
    /// Metrics for these components and these jobs.
    pub fn new<'a>(components: impl Iterator<Item = &'a String>, jobs: impl Iterator<Item = &'a String>) -> Self {
        Self {
            components: components.map(|id| (id.clone(), ComponentMetrics::default())).collect(),
            jobs: jobs.map(|path| (path.clone(), Default::default())).collect(),
            ..Self::default()
        }
    }

    /// Counts an answered request; without a component, the host answered it.
    pub fn count_request(&self, component: Option<&str>, status: u16, duration: Duration) {
        let metrics = component.and_then(|id| self.components.get(id)).unwrap_or(&self.host);
        if let Some(count) = metrics.statuses.get(usize::from(status.saturating_sub(100))) {
            count.fetch_add(1, Relaxed);
        }
        metrics.duration.observe(duration);
    }

    /// Counts a host call.
    pub fn count_host_call(&self, kind: HostCallKind, outcome: Outcome) {
        let [succeeded, failed] = match self.host_calls.get(kind as usize) {
            Some(counts) => counts,
            None => return,
        };
        match outcome {
            Outcome::Success => succeeded.fetch_add(1, Relaxed),
            Outcome::Failure => failed.fetch_add(1, Relaxed),
        };
    }

    /// Counts a job's tick.
    pub fn count_tick(&self, path: &str, tick: Tick) {
        if let Some([run, skipped, failed]) = self.jobs.get(path) {
            match tick {
                Tick::Run => run.fetch_add(1, Relaxed),
                Tick::Skipped => skipped.fetch_add(1, Relaxed),
                Tick::Failed => failed.fetch_add(1, Relaxed),
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_names_what_was_counted() {
        let ids = ["web".to_owned()];
        let jobs = ["/internal/outbox".to_owned()];
        let metrics = Metrics::new(ids.iter(), jobs.iter());
        metrics.count_request(Some("web"), 200, Duration::from_millis(3));
        metrics.count_request(Some("web"), 404, Duration::from_micros(10));
        metrics.count_request(None, 503, Duration::ZERO);
        metrics.count_host_call(HostCallKind::PgQuery, Outcome::Failure);
        metrics.count_tick("/internal/outbox", Tick::Skipped);
        let text = metrics.text(&[]);
        for line in [
            "host_requests_total{component=\"web\",status=\"200\",class=\"2xx\"} 1",
            "host_requests_total{component=\"web\",status=\"404\",class=\"4xx\"} 1",
            "host_requests_total{component=\"\",status=\"503\",class=\"5xx\"} 1",
            "host_request_duration_seconds_bucket{component=\"web\",le=\"0.0025\"} 1",
            "host_request_duration_seconds_bucket{component=\"web\",le=\"0.005\"} 2",
            "host_request_duration_seconds_count{component=\"web\"} 2",
            "host_calls_total{kind=\"pg_query\",outcome=\"failure\"} 1",
            "host_job_ticks_total{path=\"/internal/outbox\",outcome=\"skipped\"} 1",
            "host_instances 0",
        ] {
            assert!(text.lines().any(|l| l == line), "{line} is not in\n{text}");
        }
    }
}

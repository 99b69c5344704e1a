//! The Prometheus text format.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use super::{ComponentMetrics, Metrics};
use crate::seam::HostCallKind;

/// The state of one PostgreSQL pool.
pub struct PoolStatus {
    /// The component it belongs to.
    pub component: String,
    /// Connections that exist.
    pub size: usize,
    /// Connections nobody uses.
    pub idle: usize,
    /// Calls waiting for a connection.
    pub waiting: usize,
}

impl Metrics {
    /// Everything as Prometheus reads it. Series without a single count are left out.
    pub fn text(&self, pools: &[PoolStatus]) -> String {
        let mut text = String::with_capacity(8 * 1024);
        self.write_requests(&mut text);
        self.write_host_calls(&mut text);
        self.write_jobs(&mut text);
        write_pools(&mut text, pools);
        let singles: [(&str, &str, &str, &AtomicU64); 6] = [
            ("host_requests_in_flight", "gauge", "Requests being handled", &self.in_flight),
            ("host_instances", "gauge", "Instances alive", &self.instances),
            ("host_instances_created_total", "counter", "Instances created", &self.instances_created),
            ("host_traps_total", "counter", "Instances that ended in a trap or over their time", &self.traps),
            ("host_pg_wait_timeouts_total", "counter", "Waits for a connection given up", &self.pg_wait_timeouts),
            ("host_log_dropped_total", "counter", "Access log lines dropped", &self.log_dropped),
        ];
        for (name, kind, help, value) in singles {
            head(&mut text, name, kind, help);
            let _ = writeln!(text, "{name} {}", value.load(Relaxed));
        }
        head(&mut text, "host_pg_wait_seconds", "histogram", "Time until a PostgreSQL connection was there");
        self.pg_wait.write(&mut text, "host_pg_wait_seconds", "");
        text
    }

    fn component_metrics(&self) -> impl Iterator<Item = (&str, &ComponentMetrics)> {
        self.components.iter().map(|(id, metrics)| (id.as_str(), metrics)).chain([("", &self.host)])
    }

    fn write_requests(&self, text: &mut String) {
        head(text, "host_requests_total", "counter", "Requests answered; an empty component is the host itself");
        for (id, metrics) in self.component_metrics() {
            for (status, count) in (100..).zip(&metrics.statuses) {
                let count = count.load(Relaxed);
                if count > 0 {
                    let class = status / 100;
                    let _ = writeln!(
                        text,
                        "host_requests_total{{component=\"{id}\",status=\"{status}\",class=\"{class}xx\"}} {count}"
                    );
                }
            }
        }
        head(text, "host_request_duration_seconds", "histogram", "Time until the response's headers");
        for (id, metrics) in self.component_metrics() {
            metrics.duration.write(text, "host_request_duration_seconds", &format!("component=\"{id}\""));
        }
    }

    fn write_host_calls(&self, text: &mut String) {
        head(text, "host_calls_total", "counter", "Calls of components to the host");
        for (kind, counts) in HostCallKind::ALL.iter().zip(&self.host_calls) {
            for (outcome, count) in ["success", "failure"].iter().zip(counts) {
                let (kind, count) = (kind.as_str(), count.load(Relaxed));
                let _ = writeln!(text, "host_calls_total{{kind=\"{kind}\",outcome=\"{outcome}\"}} {count}");
            }
        }
    }

    fn write_jobs(&self, text: &mut String) {
        head(text, "host_job_ticks_total", "counter", "Ticks of jobs");
        for (path, counts) in &self.jobs {
            for (outcome, count) in ["success", "skipped", "failure"].iter().zip(counts) {
                let count = count.load(Relaxed);
                let _ = writeln!(text, "host_job_ticks_total{{path=\"{path}\",outcome=\"{outcome}\"}} {count}");
            }
        }
    }
}

fn write_pools(text: &mut String, pools: &[PoolStatus]) {
    head(text, "host_pg_connections", "gauge", "PostgreSQL connections, and calls waiting for one");
    for PoolStatus { component, size, idle, waiting } in pools {
        let busy = size.saturating_sub(*idle);
        for (state, count) in [("busy", busy), ("idle", *idle), ("waiting", *waiting)] {
            let _ = writeln!(text, "host_pg_connections{{component=\"{component}\",state=\"{state}\"}} {count}");
        }
    }
}

fn head(text: &mut String, name: &str, kind: &str, help: &str) {
    let _ = writeln!(text, "# HELP {name} {help}.\n# TYPE {name} {kind}");
}

//! What a load brought to light.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::histogram::Histogram;

/// Latencies by step, faults by their words, and counts of what happened.
#[derive(Clone, Debug)]
pub struct Samples {
    begin: Instant,
    end: Instant,
    last: Instant,
    steps: BTreeMap<&'static str, Histogram>,
    tallies: BTreeMap<&'static str, u64>,
    faults: BTreeMap<String, u64>,
}

impl Samples {
    /// Latencies count when they end between `begin` and `end`; faults and tallies always do.
    pub fn new(begin: Instant, end: Instant) -> Self {
        let (steps, tallies, faults) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        Self { begin, end, last: begin, steps, tallies, faults }
    }

    /// Records that `step`, begun at `start`, has ended now.
    pub fn record(&mut self, step: &'static str, start: Instant) {
        let now = Instant::now();
        if now >= self.begin && now < self.end {
            self.last = now;
            self.steps.entry(step).or_default().record(now.duration_since(start));
        }
    }

    /// Counts something that happened, whenever it did.
    pub fn tally(&mut self, what: &'static str) {
        *self.tallies.entry(what).or_default() += 1;
    }

    /// Counts what should not have happened.
    pub fn fault(&mut self, words: String) {
        *self.faults.entry(words).or_default() += 1;
    }

    /// Adds what another worker saw.
    pub fn merge(&mut self, other: &Self) {
        self.last = self.last.max(other.last);
        for (step, histogram) in &other.steps {
            self.steps.entry(step).or_default().merge(histogram);
        }
        for (what, count) in &other.tallies {
            *self.tallies.entry(what).or_default() += count;
        }
        for (words, count) in &other.faults {
            *self.faults.entry(words.clone()).or_default() += count;
        }
    }

    /// The latencies of a step.
    pub fn step(&self, step: &str) -> Histogram {
        self.steps.get(step).cloned().unwrap_or_default()
    }

    /// How often a step ended in a second, until the last one did.
    pub fn rate(&self, step: &str) -> f64 {
        let span = self.last.saturating_duration_since(self.begin).max(Duration::from_millis(1));
        self.step(step).count() as f64 / span.as_secs_f64()
    }

    /// How often `what` happened.
    pub fn tallied(&self, what: &str) -> u64 {
        self.tallies.get(what).copied().unwrap_or_default()
    }

    /// How many faults there were.
    pub fn faults(&self) -> u64 {
        self.faults.values().sum()
    }

    /// The most frequent fault in words; empty without any.
    pub fn worst_fault(&self) -> String {
        let worst = self.faults.iter().max_by_key(|(_, count)| **count);
        worst.map(|(words, count)| format!("{count} × {words}")).unwrap_or_default()
    }

    /// `p50 1.20 p95 3.40 p99 5.60 ms` of a step.
    pub fn quantiles(&self, step: &str) -> String {
        let histogram = self.step(step);
        let [p50, p95, p99] = [0.5, 0.95, 0.99].map(|share| histogram.quantile_ms(share));
        format!("p50 {p50:.2} p95 {p95:.2} p99 {p99:.2} ms")
    }
}

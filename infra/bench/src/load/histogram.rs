//! A histogram of durations with buckets of constant relative width.

use std::time::Duration;

/// Buckets for each power of two: a quantile is at most 1/128 above the true one.
const STEPS: u64 = 128;
const STEP_BITS: u32 = STEPS.trailing_zeros();

/// Durations, counted by bucket; grows with the largest one seen.
#[derive(Clone, Debug, Default)]
pub struct Histogram {
    counts: Vec<u64>,
    total: u64,
}

impl Histogram {
    /// Adds one duration.
    pub fn record(&mut self, duration: Duration) {
        let at = bucket(u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX));
        if self.counts.len() <= at {
            self.counts.resize(at + 1, 0);
        }
        if let Some(count) = self.counts.get_mut(at) {
            *count += 1;
        }
        self.total += 1;
    }

    /// Adds all of another histogram.
    pub fn merge(&mut self, other: &Self) {
        if self.counts.len() < other.counts.len() {
            self.counts.resize(other.counts.len(), 0);
        }
        for (mine, theirs) in self.counts.iter_mut().zip(&other.counts) {
            *mine += theirs;
        }
        self.total += other.total;
    }

    /// How many durations there are.
    pub fn count(&self) -> u64 {
        self.total
    }

    /// The duration that `share` of all (0 to 1) do not exceed, in milliseconds; 0 without any.
    pub fn quantile_ms(&self, share: f64) -> f64 {
        let mut wanted = ((self.total as f64) * share).ceil().max(1.0);
        for (at, count) in self.counts.iter().enumerate() {
            wanted -= *count as f64;
            if wanted <= 0.0 {
                return upper_bound(at as u64) as f64 / 1e6;
            }
        }
        0.0
    }
}

fn bucket(nanoseconds: u64) -> usize {
    let shift = (u64::BITS - nanoseconds.leading_zeros()).saturating_sub(STEP_BITS + 1);
    let at = u64::from(shift) * STEPS + (nanoseconds >> shift);
    usize::try_from(at).unwrap_or(usize::MAX)
}

/// The largest number of nanoseconds in a bucket.
fn upper_bound(at: u64) -> u64 {
    if at < 2 * STEPS {
        return at;
    }
    let shift = at / STEPS - 1;
    ((at - shift * STEPS + 1) << shift) - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_is_never_wider_than_one_part_in_128() {
        for nanoseconds in (0..10_000).chain((14..63).map(|bits| (1_u64 << bits) + 12_345)) {
            let upper = upper_bound(bucket(nanoseconds) as u64);
            assert!(upper >= nanoseconds && upper - nanoseconds <= nanoseconds / 128, "{nanoseconds} {upper}");
        }
    }

    #[test]
    fn quantiles_count_from_the_smallest() {
        let mut histogram = Histogram::default();
        assert!(histogram.quantile_ms(0.5).abs() < f64::EPSILON);
        for milliseconds in 1..=100 {
            histogram.record(Duration::from_millis(milliseconds));
        }
        for (share, expected) in [(0.5, 50.0), (0.95, 95.0), (0.99, 99.0), (1.0, 100.0)] {
            let found = histogram.quantile_ms(share);
            assert!(found >= expected && found < expected * 1.01, "{share}: {found}");
        }
        let mut twice = histogram.clone();
        twice.merge(&histogram);
        assert_eq!(twice.count(), 200);
        assert!((twice.quantile_ms(0.95) - histogram.quantile_ms(0.95)).abs() < f64::EPSILON);
    }
}

//! When a message that could not be sent is tried again.

use std::time::Duration;

/// Wait after the first failure; it doubles with each further one.
const FIRST_WAIT_S: i64 = 30;

/// Longest wait of our own.
const WAIT_MAX_S: i64 = 60 * 60;

/// Tries after which a message is given up, about three hours after the first.
const TRIES: u32 = 10;

/// Why a message could not be sent now.
#[derive(Clone, Copy, Debug)]
pub(super) struct Failure {
    /// Stable name, to be stored.
    pub reason: &'static str,
    /// How long the provider wants to be left alone.
    pub least: Duration,
    /// Whether it stays so until an operator acts. Such a message is tried until it is of no more use.
    pub needs_operator: bool,
}

/// Seconds until a message is tried again that has been tried so many times; `None` when it is given up.
pub(super) fn retry_s(tries: u32, failure: Failure) -> Option<i64> {
    if tries >= TRIES && !failure.needs_operator {
        return None;
    }
    let doubled = FIRST_WAIT_S.saturating_mul(1 << tries.saturating_sub(1).min(16)).min(WAIT_MAX_S);
    let least = i64::try_from(failure.least.as_secs()).unwrap_or(i64::MAX);
    Some(doubled.max(least))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIMEOUT: Failure = Failure { reason: "timeout", least: Duration::from_secs(5), needs_operator: false };

    #[test]
    fn waits_double_up_to_an_hour_and_end_after_ten_tries() {
        let waits: Vec<_> = (1..=12).map(|tries| retry_s(tries, TIMEOUT)).collect();
        let seconds = [30, 60, 120, 240, 480, 960, 1_920, 3_600, 3_600].map(Some);
        assert_eq!(waits[..9], seconds);
        assert_eq!(waits[9..], [None; 3]);
    }

    #[test]
    fn the_providers_own_wait_counts_when_it_is_longer() {
        let busy = |seconds| Failure { least: Duration::from_secs(seconds), ..TIMEOUT };
        assert_eq!(retry_s(1, busy(7_200)), Some(7_200));
        assert_eq!(retry_s(4, busy(5)), Some(240));
    }

    #[test]
    fn what_an_operator_must_mend_is_not_given_up() {
        let refused = Failure { needs_operator: true, ..TIMEOUT };
        assert_eq!(retry_s(500, refused), Some(3_600));
    }
}

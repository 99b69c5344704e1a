//! How many requests of an instance may be on their way to hash a password.
//!
//! A hash takes tens of milliseconds of the instance's one thread. What waits behind more of them than this would wait too long, and is
//! told so at once. Other components have instances of their own and are not held up.

use std::sync::atomic::{AtomicUsize, Ordering};

/// Requests of one instance that may hash or wait for it: 16 hashes of 36 ms are done within the patience of a person.
const MOST: usize = 16;

static TAKEN: AtomicUsize = AtomicUsize::new(0);

/// A place in the queue, given back when dropped. Taken before anything is asked of the database, so that who finds the queue full is
/// not charged for an attempt.
#[derive(Debug)]
pub struct HashSlot(());

impl HashSlot {
    /// Takes a place; `None` when all are taken.
    #[must_use]
    pub fn take() -> Option<Self> {
        let taken =
            TAKEN.fetch_update(Ordering::AcqRel, Ordering::Acquire, |taken| (taken < MOST).then_some(taken + 1));
        taken.ok().map(|_| Self(()))
    }
}

impl Drop for HashSlot {
    fn drop(&mut self) {
        TAKEN.fetch_sub(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_queue_takes_nobody_until_somebody_leaves() {
        let mut slots: Vec<_> = (0..MOST).map(|_| HashSlot::take().unwrap()).collect();
        assert!(HashSlot::take().is_none());
        slots.pop();
        assert!(HashSlot::take().is_some());
    }
}

//! A bounded map of values read or written lately, so that a hit costs a lock and a copy.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Arc, PoisonError, RwLock};

/// Independent parts, so that readers of different keys do not share a lock.
const SHARDS: usize = 16;
/// Keys and values of all shards together.
const CAPACITY_BYTES: usize = 64 * 1024 * 1024;
/// What an entry costs beside its key and value.
const ENTRY_OVERHEAD_BYTES: usize = 96;

/// A value, or the knowledge that there is none.
pub type Cached = Option<Arc<[u8]>>;

/// The cache of one store.
pub struct Cache {
    shards: [RwLock<Shard>; SHARDS],
    hasher: RandomState,
}

#[derive(Default)]
struct Shard {
    entries: HashMap<Box<str>, Cached>,
    bytes: usize,
    /// Counts the writes: a value read from the store before a write must not be kept after it.
    version: u64,
}

/// The state of a shard when a read from the store began.
#[derive(Clone, Copy)]
pub struct Snapshot(u64);

impl Cache {
    pub fn new() -> Self {
        Self { shards: std::array::from_fn(|_| RwLock::default()), hasher: RandomState::new() }
    }

    /// The value if it is known; else what [`Self::keep`] needs later.
    pub fn get(&self, key: &str) -> Result<Cached, Snapshot> {
        let shard = self.shard(key).read().unwrap_or_else(PoisonError::into_inner);
        shard.entries.get(key).cloned().ok_or(Snapshot(shard.version))
    }

    /// Keeps a value that was read from the store after `snapshot`, unless a write came between.
    pub fn keep(&self, key: &str, value: Cached, Snapshot(version): Snapshot) {
        let mut shard = self.shard(key).write().unwrap_or_else(PoisonError::into_inner);
        if shard.version == version {
            shard.insert(key, value);
        }
    }

    /// Records that the store now holds `value`.
    pub fn written(&self, key: &str, value: Cached) {
        let mut shard = self.shard(key).write().unwrap_or_else(PoisonError::into_inner);
        shard.version += 1;
        shard.insert(key, value);
    }

    #[expect(clippy::indexing_slicing, reason = "the index is taken modulo the length")]
    fn shard(&self, key: &str) -> &RwLock<Shard> {
        let hash = usize::try_from(self.hasher.hash_one(key) % SHARDS as u64).unwrap_or_default();
        &self.shards[hash]
    }
}

impl Shard {
    fn insert(&mut self, key: &str, value: Cached) {
        let cost = cost(key, &value);
        self.remove(key);
        while self.bytes + cost > CAPACITY_BYTES / SHARDS {
            // Any entry will do: the map's order is random, and a wrong choice costs one read.
            let Some(victim) = self.entries.keys().next().cloned() else { return };
            self.remove(&victim);
        }
        self.bytes += cost;
        self.entries.insert(key.into(), value);
    }

    fn remove(&mut self, key: &str) {
        if let Some((key, value)) = self.entries.remove_entry(key) {
            self.bytes -= cost(&key, &value);
        }
    }
}

fn cost(key: &str, value: &Cached) -> usize {
    key.len() + value.as_ref().map_or(0, |value| value.len()) + ENTRY_OVERHEAD_BYTES
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(bytes: usize) -> Cached {
        Some(vec![7; bytes].into())
    }

    #[test]
    fn a_read_from_before_a_write_is_not_kept() {
        let cache = Cache::new();
        let snapshot = cache.get("key").expect_err("nothing is known yet");
        cache.written("key", value(1));
        cache.keep("key", None, snapshot);
        assert_eq!(cache.get("key").ok().flatten().map(|value| value.len()), Some(1));
    }

    #[test]
    fn absence_is_remembered() {
        let cache = Cache::new();
        let snapshot = cache.get("key").expect_err("nothing is known yet");
        cache.keep("key", None, snapshot);
        assert!(matches!(cache.get("key"), Ok(None)));
    }

    #[test]
    fn it_stays_within_its_capacity() {
        let cache = Cache::new();
        for index in 0..300 {
            cache.written(&format!("key{index}"), value(1024 * 1024));
        }
        let held: usize = cache.shards.iter().map(|shard| shard.read().unwrap().bytes).sum();
        assert!(held <= CAPACITY_BYTES && held > 0, "{held}");
        cache.written("huge", value(CAPACITY_BYTES));
        assert!(cache.get("huge").is_err(), "larger than a shard, so it is not kept");
    }
}

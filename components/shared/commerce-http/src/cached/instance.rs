//! The instance's own memory of answers, bounded in number and bytes. Its keys begin with the tenant.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use uuid::Uuid;

use super::entry::CachedRead;

/// Most answers kept.
const MAX_ENTRIES: usize = 1_024;

/// Most bytes of bodies kept. An instance has 128 MiB for everything.
const MAX_BYTES: usize = 16 * 1024 * 1024;

static READS: Mutex<Option<Reads>> = Mutex::new(None);

struct Kept {
    catalog_version: i64,
    expires_at_ms: u64,
    read: Arc<CachedRead>,
}

#[derive(Default)]
struct Reads {
    by_tenant: HashMap<Uuid, HashMap<String, Kept>>,
    entries: usize,
    bytes: usize,
}

/// The answer under a key, unless it has expired or is of another version of the catalogue.
pub(super) fn get(tenant: Uuid, catalog_version: i64, key: &str, now_ms: u64) -> Option<Arc<CachedRead>> {
    let reads = READS.lock().unwrap_or_else(PoisonError::into_inner);
    let kept = reads.as_ref()?.by_tenant.get(&tenant)?.get(key)?;
    (kept.expires_at_ms > now_ms && kept.catalog_version == catalog_version).then(|| Arc::clone(&kept.read))
}

/// Keeps an answer until `expires_at_ms`, or until the room is needed.
pub(super) fn put(tenant: Uuid, catalog_version: i64, key: String, expires_at_ms: u64, read: Arc<CachedRead>) {
    let mut reads = READS.lock().unwrap_or_else(PoisonError::into_inner);
    reads.get_or_insert_default().put(tenant, key, Kept { catalog_version, expires_at_ms, read });
}

impl Reads {
    fn put(&mut self, tenant: Uuid, key: String, kept: Kept) {
        let size = kept.read.size();
        if size > MAX_BYTES / 8 {
            return;
        }
        if self.entries >= MAX_ENTRIES || self.bytes + size > MAX_BYTES {
            // Nothing lives longer than two seconds, so starting over costs little and keeps no order to maintain.
            *self = Self::default();
        }
        let replaced = self.by_tenant.entry(tenant).or_default().insert(key, kept);
        match replaced {
            Some(old) => self.bytes -= old.read.size(),
            None => self.entries += 1,
        }
        self.bytes += size;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(size: usize) -> Arc<CachedRead> {
        Arc::new(CachedRead::new("ar", &vec![b'1'; size], None).unwrap())
    }

    #[test]
    fn a_tenant_reads_its_own_answers_until_they_expire() {
        let (one, two) = (Uuid::from_u128(1), Uuid::from_u128(2));
        put(one, 3, "k".into(), 10, read(1));
        assert!(get(one, 3, "k", 9).is_some());
        assert!(get(one, 3, "k", 10).is_none());
        assert!(get(one, 4, "k", 9).is_none());
        assert!(get(two, 3, "k", 9).is_none());
    }

    #[test]
    fn number_and_bytes_are_bounded() {
        let mut reads = Reads::default();
        for n in 0..MAX_ENTRIES * 2 {
            reads.put(Uuid::nil(), n.to_string(), Kept { catalog_version: 1, expires_at_ms: 1, read: read(100_000) });
            assert!(reads.entries <= MAX_ENTRIES && reads.bytes <= MAX_BYTES);
        }
        let before = reads.entries;
        reads.put(Uuid::nil(), "big".into(), Kept { catalog_version: 1, expires_at_ms: 1, read: read(MAX_BYTES / 8) });
        assert_eq!(reads.entries, before);
    }

    #[test]
    fn replacing_an_answer_frees_its_bytes() {
        let mut reads = Reads::default();
        for size in [10, 1_000, 10] {
            reads.put(Uuid::nil(), "k".into(), Kept { catalog_version: 1, expires_at_ms: 1, read: read(size) });
            assert_eq!((reads.entries, reads.bytes), (1, read(size).size()));
        }
    }
}

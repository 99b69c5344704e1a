//! Views of tenants, remembered for at most five seconds since the database told them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use commerce_kv::{Cache, Key, now_ms};

use crate::{Selector, TenantView};

/// How long a view may be used, in the instance and the key-value store together.
const TTL_MS: u64 = 5_000;

/// Most selectors kept in an instance.
const MAX_ENTRIES: usize = 1_024;

/// The instance's own memory; its keys are selectors, each naming one tenant.
static INSTANCE: Mutex<Option<Entries>> = Mutex::new(None);

type Entries = HashMap<String, (u64, Arc<TenantView>)>;

/// The two caches in front of the database.
#[derive(Clone, Copy, Debug)]
pub struct TenantCache;

impl TenantCache {
    /// The tenant that a selector names, if it was read within the last five seconds.
    pub async fn find(store: &Cache, selector: &Selector) -> Option<Arc<TenantView>> {
        let key = selector.key();
        if let Some(view) = recall(&key, now_ms()) {
            return Some(view);
        }
        let entry = store.get(&Key::of_host(&key)).await?;
        let view = Arc::new(serde_json::from_slice(&entry.payload).ok()?);
        remember(key, entry.expires_at_ms, Arc::clone(&view));
        Some(view)
    }

    /// Keeps the view that came beside an answer. Returns it parsed; a null view names no tenant and is not kept.
    pub async fn learn(store: &Cache, selector: &Selector, read_at_ms: u64, view: &[u8]) -> Option<Arc<TenantView>> {
        let parsed = serde_json::from_slice::<Option<TenantView>>(view).ok()??;
        let parsed = Arc::new(parsed);
        let key = selector.key();
        let expires_at_ms = read_at_ms.saturating_add(TTL_MS);
        store.put(&Key::of_host(&key), view, expires_at_ms).await;
        remember(key, expires_at_ms, Arc::clone(&parsed));
        Some(parsed)
    }
}

fn recall(key: &str, now_ms: u64) -> Option<Arc<TenantView>> {
    let instance = INSTANCE.lock().unwrap_or_else(PoisonError::into_inner);
    let (expires_at_ms, view) = instance.as_ref()?.get(key)?;
    (*expires_at_ms > now_ms).then(|| Arc::clone(view))
}

fn remember(key: String, expires_at_ms: u64, view: Arc<TenantView>) {
    let mut instance = INSTANCE.lock().unwrap_or_else(PoisonError::into_inner);
    let entries = instance.get_or_insert_default();
    if entries.len() >= MAX_ENTRIES {
        let now_ms = now_ms();
        entries.retain(|_, (expires_at_ms, _)| *expires_at_ms > now_ms);
        if entries.len() >= MAX_ENTRIES {
            entries.clear();
        }
    }
    entries.insert(key, (expires_at_ms, view));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view() -> Arc<TenantView> {
        let json = r#"{"id":"01900000-0000-7000-8000-000000000001","slug":"qahwa","name":{"ar":"قهوة","en":"Coffee"},
            "locale":"ar","locales":["ar","en"],"currency":"SAR","timezone":"Asia/Riyadh","country":"SA",
            "tax":{"rate_bp":1500,"included":true},"show_available":true,"catalog_version":3,
            "active":true,"domains":[],"cors_origins":[]}"#;
        Arc::new(serde_json::from_str(json).unwrap())
    }

    #[test]
    fn a_view_is_used_until_it_expires_and_only_under_its_own_key() {
        remember("qahwa/".into(), 10_000, view());
        assert_eq!(recall("qahwa/", 9_999), Some(view()));
        assert_eq!(recall("qahwa/", 10_000), None);
        assert_eq!(recall("/qahwa", 0), None);
    }

    #[test]
    fn the_instance_remembers_a_bounded_number() {
        for n in 0..MAX_ENTRIES * 2 {
            remember(format!("bound-{n}/"), u64::MAX, view());
        }
        assert!(INSTANCE.lock().unwrap().as_ref().unwrap().len() <= MAX_ENTRIES);
    }
}

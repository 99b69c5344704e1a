//! Key-value stores: one interface, three places for the values, and `spin:key-value` on top.

mod cache;
mod host;
mod memory;
mod redis;
mod sqlite;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use futures::future::BoxFuture;

use crate::config::{Config, KeyValueStoreConfig};

/// Which stores an application uses, whatever its configuration says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyValueBackend {
    /// Every store lives in memory, and is the application's own.
    Memory,
}

/// A store's refusal, in words that hold no address and no value.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub struct StoreError(pub String);

/// The values of one label.
pub trait Store: Send + Sync {
    /// The value of `key`.
    fn get<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<Vec<u8>>, StoreError>>;
    /// Writes `key`; when this returns, a crash of the process does not lose it (unless the store is memory).
    fn set(&self, key: String, value: Vec<u8>) -> BoxFuture<'_, Result<(), StoreError>>;
    /// Removes `key` if it is there.
    fn delete(&self, key: String) -> BoxFuture<'_, Result<(), StoreError>>;
    /// Whether `key` is there.
    fn exists<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<bool, StoreError>>;
    /// Every key.
    fn keys(&self) -> BoxFuture<'_, Result<Vec<String>, StoreError>>;
}

/// A store that a guest has opened.
pub struct OpenStore(pub(crate) Arc<dyn Store>);

/// Opens the stores that the manifest's `labels` ask for.
///
/// # Errors
/// When a label has no store, or its store cannot be opened.
pub async fn open_stores(
    labels: impl Iterator<Item = &String>,
    config: &Config,
    backend: Option<KeyValueBackend>,
    state_dir: &Path,
) -> anyhow::Result<BTreeMap<String, Arc<dyn Store>>> {
    let mut stores: BTreeMap<String, Arc<dyn Store>> = BTreeMap::new();
    for label in labels {
        if stores.contains_key(label) {
            continue;
        }
        let configured = match (backend, config.key_value_store.get(label)) {
            (Some(KeyValueBackend::Memory), _) => KeyValueStoreConfig::Memory,
            (None, Some(configured)) => configured.clone(),
            (None, None) if label == "default" => KeyValueStoreConfig::Spin { path: None },
            (None, None) => anyhow::bail!("there is no [key_value_store.{label}] in the host's configuration"),
        };
        let store = open(label, configured, state_dir).await.with_context(|| format!("key-value store {label:?}"))?;
        stores.insert(label.clone(), store);
    }
    Ok(stores)
}

async fn open(label: &str, config: KeyValueStoreConfig, state_dir: &Path) -> anyhow::Result<Arc<dyn Store>> {
    Ok(match config {
        KeyValueStoreConfig::Memory => Arc::new(memory::MemoryStore::default()),
        KeyValueStoreConfig::Redis { url } => Arc::new(redis::RedisStore::new(&url)?),
        KeyValueStoreConfig::Spin { path } => {
            let path = state_dir.join(path.unwrap_or_else(|| format!("key_value_{label}.db").into()));
            let open = move || sqlite::SqliteStore::open(&path);
            Arc::new(tokio::task::spawn_blocking(open).await??)
        }
    })
}

#[cfg(test)]
mod tests;

//! The platform's default store, with a bound on how long it may take.

use std::pin::pin;
use std::time::Duration;

use futures::future::{Either, select};
use spin_sdk::key_value::{Error, Store};

use crate::Key;

/// How long one operation may take. The store is asked to save time, so it must not cost any.
const DEADLINE: Duration = Duration::from_millis(250);

/// Longest wait for the list of keys; a job's, not a shopper's.
const LISTING: Duration = Duration::from_secs(5);

/// The store could not be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KvError {
    /// The store failed.
    #[error("key-value store failed")]
    Failed,
    /// The store did not answer in time.
    #[error("key-value store did not answer in time")]
    TimedOut,
}

pub(crate) async fn get(key: &Key) -> Result<Option<Vec<u8>>, KvError> {
    bounded(async { Store::open_default().await?.get(key.as_str()).await }).await
}

pub(crate) async fn set(key: &Key, frame: &[u8]) -> Result<(), KvError> {
    bounded(async { Store::open_default().await?.set(key.as_str(), frame).await }).await
}

pub(crate) async fn delete(key: &Key) -> Result<(), KvError> {
    bounded(async { Store::open_default().await?.delete(key.as_str()).await }).await
}

pub(crate) async fn delete_raw(key: &str) -> Result<(), KvError> {
    bounded(async { Store::open_default().await?.delete(key).await }).await
}

/// The first keys of the store that are wanted, at most `most`. Listing takes its time, so the bound is its own.
pub(crate) async fn keys_where(wanted: impl Fn(&str) -> bool, most: usize) -> Result<Vec<String>, KvError> {
    let listing = async {
        let mut keys = Store::open_default().await?.get_keys().await;
        let mut found = Vec::new();
        while let Some(key) = keys.next().await {
            if wanted(&key) {
                found.push(key);
            }
            if found.len() >= most {
                return Ok(found);
            }
        }
        keys.result().await.map(|()| found)
    };
    within(LISTING, listing).await
}

async fn bounded<T>(operation: impl Future<Output = Result<T, Error>>) -> Result<T, KvError> {
    within(DEADLINE, operation).await
}

async fn within<T>(limit: Duration, operation: impl Future<Output = Result<T, Error>>) -> Result<T, KvError> {
    match select(pin!(operation), pin!(spin_sdk::time::sleep(limit))).await {
        Either::Left((result, _)) => result.map_err(|_| KvError::Failed),
        Either::Right(((), _)) => Err(KvError::TimedOut),
    }
}

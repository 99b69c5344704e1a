//! For facts that can be had elsewhere: a failure of the store is a miss.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::{Entry, Key, KvError, guard};

/// The store as one request sees it. After the first failure the request says so once and asks no more, so a store that is
/// down costs a request 250 ms at most.
#[derive(Debug)]
pub struct Cache {
    request_id: Arc<str>,
    failed: AtomicBool,
}

impl Cache {
    /// The store for the request with this id.
    #[must_use]
    pub fn for_request(request_id: Arc<str>) -> Self {
        Self { request_id, failed: AtomicBool::new(false) }
    }

    /// The value under a key, unless it has expired or the store fails.
    pub async fn get(&self, key: &Key) -> Option<Entry> {
        self.ask(guard::get(key)).await.flatten()
    }

    /// Stores a value until `expires_at_ms`, milliseconds since the epoch, if the store can.
    pub async fn put(&self, key: &Key, payload: &[u8], expires_at_ms: u64) {
        self.ask(guard::put(key, payload, expires_at_ms)).await;
    }

    /// Removes a value, if the store can. The value's own expiry bounds what a failure leaves behind.
    pub async fn delete(&self, key: &Key) {
        self.ask(guard::delete(key)).await;
    }

    async fn ask<T>(&self, operation: impl Future<Output = Result<T, KvError>>) -> Option<T> {
        if self.failed.load(Ordering::Relaxed) {
            return None;
        }
        match operation.await {
            Ok(value) => Some(value),
            Err(error) => {
                if !self.failed.swap(true, Ordering::Relaxed) {
                    eprintln!(
                        r#"{{"level":"warn","event":"key_value","error":"{error}","request_id":"{}"}}"#,
                        self.request_id
                    );
                }
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::executor::block_on;
    use std::future::ready;

    #[test]
    fn a_failure_is_a_miss_and_the_store_is_left_alone() {
        let cache = Cache::for_request("r1".into());
        assert_eq!(block_on(cache.ask(ready(Ok(1)))), Some(1));
        assert_eq!(block_on(cache.ask(ready(Err::<i32, _>(KvError::TimedOut)))), None);
        let untouched = async { panic!("asked again") };
        assert_eq!(block_on(cache.ask::<i32>(untouched)), None);
    }
}

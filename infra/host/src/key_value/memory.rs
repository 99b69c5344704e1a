//! Values in this process's memory.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use futures::future::BoxFuture;

use super::{Store, StoreError};

/// A map behind a lock that is never held across an `await`.
#[derive(Default)]
pub struct MemoryStore {
    values: RwLock<HashMap<String, Vec<u8>>>,
}

impl MemoryStore {
    fn read<T>(&self, read: impl FnOnce(&HashMap<String, Vec<u8>>) -> T) -> BoxFuture<'static, Result<T, StoreError>>
    where
        T: Send + 'static,
    {
        let answer = read(&self.values.read().unwrap_or_else(PoisonError::into_inner));
        Box::pin(std::future::ready(Ok(answer)))
    }

    fn write(&self, write: impl FnOnce(&mut HashMap<String, Vec<u8>>)) -> BoxFuture<'static, Result<(), StoreError>> {
        write(&mut self.values.write().unwrap_or_else(PoisonError::into_inner));
        Box::pin(std::future::ready(Ok(())))
    }
}

impl Store for MemoryStore {
    fn get<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<Vec<u8>>, StoreError>> {
        self.read(|values| values.get(key).cloned())
    }

    fn set(&self, key: String, value: Vec<u8>) -> BoxFuture<'_, Result<(), StoreError>> {
        self.write(|values| drop(values.insert(key, value)))
    }

    fn delete(&self, key: String) -> BoxFuture<'_, Result<(), StoreError>> {
        self.write(|values| drop(values.remove(&key)))
    }

    fn exists<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<bool, StoreError>> {
        self.read(|values| values.contains_key(key))
    }

    fn keys(&self) -> BoxFuture<'_, Result<Vec<String>, StoreError>> {
        self.read(|values| values.keys().cloned().collect())
    }
}

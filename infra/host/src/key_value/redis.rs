//! Values in a Redis or Valkey server. As in Spin, labels share the server's keys: give each its own database number.

use std::time::Duration;

use anyhow::Context as _;
use futures::StreamExt as _;
use futures::future::BoxFuture;
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{AsyncCommands as _, RedisError};

use super::{Store, StoreError};

/// For connecting and for each answer.
const TIMEOUT: Duration = Duration::from_secs(2);

/// A connection that comes back by itself.
pub struct RedisStore {
    connection: ConnectionManager,
}

impl RedisStore {
    /// Connects when first used.
    ///
    /// # Errors
    /// When `url` is not a Redis address.
    pub fn new(url: &str) -> anyhow::Result<Self> {
        let client = redis::Client::open(url).ok().context("the url is not a Redis address")?;
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(TIMEOUT))
            .set_response_timeout(Some(TIMEOUT))
            .set_number_of_retries(1);
        Ok(Self { connection: ConnectionManager::new_lazy_with_config(client, config)? })
    }
}

/// The kind alone: the error's own words may hold the address.
fn store_error(error: &RedisError) -> StoreError {
    StoreError(format!("Redis: {:?}", error.kind()))
}

impl Store for RedisStore {
    fn get<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<Vec<u8>>, StoreError>> {
        let mut connection = self.connection.clone();
        Box::pin(async move { connection.get(key).await.map_err(|error| store_error(&error)) })
    }

    fn set(&self, key: String, value: Vec<u8>) -> BoxFuture<'_, Result<(), StoreError>> {
        let mut connection = self.connection.clone();
        Box::pin(async move { connection.set(key, value).await.map_err(|error| store_error(&error)) })
    }

    fn delete(&self, key: String) -> BoxFuture<'_, Result<(), StoreError>> {
        let mut connection = self.connection.clone();
        Box::pin(async move { connection.del(key).await.map_err(|error| store_error(&error)) })
    }

    fn exists<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<bool, StoreError>> {
        let mut connection = self.connection.clone();
        Box::pin(async move { connection.exists(key).await.map_err(|error| store_error(&error)) })
    }

    /// By `SCAN`, which does not stop the server for others as `KEYS` does.
    fn keys(&self) -> BoxFuture<'_, Result<Vec<String>, StoreError>> {
        let mut connection = self.connection.clone();
        Box::pin(async move {
            let mut keys = connection.scan::<String>().await.map_err(|error| store_error(&error))?;
            let mut all = Vec::new();
            while let Some(key) = keys.next().await {
                all.push(key.map_err(|error| store_error(&error))?);
            }
            Ok(all)
        })
    }
}

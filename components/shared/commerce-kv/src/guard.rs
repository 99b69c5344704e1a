//! For facts on which a refusal depends: a failure of the store is the caller's to decide, and never a miss.

use crate::{Entry, Key, KvError, frame, now_ms, store};

/// The value under a key, unless it has expired.
///
/// # Errors
/// When the store fails or does not answer within 250 ms.
pub async fn get(key: &Key) -> Result<Option<Entry>, KvError> {
    Ok(store::get(key).await?.and_then(|value| frame::decode(value, now_ms())))
}

/// Stores a value until `expires_at_ms`, milliseconds since the epoch.
///
/// # Errors
/// When the store fails or does not answer within 250 ms; the value may be stored nevertheless.
pub async fn put(key: &Key, payload: &[u8], expires_at_ms: u64) -> Result<(), KvError> {
    store::set(key, &frame::encode(expires_at_ms, payload)).await
}

/// Removes a value.
///
/// # Errors
/// When the store fails or does not answer within 250 ms; the value may be gone nevertheless.
pub async fn delete(key: &Key) -> Result<(), KvError> {
    store::delete(key).await
}

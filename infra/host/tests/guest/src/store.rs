//! The key-value store.

use serde_json::{Value, json};
use spin_sdk::key_value::{Error, Store};

use crate::Answer;

/// Opens `label` and does one thing with `key`.
pub async fn operate(label: &str, operation: &str, key: &str, value: &str) -> Answer {
    Ok(match run(label, operation, key, value).await {
        Ok(answer) => json!({ "ok": answer }),
        Err(error) => json!({ "error": format!("{error:?}") }),
    })
}

async fn run(label: &str, operation: &str, key: &str, value: &str) -> Result<Value, Error> {
    let store = Store::open(label).await?;
    Ok(match operation {
        "get" => json!(store.get(key).await?.map(|value| String::from_utf8_lossy(&value).into_owned())),
        "set" => json!(store.set(key, value).await?),
        "delete" => json!(store.delete(key).await?),
        "exists" => json!(store.exists(key).await?),
        "keys" => json!(store.get_keys().await.collect().await?),
        _ => Value::Null,
    })
}

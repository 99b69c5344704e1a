//! Database functions, called as the components call them.

mod audit_chain;
mod auth;
mod event_feed;
mod paging;
mod reservations;
mod search;
mod settlement;

use serde_json::Value;
use tokio_postgres::{Client, Error};

/// Calls `api.<function>(context, input)`.
async fn call(sql: &Client, function: &str, context: &Value, input: &Value) -> Result<Value, Error> {
    Ok(sql.query_one(&format!("select api.{function}($1, $2)"), &[context, input]).await?.get(0))
}

//! Work done the way a behaviour says.

use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use http_body_util::{BodyExt, Collected};
use serde_json::Value;

use crate::behaviour::Fault;
use crate::reply::{Dropped, Reply, json_bytes, to_bytes};

/// Runs `work` after `delay_ms`, under `fault`. `failure` answers a failing status in the API's own shape; `polish` changes a success
/// before it is answered.
pub(crate) async fn misbehave(
    delay_ms: u64,
    fault: Option<&Fault>,
    failure: impl Fn(u16) -> Reply,
    work: impl FnOnce() -> Reply,
    polish: Option<impl FnOnce(&mut Value)>,
) -> Result<Reply, Dropped> {
    if delay_ms > 0 {
        tokio::time::sleep(Duration::from_millis(delay_ms)).await;
    }
    match fault {
        Some(Fault::Status(status)) => return Ok(failure(*status)),
        Some(Fault::DropBefore) => return Err(Dropped),
        _ => {}
    }
    let mut reply = work();
    if !reply.status().is_success() {
        return Ok(reply);
    }
    if let Some(polish) = polish {
        reply = edited(reply, polish).await;
    }
    match fault {
        Some(Fault::StatusAfter(status)) => Ok(failure(*status)),
        Some(Fault::DropAfter) => Err(Dropped),
        Some(Fault::Garbage) => Ok(json_bytes(reply.status(), "<html>\u{0}{\"id\": ")),
        Some(Fault::HugeBody(bytes)) => {
            let padding = |object: &mut Value| set(object, "padding", Some("x".repeat(*bytes)));
            Ok(edited(reply, padding).await)
        }
        Some(Fault::Status(_) | Fault::DropBefore) | None => Ok(reply),
    }
}

/// The same answer with its JSON object changed.
async fn edited(reply: Reply, edit: impl FnOnce(&mut Value)) -> Reply {
    let status: StatusCode = reply.status();
    let body: Bytes = reply.into_body().collect().await.map(Collected::to_bytes).unwrap_or_default();
    let mut object = serde_json::from_slice(&body).unwrap_or(Value::Null);
    edit(&mut object);
    json_bytes(status, to_bytes(&object))
}

/// Sets a field of an object when there is a value for it.
pub(crate) fn set(object: &mut Value, field: &str, value: Option<impl Into<Value>>) {
    if let (Some(fields), Some(value)) = (object.as_object_mut(), value) {
        fields.insert(field.to_owned(), value.into());
    }
}

//! One line per answer from 400 up, to stderr, where the platform collects it.

use http::StatusCode;
use serde::Serialize;
use uuid::Uuid;

use crate::RequestInfo;

#[derive(Serialize)]
struct Line<'a> {
    level: &'a str,
    event: &'a str,
    status: u16,
    code: &'a str,
    method: &'a str,
    /// The route's pattern and never the path: a cart's id is the key to the cart.
    route: &'a str,
    request_id: &'a str,
    tenant_id: Option<Uuid>,
}

/// Writes the line of a refused or failed request.
pub(crate) fn refusal(info: &RequestInfo, status: StatusCode, code: &str) {
    let line = Line {
        level: if status.is_server_error() { "error" } else { "info" },
        event: "request_refused",
        status: status.as_u16(),
        code,
        method: info.method().as_str(),
        route: info.route().unwrap_or("-"),
        request_id: info.request_id(),
        tenant_id: info.tenant_id(),
    };
    if let Ok(line) = serde_json::to_string(&line) {
        eprintln!("{line}");
    }
}

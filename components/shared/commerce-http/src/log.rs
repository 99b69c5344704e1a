//! One JSON line to stderr, where the platform collects it, for each answer that is somebody's matter: a refusal, a failure, a change, and
//! whatever a caller with a name has read. What anybody may read is left to the access log of whoever runs the component, which has all of it but the tenant.

use chrono::{SecondsFormat, Utc};
use commerce_db::Actor;
use http::{Method, StatusCode};
use serde::Serialize;
use uuid::Uuid;

use crate::RequestInfo;

#[derive(Serialize)]
struct Line<'a> {
    time: String,
    level: &'a str,
    event: &'a str,
    request_id: &'a str,
    trace_id: String,
    tenant_id: Option<Uuid>,
    actor: Actor,
    method: &'a str,
    /// The route's pattern and never the path: a cart's id is the key to the cart.
    route: &'a str,
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<&'a str>,
    duration_ms: f64,
}

/// Why an answer is no success.
#[derive(Debug)]
pub(crate) struct Failure {
    /// The problem's code.
    pub code: String,
    /// What the client is not told.
    pub cause: Option<String>,
}

/// Writes the line of an answer, if it is to have one.
pub(crate) fn answer(info: &RequestInfo, status: StatusCode, failure: Option<&Failure>) {
    let read = matches!(*info.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if failure.is_none() && read && info.actor() == Actor::Guest {
        return;
    }
    if let Ok(line) = serde_json::to_string(&line(info, status, failure)) {
        eprintln!("{line}");
    }
}

fn line<'a>(info: &'a RequestInfo, status: StatusCode, failure: Option<&'a Failure>) -> Line<'a> {
    let level = if status.is_server_error() { "error" } else { "info" };
    // Whole microseconds: what the clock tells beyond them means nothing.
    let micros = u32::try_from(info.elapsed().as_micros()).unwrap_or(u32::MAX);
    Line {
        time: Utc::now().to_rfc3339_opts(SecondsFormat::Millis, true),
        level,
        event: if failure.is_some() { "request_refused" } else { "request_done" },
        request_id: info.request_id(),
        trace_id: info.trace().trace_id().to_string(),
        tenant_id: info.tenant_id(),
        actor: info.actor(),
        method: info.method().as_str(),
        route: info.route().unwrap_or("-"),
        status: status.as_u16(),
        code: failure.map(|failure| &*failure.code),
        cause: failure.and_then(|failure| failure.cause.as_deref()),
        duration_ms: f64::from(micros) / 1e3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderMap;

    #[test]
    fn a_line_names_who_where_and_what_and_no_path() {
        let mut headers = HeaderMap::new();
        headers.insert("x-request-id", "req-00000001".parse().unwrap());
        headers.insert("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".parse().unwrap());
        headers.insert("authorization", "Bearer canary".parse().unwrap());
        let info = RequestInfo::new(Method::GET, "/carts/crt_canary?token=canary".parse().unwrap(), &headers);
        info.set_actor(Actor::Job);
        let failure = Failure { code: "conflict".into(), cause: Some("two at once".into()) };
        let text = serde_json::to_string(&line(&info, StatusCode::CONFLICT, Some(&failure))).unwrap();
        let line: serde_json::Value = serde_json::from_str(&text).unwrap();
        for (member, value) in [
            ("level", "info"),
            ("event", "request_refused"),
            ("request_id", "req-00000001"),
            ("trace_id", "4bf92f3577b34da6a3ce929d0e0e4736"),
            ("actor", "job"),
            ("method", "GET"),
            ("route", "-"),
            ("code", "conflict"),
            ("cause", "two at once"),
        ] {
            assert_eq!(line[member], value);
        }
        assert_eq!(line["status"], 409);
        assert!(
            line["duration_ms"].is_number()
                && line["time"].as_str().unwrap().ends_with('Z')
                && line["tenant_id"].is_null()
        );
        assert!(!text.contains("canary"), "{text}");
    }
}

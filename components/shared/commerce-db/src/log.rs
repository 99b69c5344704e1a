//! Log lines of what happens within a request: JSON to stderr, where the platform collects it.

use chrono::{SecondsFormat, Utc};
use serde_json::{Value, json};

use crate::CallContext;

/// How much a line matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Something outside did not work and is tried again.
    Warn,
    /// Somebody has to look at it.
    Error,
}

impl CallContext {
    /// Writes a line that names the request beside `facts`, an object of what happened. Nothing that a client or a provider wrote belongs there.
    pub fn log(&self, level: Level, event: &str, facts: Value) {
        eprintln!("{}", self.line(level, event, facts));
    }

    fn line(&self, level: Level, event: &str, facts: Value) -> Value {
        let mut line = json!({
            "time": Utc::now().to_rfc3339_opts(SecondsFormat::Millis, true),
            "level": match level { Level::Warn => "warn", Level::Error => "error" },
            "event": event,
            "request_id": self.request_id,
            "trace_id": self.trace.as_ref().map(|trace| trace.trace_id().to_string()),
            "tenant_id": self.tenant_id,
            "actor": self.actor,
        });
        if let (Value::Object(line), Value::Object(facts)) = (&mut line, facts) {
            line.extend(facts);
        }
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Actor;
    use commerce_domain::TraceContext;

    #[test]
    fn a_line_names_the_request_and_what_happened() {
        let context = CallContext::without_tenant("req-1".into(), Some("192.0.2.1".into()), Actor::Job);
        let context = CallContext { trace: Some(TraceContext::begin(10, 1)), ..context };
        let line = context.line(Level::Warn, "gateway_call", json!({"step": "fetch"}));
        assert_eq!(line["trace_id"], "0000000000000000000000000000000a");
        assert_eq!((&line["level"], &line["step"], &line["actor"]), (&json!("warn"), &json!("fetch"), &json!("job")));
        assert!(line["time"].is_string() && line["tenant_id"].is_null());
    }
}

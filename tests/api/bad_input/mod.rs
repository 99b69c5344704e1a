//! Every parameter has a bound: whatever is wrong with a request, it is a 4xx problem with a stable code and the field, at once, and
//! nothing has changed.

mod addresses;
mod bodies;
mod fields;
mod harmless;
mod people;
mod queries;
mod routes;
mod wire;

use std::time::{Duration, Instant};

use serde_json::Value;
use tests::{Answer, Call, World};

use routes::Stage;

/// Longest time for a refusal.
const AT_ONCE: Duration = Duration::from_secs(2);

/// A request that must be refused.
struct Case {
    name: String,
    call: Call,
    status: u16,
    code: &'static str,
    /// The field of the first error, when there is one to name.
    field: Option<String>,
    /// The code of the first error, when it matters.
    reason: Option<&'static str>,
}

impl Case {
    fn new(name: impl Into<String>, call: Call, status: u16, code: &'static str) -> Self {
        Self { name: name.into(), call, status, code, field: None, reason: None }
    }

    fn field(mut self, field: &str) -> Self {
        self.field = Some(field.to_owned());
        self
    }

    /// Empty: whatever it is.
    fn reason(mut self, reason: &'static str) -> Self {
        self.reason = Some(reason).filter(|reason| !reason.is_empty());
        self
    }
}

/// Tries all cases; the database is the same afterwards.
async fn refuse(world: &World, cases: Vec<Case>, at_least: usize) {
    assert!(cases.len() >= at_least, "only {} cases", cases.len());
    let before = contents(world).await;
    let mut wrong = Vec::new();
    let total = cases.len();
    for case in cases {
        let start = Instant::now();
        let answer = match case.call.clone().attempt().await {
            Ok(answer) => answer,
            Err(error) => {
                wrong.push(format!("{}: {error}", case.name));
                continue;
            }
        };
        if let Some(fault) = fault(&case, &answer, start.elapsed()) {
            wrong.push(format!("{}: {fault}: {} {}", case.name, answer.status, answer.text()));
        }
    }
    assert!(wrong.is_empty(), "{} of {total}:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(contents(world).await, before, "something changed");
}

fn fault(case: &Case, answer: &Answer, took: Duration) -> Option<String> {
    let head = answer.body.is_empty();
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let field = body["errors"][0]["field"].as_str();
    if answer.status != case.status || (!head && answer.code() != case.code) {
        Some(format!("expected {} {}", case.status, case.code))
    } else if answer.header("content-type") != Some("application/problem+json") {
        Some("is no problem".to_owned())
    } else if case.field.as_deref().is_some_and(|expected| field != Some(expected)) {
        Some(format!("expected field {:?}", case.field))
    } else if case.reason.is_some_and(|expected| body["errors"][0]["code"] != expected) {
        Some(format!("expected reason {:?}", case.reason))
    } else if !head && (body["request_id"].as_str() != answer.header("x-request-id") || body["status"] != case.status) {
        Some("does not agree with itself".to_owned())
    } else if took > AT_ONCE {
        Some(format!("took {took:?}"))
    } else {
        None
    }
}

/// Rows and a checksum of every table but the pictures, which nothing here changes.
async fn contents(world: &World) -> Vec<(String, i64, i64)> {
    let query = "select string_agg(format('select %L, count(*), coalesce(sum(hashtext(x::text)), 0)::bigint from %s x', c.oid::regclass, c.oid::regclass), ' union all ') \
         from pg_class c where c.relkind = 'r' and c.relnamespace in ('app'::regnamespace, 'audit'::regnamespace, 'identity'::regnamespace, 'ops'::regnamespace) and c.relname <> 'media'";
    let query: String = world.sql.query_one(query, &[]).await.unwrap().get(0);
    let mut rows: Vec<_> =
        world.sql.query(&query, &[]).await.unwrap().iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect();
    rows.sort();
    rows
}

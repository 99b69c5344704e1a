//! Outbound PostgreSQL against a real server, which each test starts for itself from the system's binaries.

#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

#[expect(dead_code, reason = "each test file uses its part of it")]
mod support;

mod cluster;

use std::time::{Duration, Instant};

use cluster::Cluster;
use serde_json::{Value, json};
use support::{Fixture, Setup};

async fn load() -> Fixture {
    let mut setup = Setup::new("allowed_outbound_hosts = [\"postgres://127.0.0.1:*\"]", "");
    setup.options.config.postgres.max_connections = 4;
    setup.load().await
}

async fn query(app: &Fixture, cluster: &Cluster, sql: &str) -> Value {
    app.call("/query", json!({ "url": cluster.url(), "sql": sql })).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn values_travel_as_in_spin() {
    let (app, cluster) = (load().await, Cluster::start());
    let sql = "select true, 1::int2, 2::int4, 3::int8, 1.5::float4, 2.5::float8, 'text'::text, '\\x0102'::bytea, \
         date '2026-02-28', time '23:59:58.5', timestamp '2026-02-28 01:02:03', \
         '0191e0c0-0000-7000-8000-000000000001'::uuid, '{\"b\": 1.10, \"a\": [null]}'::jsonb, 12.340::numeric, \
         int4range(1, 5), array[1, null]::int4[], array['x', null]::text[], interval '1 month 2 days 3 seconds', null::int4, 'f'::\"char\"";
    let answer = query(&app, &cluster, sql).await;
    let expected = [
        "DbValue::Boolean(true)",
        "DbValue::Int16(1)",
        "DbValue::Int32(2)",
        "DbValue::Int64(3)",
        "DbValue::Floating32(1.5)",
        "DbValue::Floating64(2.5)",
        "DbValue::Str(\"text\")",
        "DbValue::Binary([1, 2])",
        "DbValue::Date((2026, 2, 28))",
        "DbValue::Time((23, 59, 58, 500000000))",
        "DbValue::Datetime((2026, 2, 28, 1, 2, 3, 0))",
        "DbValue::Uuid(\"0191e0c0-0000-7000-8000-000000000001\")",
    ];
    let row: Vec<String> = serde_json::from_value(answer["rows"][0].clone()).unwrap();
    assert_eq!(row[..expected.len()], expected);
    let text = br#"{"a": [null], "b": 1.10}"#;
    assert_eq!(row[12], format!("DbValue::Jsonb({text:?})"), "{row:?}");
    assert_eq!(row[13], "DbValue::Decimal(\"12.340\")");
    assert!(
        row[14].starts_with(
            "DbValue::RangeInt32((Some((1, RangeBoundKind::Inclusive)), Some((5, RangeBoundKind::Exclusive"
        ),
        "{row:?}"
    );
    assert_eq!(row[15], "DbValue::ArrayInt32([Some(1), None])");
    assert_eq!(row[16], "DbValue::ArrayStr([Some(\"x\"), None])");
    assert!(row[17].contains("micros: 3000000, days: 2, months: 1"), "{row:?}");
    assert_eq!(row[18], "DbValue::DbNull");
    assert!(row[19].starts_with("DbValue::Unsupported"), "{row:?}");
    assert!(
        query(&app, &cluster, "select now()").await["error"].as_str().unwrap().contains("QueryFailed"),
        "timestamptz, as in Spin"
    );
    assert_eq!(query(&app, &cluster, "select 1 where false").await, json!({ "columns": [], "rows": [] }));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn parameters_errors_and_large_results() {
    let (app, cluster) = (load().await, Cluster::start());
    let asked = json!({ "url": cluster.url(), "sql": "select $1::text || $2::int8, $3::jsonb -> 'a'", "text": "n", "integer": 7, "json": { "a": 1 } });
    let answer = app.call("/query", asked).await;
    assert_eq!(answer["rows"][0], json!(["DbValue::Str(\"n7\")", "DbValue::Jsonb([49])"]));
    let create = "create table t (id int primary key constraint positive check (id > 0))";
    assert_eq!(app.call("/execute", json!({ "url": cluster.url(), "sql": create })).await, json!({ "count": 0 }));
    let insert = json!({ "url": cluster.url(), "sql": "insert into t select generate_series(1, 5)" });
    assert_eq!(app.call("/execute", insert.clone()).await, json!({ "count": 5 }));
    let duplicate = app.call("/execute", insert).await["error"].as_str().unwrap().to_owned();
    for part in ["23505", "t_pkey", "constraint"] {
        assert!(duplicate.contains(part), "{part} is not in {duplicate}");
    }
    let late = query(&app, &cluster, "select 1 / (3 - n) from generate_series(1, 5) n").await;
    assert!(late["error"].as_str().unwrap().contains("22012"), "{late}");
    let many = query(&app, &cluster, "select n, repeat('x', 100) from generate_series(1, 20000) n").await;
    let rows = many["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 20_000);
    assert_eq!(rows[19_999][0], "DbValue::Int32(20000)");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_changed_plan_is_prepared_anew() {
    let (app, cluster) = (load().await, Cluster::start());
    query(&app, &cluster, "create table t as select 1 as a").await;
    assert_eq!(query(&app, &cluster, "select * from t").await["rows"][0], json!(["DbValue::Int32(1)"]));
    query(&app, &cluster, "alter table t alter a type text").await;
    assert_eq!(query(&app, &cluster, "select * from t").await["rows"][0], json!(["DbValue::Str(\"1\")"]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_of_a_session_reaches_the_next_borrower() {
    let (app, cluster) = (load().await, Cluster::start());
    let session = "select pg_backend_pid(), current_setting('work_mem'), to_regclass('pg_temp.left_behind') is null, \
         (select count(*) from pg_locks where locktype = 'advisory')";
    let before = query(&app, &cluster, session).await;
    for leaving in [
        "select set_config('work_mem', '9MB', false)",
        "create temp table left_behind (n int)",
        "select pg_advisory_lock(7)",
    ] {
        assert!(query(&app, &cluster, leaving).await["error"].is_null(), "{leaving}");
        assert_eq!(query(&app, &cluster, session).await, before, "the same connection after {leaving}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_cannot_be_cleaned_is_given_up() {
    let (app, cluster) = (load().await, Cluster::start());
    let pid = async || query(&app, &cluster, "select pg_backend_pid()").await["rows"][0].clone();
    let before = pid().await;
    query(&app, &cluster, "begin").await;
    assert_eq!(pid().await, before, "an open transaction is handed on");
    assert!(query(&app, &cluster, "select 1 / 0").await["error"].as_str().unwrap().contains("22012"));
    let after = pid().await;
    assert!(after.is_array() && after != before, "a failed transaction is not: {after}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_missing_server_is_an_error_in_time_and_service_resumes_by_itself() {
    let (app, mut cluster) = (load().await, Cluster::start());
    assert!(query(&app, &cluster, "select 1").await["rows"].is_array());
    cluster.stop();
    let began = Instant::now();
    let answer = query(&app, &cluster, "select 1").await;
    let text = answer["error"].as_str().unwrap();
    assert!(text.contains("ConnectionFailed") && !text.contains("secret"), "{text}");
    assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
    cluster.restart();
    assert!(query(&app, &cluster, "select 1").await["rows"].is_array());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_pool_is_an_error_in_time() {
    let (app, cluster) = (load().await, Cluster::start());
    let slow = (0..4).map(|_| query(&app, &cluster, "select pg_sleep(5)"));
    let late = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let began = Instant::now();
        let answer = query(&app, &cluster, "select 1").await;
        assert!(answer["error"].as_str().unwrap().contains("no connection became free"), "{answer}");
        assert!(began.elapsed() < Duration::from_millis(3600), "{:?}", began.elapsed());
    };
    futures::join!(futures::future::join_all(slow), late);
    assert!(query(&app, &cluster, "select 1").await["rows"].is_array());
    let text = app.app.metrics_text();
    assert!(text.contains("host_pg_wait_timeouts_total 1"), "{text}");
    assert!(text.contains("host_pg_connections{component=\"guest\",state=\"idle\"} 4"), "{text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn other_hosts_are_refused() {
    let app = load().await;
    let asked = json!({ "url": "postgres://u:secret@192.0.2.1/x", "sql": "select 1" });
    let answer = app.call("/query", asked).await;
    assert!(answer["error"].as_str().unwrap().contains("postgres://192.0.2.1:5432 is not permitted"), "{answer}");
    app.app.close();
}

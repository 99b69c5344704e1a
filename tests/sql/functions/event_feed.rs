//! The feed of a tenant is 1, 2, 3 … however many publish at once.

use serde_json::json;
use tests::Database;

use super::call;

const WRITERS: usize = 6;
const PUBLISHERS: usize = 4;
const EVENTS: usize = 40;

#[tokio::test]
async fn parallel_publishers_leave_no_gap() {
    let database = Database::start().await;
    let mut tasks = Vec::new();
    for writer in 0..WRITERS {
        let sql = database.another_session().await;
        tasks.push(tokio::spawn(async move {
            let shop = ["qahwa", "moda", "oud"][writer % 3];
            for event in 0..EVENTS {
                // Every fifth is rolled back: an event that never was takes no number.
                let end = if event % 5 == 4 { "rollback" } else { "commit" };
                let write = format!(
                    "begin; select set_config('app.tenant_id', id::text, true) from app.tenant where slug = '{shop}'; \
                     select app.emit('order.created', 'order', app.uuid_v7(), '{{}}'); {end}"
                );
                sql.batch_execute(&write).await.unwrap();
            }
        }));
    }
    for _ in 0..PUBLISHERS {
        let sql = database.app_user_session().await;
        tasks.push(tokio::spawn(async move {
            let context = json!({"actor": "job", "request_id": "publish"});
            for round in 0..30 {
                let limit = json!({"limit": 1 + round % 9});
                call(&sql, "jobs_publish_events", &context, &limit).await.unwrap();
            }
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
    let context = json!({"actor": "job", "request_id": "publish"});
    let rest = call(&database.sql, "jobs_publish_events", &context, &json!({"limit": 10_000})).await.unwrap();
    assert_eq!(rest["more"], false);
    let feeds = "select t.slug, count(*), count(distinct e.seq), min(e.seq), max(e.seq), max(f.last_seq), bool_and(e.published_at is not null) \
         from app.outbox e join app.tenant t on t.id = e.tenant_id join app.event_feed f on f.tenant_id = t.id group by 1 order by 1";
    let feeds = database.sql.query(feeds, &[]).await.unwrap();
    assert_eq!(feeds.len(), 3);
    for feed in feeds {
        let expected = i64::try_from(WRITERS / 3 * EVENTS * 4 / 5).unwrap();
        let numbers: Vec<i64> = (1..=5).map(|column| feed.get(column)).collect();
        assert_eq!(numbers, [expected, expected, 1, expected, expected], "{}", feed.get::<_, String>(0));
        assert!(feed.get::<_, bool>(6));
    }
}

/// A number, once given, stays: a reader that has seen up to n misses nothing by going on from there.
#[tokio::test]
async fn numbers_are_given_in_the_order_of_publishing() {
    let database = Database::start().await;
    let sql = &database.sql;
    let context = json!({"actor": "job", "request_id": "publish"});
    let tenant = "select set_config('app.tenant_id', id::text, false) from app.tenant where slug = 'oud'";
    sql.execute(tenant, &[]).await.unwrap();
    // The first to begin is the last to commit.
    let slow = database.another_session().await;
    slow.execute(tenant, &[]).await.unwrap();
    slow.batch_execute("begin; select app.emit('slow', 'order', app.uuid_v7(), '{}')").await.unwrap();
    sql.batch_execute("select app.emit('quick', 'order', app.uuid_v7(), '{}')").await.unwrap();
    call(sql, "jobs_publish_events", &context, &json!({"limit": 10})).await.unwrap();
    slow.batch_execute("commit").await.unwrap();
    call(sql, "jobs_publish_events", &context, &json!({"limit": 10})).await.unwrap();
    let kinds = sql.query("select kind from app.outbox order by seq", &[]).await.unwrap();
    let kinds: Vec<String> = kinds.iter().map(|row| row.get(0)).collect();
    assert_eq!(kinds, ["quick", "slow"]);
}

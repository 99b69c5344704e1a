//! Messages leave once, by a job.

use serde_json::{Value, json};
use tests::Database;

use super::super::call;
use super::{Caller, count};

fn context() -> Value {
    json!({"actor": "job", "request_id": "messages"})
}

#[tokio::test]
async fn jobs_at_once_share_the_messages() {
    let database = Database::start().await;
    for slug in ["qahwa", "moda"] {
        let shopper = Caller::new(&database, slug, "customer").await;
        for n in 0..10 {
            shopper.register(&format!("{n}@example.com"), "one").await.1.unwrap();
        }
    }
    let mut jobs = Vec::new();
    for _ in 0..6 {
        let sql = database.app_user_session().await;
        jobs.push(async move {
            let due = call(&sql, "jobs_messages_due", &context(), &json!({"limit": 7, "lease_s": 60})).await.unwrap();
            due["messages"].as_array().unwrap().iter().map(|message| message["id"].to_string()).collect::<Vec<_>>()
        });
    }
    let mut leased: Vec<String> = futures::future::join_all(jobs).await.concat();
    let all = leased.len();
    leased.sort();
    leased.dedup();
    assert_eq!(leased.len(), all, "leased twice");
    let rest =
        call(&database.sql, "jobs_messages_due", &context(), &json!({"limit": 100, "lease_s": 60})).await.unwrap();
    assert_eq!(all + rest["messages"].as_array().unwrap().len(), 20);
    assert_eq!(rest["more"], false);
}

#[tokio::test]
async fn a_message_is_tried_again_until_it_is_sent_or_given_up() {
    let database = Database::start().await;
    let shopper = Caller::new(&database, "qahwa", "customer").await;
    let (id, registered) = shopper.register("noura@example.com", "one").await;
    registered.unwrap();
    let sql = &database.sql;
    let due = async |limit: i32| {
        call(sql, "jobs_messages_due", &context(), &json!({"limit": limit, "lease_s": 60})).await.unwrap()["messages"]
            .clone()
    };
    let settle = async |message: &Value, outcome: Value| {
        let mut context = context();
        context["tenant_id"] = message["tenant_id"].clone();
        let mut input = json!({"id": message["id"]});
        input.as_object_mut().unwrap().extend(outcome.as_object().unwrap().clone());
        call(sql, "jobs_messages_settle", &context, &input).await.unwrap();
    };
    let first = due(5).await;
    let message = &first[0];
    assert_eq!(
        [&message["kind"], &message["recipient"], &message["account_id"], &message["tenant"]["slug"]],
        [&json!("verify_email"), &json!("noura@example.com"), &json!(id), &json!("qahwa")]
    );
    assert_eq!(due(5).await, json!([]), "leased");
    settle(message, json!({"sent": false, "error": "busy", "retry_s": 0})).await;
    let second = due(5).await;
    assert_eq!(second[0]["attempts"], 2);
    settle(message, json!({"sent": true})).await;
    assert_eq!(
        count(&database, "select count(*) from app.message where status = 'sent' and sealed_body is null").await,
        1
    );
    // A late report of the first attempt changes nothing.
    settle(message, json!({"sent": false, "error": "late"})).await;
    assert_eq!(count(&database, "select count(*) from app.message where status = 'sent'").await, 1);

    shopper.register("other@example.com", "one").await.1.unwrap();
    let message = due(5).await[0].clone();
    settle(&message, json!({"sent": false, "error": "no such mailbox"})).await;
    assert_eq!(
        count(&database, "select count(*) from app.message where status = 'given_up' and sealed_body is null").await,
        1
    );
    assert_eq!(due(5).await, json!([]));
}

use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{QAHWA_KEY, World, id, order};

#[tokio::test]
async fn the_whole_story_over_http() {
    let world = World::start().await;
    let behaviour = json!({"webhooks": {"hold": true}, "create": {"fault": {"status": 502}, "times": 1}});
    let set = world.send(Method::PUT, "/_sandbox/behaviour", None, &behaviour).await;
    assert_eq!(set.status, StatusCode::OK);
    assert_eq!(set.json()["webhooks"]["copies"], 1);
    assert_eq!(world.create(QAHWA_KEY, &order()).await.status, StatusCode::BAD_GATEWAY);

    let invoice = id(&world.invoice(json!({})).await);
    let declined = world.post(&format!("/_sandbox/invoices/{invoice}/decline"), &Value::Null).await;
    assert_eq!(declined.status, StatusCode::OK);
    let paid = world.post(&format!("/_sandbox/invoices/{invoice}/pay"), &json!({"late": true})).await.json();
    let again = world.post(&format!("/_sandbox/invoices/{invoice}/pay"), &Value::Null).await;
    assert_eq!(again.status, StatusCode::CONFLICT);

    let state = world.get("/_sandbox/state", "").await.json();
    assert_eq!(state["held"], 2);
    assert_eq!(state["counters"]["invoices_created"], 1);
    assert_eq!(state["counters"]["payments_failed"], 1);
    assert_eq!(state["accounts"][1]["name"], "qahwa");
    assert_eq!(state["accounts"][1]["newest"][0]["status"], "paid");

    let released = world.post("/_sandbox/deliveries/release", &json!({"order": "arrival"})).await;
    assert_eq!(released.json(), json!({"released": 2}));
    let kinds: Vec<_> = world.receiver.received().iter().map(|event| event["type"].clone()).collect();
    assert_eq!(kinds, ["payment_failed", "payment_paid"]);

    let deliveries = world.get("/_sandbox/deliveries", "").await.json();
    assert_eq!(deliveries[1]["event"], paid["event_ids"][0]);
    assert_eq!(deliveries[1]["state"], "delivered");
    let body: Value = serde_json::from_str(deliveries[1]["body"].as_str().unwrap()).unwrap();
    assert_eq!(body, world.receiver.received()[1]);

    let event = paid["event_ids"][0].as_str().unwrap();
    let repeated = world.post(&format!("/_sandbox/deliveries/{event}/repeat"), &json!({"times": 3})).await;
    assert_eq!(repeated.json(), json!({"answers": [200, 200, 200]}));

    let payment = paid["payment_id"].as_str().unwrap();
    let refunded = world.post(&format!("/_sandbox/payments/{payment}/refund"), &json!({"amount": 100})).await;
    assert_eq!(refunded.status, StatusCode::OK);
    let reset = world.send(Method::DELETE, "/_sandbox/behaviour", None, &Value::Null).await;
    assert_eq!(reset.json()["webhooks"]["hold"], false);
}

#[tokio::test]
async fn an_account_can_be_added_and_moved() {
    let world = World::start().await;
    let account =
        |key: &str, url: &str| json!({"name": "moda", "api_key": key, "webhook_url": url, "secret_token": "s"});
    let put = async |account: Value| world.send(Method::PUT, "/_sandbox/accounts", None, &account).await.status;
    assert_eq!(put(account("sk_test_moda", "http://127.0.0.1:1/nowhere")).await, StatusCode::OK);
    let invoice = world.create("sk_test_moda", &order()).await.json();
    assert_eq!(put(account("sk_test_moda_2", &world.receiver.url)).await, StatusCode::OK);
    assert_eq!(world.get("/v1/invoices", "sk_test_moda").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(world.get("/v1/invoices", "sk_test_moda_2").await.json()["meta"]["total_count"], 1);
    world.sandbox.pay(id(&invoice), false).unwrap();
    world.sandbox.idle().await;
    assert_eq!(world.receiver.received().len(), 1);
    assert_eq!(put(account(QAHWA_KEY, &world.receiver.url)).await, StatusCode::BAD_REQUEST);
    assert_eq!(put(account("sk_test_moda", "https://127.0.0.1/")).await, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn mistakes_are_told() {
    let world = World::start().await;
    let misspelt = world.send(Method::PUT, "/_sandbox/behaviour", None, &json!({"webhook": {}})).await;
    assert_eq!(misspelt.status, StatusCode::BAD_REQUEST);
    assert!(misspelt.json()["message"].as_str().unwrap().contains("webhook"));
    let nobody = "/_sandbox/invoices/0198c0de-0000-7000-8000-000000000000/pay";
    assert_eq!(world.post(nobody, &Value::Null).await.status, StatusCode::NOT_FOUND);
    assert_eq!(world.post("/_sandbox/deliveries/x/repeat", &Value::Null).await.status, StatusCode::NOT_FOUND);
    assert_eq!(world.post("/_sandbox/elsewhere", &Value::Null).await.status, StatusCode::NOT_FOUND);
}

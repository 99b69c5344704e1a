//! A client, a webhook receiver, and a sandbox that knows two shops.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::service::service_fn;
use hyper_util::client::legacy::Client as HyperClient;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioIo};
use sandbox::{Account, Config, Sandbox};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use uuid::Uuid;

pub const QAHWA_KEY: &str = "sk_test_qahwa";
pub const OUD_KEY: &str = "sk_live_oud";

/// An answer, read to the end.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }
}

/// A receiver of webhooks that answers what it is told, then 200.
#[derive(Clone)]
pub struct Receiver {
    pub url: String,
    received: Arc<Mutex<Vec<Value>>>,
    answers: Arc<Mutex<VecDeque<u16>>>,
    delay: Duration,
}

impl Receiver {
    pub async fn start(delay: Duration) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let receiver = Self { url, received: Arc::default(), answers: Arc::default(), delay };
        let serving = receiver.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let serving = serving.clone();
                let service = service_fn(move |request| serving.clone().receive(request));
                tokio::spawn(
                    hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service),
                );
            }
        });
        receiver
    }

    async fn receive(self, request: Request<hyper::body::Incoming>) -> Result<Response<Full<Bytes>>, hyper::Error> {
        let body = request.into_body().collect().await?.to_bytes();
        self.received.lock().unwrap().push(serde_json::from_slice(&body).unwrap());
        tokio::time::sleep(self.delay).await;
        let status = self.answers.lock().unwrap().pop_front().unwrap_or(200);
        Ok(Response::builder().status(status).body(Full::default()).unwrap())
    }

    /// What to answer next, in order.
    pub fn answer(&self, statuses: impl IntoIterator<Item = u16>) {
        self.answers.lock().unwrap().extend(statuses);
    }

    /// Bodies so far, in the order of arrival.
    pub fn received(&self) -> Vec<Value> {
        self.received.lock().unwrap().clone()
    }
}

/// A sandbox with the accounts `qahwa` (test) and `oud` (live), both received by `receiver`.
pub struct World {
    pub sandbox: Sandbox,
    pub receiver: Receiver,
    client: HyperClient<HttpConnector, Full<Bytes>>,
}

impl World {
    pub async fn start() -> Self {
        Self::start_with(Config::default(), Duration::ZERO).await
    }

    pub async fn start_with(config: Config, receiver_delay: Duration) -> Self {
        let receiver = Receiver::start(receiver_delay).await;
        let account = |name: &str, key: &str| Account {
            name: name.to_owned(),
            api_key: key.to_owned(),
            webhook_url: receiver.url.clone(),
            secret_token: format!("{name}-secret"),
        };
        let accounts = vec![account("qahwa", QAHWA_KEY), account("oud", OUD_KEY)];
        let sandbox =
            Sandbox::start(Config { accounts, retry_base: Duration::from_millis(1), ..config }).await.unwrap();
        Self { sandbox, receiver, client: HyperClient::builder(TokioExecutor::new()).build_http() }
    }

    /// One request; no answer at all is an error.
    pub async fn try_send(&self, method: Method, path: &str, key: Option<&str>, body: &str) -> Result<Answer, String> {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.sandbox.url()));
        if let Some(key) = key {
            request = request.header("authorization", format!("Basic {}", STANDARD.encode(format!("{key}:"))));
        }
        let request = request.body(Full::new(Bytes::copy_from_slice(body.as_bytes()))).unwrap();
        let answer = self.client.request(request).await.map_err(|error| error.to_string())?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        let body = answer.into_body().collect().await.map_err(|error| error.to_string())?.to_bytes();
        Ok(Answer { status, headers, text: String::from_utf8_lossy(&body).into_owned() })
    }

    pub async fn send(&self, method: Method, path: &str, key: Option<&str>, body: &Value) -> Answer {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.try_send(method, path, key, &body).await.unwrap()
    }

    pub async fn get(&self, path: &str, key: &str) -> Answer {
        self.send(Method::GET, path, Some(key), &Value::Null).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::POST, path, None, body).await
    }

    pub async fn create(&self, key: &str, body: &Value) -> Answer {
        self.send(Method::POST, "/v1/invoices", Some(key), body).await
    }

    /// An invoice of `qahwa` over 45.00 SAR, with further fields.
    pub async fn invoice(&self, extra: Value) -> Value {
        let mut body = order();
        body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        let answer = self.create(QAHWA_KEY, &body).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
        answer.json()
    }
}

/// The least that an invoice needs.
pub fn order() -> Value {
    json!({"amount": 4500, "currency": "SAR", "description": "Order 1001"})
}

pub fn id(object: &Value) -> Uuid {
    object["id"].as_str().unwrap().parse().unwrap()
}

/// An instant from now, as the API takes it.
pub fn in_millis(millis: i64) -> String {
    (chrono::Utc::now() + chrono::TimeDelta::milliseconds(millis)).to_rfc3339()
}

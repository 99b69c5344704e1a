//! A client, and a sandbox with message keys.

use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use sandbox::{Config, MessageCredentials, Sandbox};
use serde_json::{Value, json};

pub const EMAIL_KEY: &str = "re_123";
pub const SMS_KEY: &str = "tq_456";

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

pub struct World {
    pub sandbox: Sandbox,
    client: Client<HttpConnector, Full<Bytes>>,
}

impl World {
    pub async fn start() -> Self {
        let message_credentials = MessageCredentials { email: EMAIL_KEY.into(), sms: SMS_KEY.into() };
        Self::start_with(Config { message_credentials, ..Config::default() }).await
    }

    pub async fn start_with(config: Config) -> Self {
        let sandbox = Sandbox::start(config).await.unwrap();
        Self { sandbox, client: Client::builder(TokioExecutor::new()).build_http() }
    }

    /// One request; no answer at all is an error.
    pub async fn try_send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Result<Answer, String> {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.sandbox.url()));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Full::new(Bytes::copy_from_slice(body.as_bytes()))).unwrap();
        let answer = self.client.request(request).await.map_err(|error| error.to_string())?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        let body = answer.into_body().collect().await.map_err(|error| error.to_string())?.to_bytes();
        Ok(Answer { status, headers, text: String::from_utf8_lossy(&body).into_owned() })
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.try_send(Method::GET, path, &[], "").await.unwrap()
    }

    pub async fn send_email(&self, idempotency_key: Option<&str>, body: &Value) -> Answer {
        let bearer = format!("Bearer {EMAIL_KEY}");
        let mut headers = vec![("authorization", bearer.as_str())];
        headers.extend(idempotency_key.map(|key| ("idempotency-key", key)));
        self.try_send(Method::POST, "/emails", &headers, &body.to_string()).await.unwrap()
    }

    pub async fn send_sms(&self, body: &Value) -> Answer {
        let bearer = format!("Bearer {SMS_KEY}");
        self.try_send(Method::POST, "/v1/messages", &[("authorization", &bearer)], &body.to_string()).await.unwrap()
    }
}

pub fn email() -> Value {
    json!({
        "from": "متجر قهوة <no-reply@wasla.example>", "to": ["owner@qahwa.example"], "subject": "استعادة كلمة المرور",
        "html": "<p dir=\"rtl\"><a href=\"https://qahwa.example/reset?token=a.b\">استعد</a></p>",
        "text": "افتح https://qahwa.example/reset?token=a.b", "headers": {"Auto-Submitted": "auto-generated"},
        "tags": [{"name": "category", "value": "reset_password"}]
    })
}

pub fn sms() -> Value {
    json!({"recipients": ["966501234567"], "body": "رمزك 001122", "sender": "Wasla"})
}

//! A small HTTP client: what a test says is what goes over the socket.

use std::future::IntoFuture;
use std::net::IpAddr;
use std::time::Duration;

use bytes::Bytes;
use futures::future::BoxFuture;
use http::header::{CONTENT_TYPE, HOST, HeaderName};
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client as HyperClient;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;

use crate::contract::Contract;

/// Longer than anything may take; a test that waits so long has found a hanging request.
const TIMEOUT: Duration = Duration::from_secs(45);

/// Connections that are kept and reused.
#[derive(Clone)]
pub struct Client(HyperClient<HttpConnector, Full<Bytes>>);

impl Default for Client {
    fn default() -> Self {
        Self::of(None)
    }
}

impl Client {
    /// Somebody with this address. All of 127.0.0.0/8 is this machine's.
    pub fn at(address: IpAddr) -> Self {
        Self::of(Some(address))
    }

    fn of(address: Option<IpAddr>) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        connector.set_local_address(address);
        // Shorter than the host's patience with silent connections.
        Self(HyperClient::builder(TokioExecutor::new()).pool_idle_timeout(Duration::from_secs(5)).build(connector))
    }

    /// A request to an absolute URL, not yet sent.
    pub fn call(&self, method: Method, url: impl Into<String>) -> Call {
        Call { client: self.clone(), method, url: url.into(), headers: HeaderMap::new(), body: Bytes::new() }
    }
}

/// A request. Awaiting it sends it and panics when there is no answer; [`Call::attempt`] says so instead.
#[derive(Clone)]
pub struct Call {
    client: Client,
    method: Method,
    url: String,
    headers: HeaderMap,
    body: Bytes,
}

impl Call {
    /// Adds a header, even when one of that name is there.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        let name: HeaderName = name.parse().unwrap();
        self.headers.append(name, HeaderValue::from_bytes(value.as_ref()).unwrap());
        self
    }

    /// Sets a header instead of what was there.
    #[must_use]
    pub fn set_header(mut self, name: &str, value: &str) -> Self {
        self.headers.insert(name.parse::<HeaderName>().unwrap(), value.parse().unwrap());
        self
    }

    /// The tenant's host.
    #[must_use]
    pub fn host(mut self, host: &str) -> Self {
        self.headers.insert(HOST, host.parse().unwrap());
        self
    }

    /// A JSON body.
    #[must_use]
    pub fn json(mut self, body: &Value) -> Self {
        self.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        self.body(body.to_string())
    }

    /// A body of any bytes.
    #[must_use]
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }

    /// Names the request, so that the seam and the audit trail can be asked about it.
    #[must_use]
    pub fn request_id(self, id: &str) -> Self {
        self.set_header("x-request-id", id)
    }

    /// Sends it; an error when no whole answer came.
    pub async fn attempt(self) -> Result<Answer, String> {
        let what = format!("{} {}", self.method, self.url);
        let method = self.method.clone();
        let mut request = Request::builder().method(self.method).uri(&self.url);
        *request.headers_mut().ok_or_else(|| format!("{what}: not a URL"))? = self.headers;
        let request = request.body(Full::new(self.body)).map_err(|error| format!("{what}: {error}"))?;
        let exchange = async {
            let answer = self.client.0.request(request).await.map_err(|error| format!("{what}: {error:?}"))?;
            let (parts, body) = answer.into_parts();
            let body = body.collect().await.map_err(|error| format!("{what}: {error:?}"))?.to_bytes();
            let status = parts.status.as_u16();
            let fault = Contract::known().and_then(|one| one.fault(&method, &self.url, status, &parts.headers, &body));
            assert!(fault.is_none(), "{what}: {}", fault.unwrap_or_default());
            Ok(Answer { what: what.clone(), status, headers: parts.headers, body })
        };
        match tokio::time::timeout(TIMEOUT, exchange).await {
            Ok(answer) => answer,
            Err(_) => Err(format!("{what}: no answer within {} s", TIMEOUT.as_secs())),
        }
    }
}

impl IntoFuture for Call {
    type Output = Answer;
    type IntoFuture = BoxFuture<'static, Answer>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { self.attempt().await.unwrap_or_else(|error| panic!("{error}")) })
    }
}

/// An answer, read to the end.
#[derive(Clone, Debug)]
pub struct Answer {
    what: String,
    /// Status code.
    pub status: u16,
    /// Headers.
    pub headers: HeaderMap,
    /// Body.
    pub body: Bytes,
}

impl Answer {
    /// The answer, if it has this status; fails the test with the body otherwise.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}: {}", self.what, self.text());
        self
    }

    /// The answer, if it is a problem of this status and code.
    #[track_caller]
    pub fn expect_problem(self, status: u16, code: &str) -> Self {
        let answer = self.expect(status);
        assert_eq!(answer.code(), code, "{}: {}", answer.what, answer.text());
        assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{}", answer.what);
        answer
    }

    /// The whole body as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{}: {error}: {}", self.what, self.text()))
    }

    /// `data` of a success.
    #[track_caller]
    pub fn data(&self) -> Value {
        assert!(self.is_success(), "{}: {} {}", self.what, self.status, self.text());
        self.json()["data"].take()
    }

    /// `code` of a problem, empty when there is none.
    pub fn code(&self) -> String {
        let body: Value = serde_json::from_slice(&self.body).unwrap_or_default();
        body["code"].as_str().unwrap_or_default().to_owned()
    }

    /// A header, when it is there once and readable.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Whether the status is 2xx.
    pub fn is_success(&self) -> bool {
        StatusCode::from_u16(self.status).is_ok_and(|status| status.is_success())
    }
}

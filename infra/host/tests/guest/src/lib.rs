//! The fixture component of the host's tests, and the hello-world component of the bench: one small behaviour per path. Arguments come as a
//! JSON body, answers are JSON or plain text.

mod database;
mod store;

use std::convert::Infallible;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt as _;
use futures::stream::LocalBoxStream;
use http_body::Frame;
use http_body_util::{BodyExt as _, Either, StreamBody};
use serde_json::{Value, json};
use spin_sdk::http::{FullBody, IntoResponse, Request, Response, Result};
use spin_sdk::{http_service, variables};

type Answer = Result<Value>;
type Pieces = LocalBoxStream<'static, std::result::Result<Frame<Bytes>, Infallible>>;
type Answered = Either<FullBody<Bytes>, StreamBody<Pieces>>;

/// Requests that this instance has seen.
static SEEN: AtomicU64 = AtomicU64::new(0);

#[http_service]
async fn handle(request: Request) -> Result<impl IntoResponse> {
    SEEN.fetch_add(1, Relaxed);
    let path = request.uri().path().to_owned();
    if path == "/hello" {
        return respond(Bytes::from_static(b"Hello"));
    }
    if path == "/length-alone" || path == "/not-modified" {
        let status = if path == "/not-modified" { 304 } else { 200 };
        let response = http::Response::builder().status(status).header("content-length", 5);
        return Ok(response.body(Either::Left(FullBody::new(Bytes::new())))?);
    }
    if path == "/drip" {
        let ms = arguments(request).await?.get("ms").and_then(Value::as_u64);
        return Ok(drip(ms.unwrap_or_default()));
    }
    let answer = match path.as_str() {
        "/echo" | "/echo/more" => echo(request).await?,
        "/seen" => json!(SEEN.load(Relaxed)),
        "/trap" => std::process::abort(),
        "/loop" => endless(),
        _ => with_arguments(&path, arguments(request).await?).await?,
    };
    respond(answer.to_string().into())
}

fn respond(body: Bytes) -> Result<http::Response<Answered>> {
    Ok(http::Response::new(Either::Left(FullBody::new(body))))
}

/// Two pieces with a pause between them.
fn drip(ms: u64) -> http::Response<Answered> {
    let first = async { Ok(Frame::data(Bytes::from_static(b"first"))) };
    let second = async move {
        spin_sdk::time::sleep(Duration::from_millis(ms)).await;
        Ok(Frame::data(Bytes::from_static(b"second")))
    };
    let pieces = futures::stream::once(first).chain(futures::stream::once(second));
    http::Response::new(Either::Right(StreamBody::new(pieces.boxed_local())))
}

async fn with_arguments(path: &str, arguments: Value) -> Answer {
    let text = |name: &str| arguments.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let number = |name: &str| arguments.get(name).and_then(Value::as_u64).unwrap_or_default();
    match path {
        "/sleep" => {
            spin_sdk::time::sleep(Duration::from_millis(number("ms"))).await;
            Ok(json!("slept"))
        }
        "/sleep-then-compute" => {
            spin_sdk::time::sleep(Duration::from_millis(number("ms"))).await;
            Ok(compute(number("rounds")))
        }
        "/allocate" => {
            let bytes = vec![1_u8; usize::try_from(number("mib") * 1024 * 1024).unwrap_or(usize::MAX)];
            Ok(json!(bytes.iter().map(|&byte| u64::from(byte)).sum::<u64>()))
        }
        "/environment" => Ok(json!(std::env::var(text("name")).ok())),
        "/variable" => Ok(match variables::get(text("name")).await {
            Ok(value) => json!({ "value": value }),
            Err(error) => json!({ "error": format!("{error:?}") }),
        }),
        "/fetch" => Ok(fetch(&text("url")).await),
        "/sleep-then-store" => {
            spin_sdk::time::sleep(Duration::from_millis(number("ms"))).await;
            store::operate("default", "set", &text("key"), &text("value")).await
        }
        "/store" => store::operate(&text("label"), &text("do"), &text("key"), &text("value")).await,
        "/query" => Ok(database::query(&text("url"), &text("sql"), &arguments).await),
        "/execute" => Ok(database::execute(&text("url"), &text("sql")).await),
        _ => Ok(json!("no such behaviour")),
    }
}

async fn arguments(request: Request) -> Answer {
    let body = request.into_body().collect().await?.to_bytes();
    Ok(serde_json::from_slice(&body).unwrap_or(Value::Null))
}

async fn echo(request: Request) -> Answer {
    let (method, uri) = (request.method().to_string(), request.uri().to_string());
    let headers: Vec<_> = request
        .headers()
        .iter()
        .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect();
    let body = request.into_body().collect().await?.to_bytes();
    Ok(json!({ "method": method, "uri": uri, "headers": headers, "body_bytes": body.len() }))
}

async fn fetch(url: &str) -> Value {
    match spin_sdk::http::get(url).await {
        Ok(response) => body(response).await,
        Err(error) => json!({ "error": format!("{error:?}") }),
    }
}

async fn body(response: Response) -> Value {
    let status = response.status().as_u16();
    match response.into_body().collect().await {
        Ok(body) => json!({ "status": status, "body": String::from_utf8_lossy(&body.to_bytes()) }),
        Err(error) => json!({ "status": status, "error": format!("{error:?}") }),
    }
}

/// Work that no compiler removes.
fn compute(rounds: u64) -> Value {
    let mut state = 1_u64;
    for _ in 0..rounds {
        state = std::hint::black_box(state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1));
    }
    json!(state)
}

fn endless() -> ! {
    loop {
        std::hint::black_box(0);
    }
}

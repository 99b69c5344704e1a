//! The HTTP server.

use std::sync::Arc;

use http::{Request, StatusCode};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use serde_json::json;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::gateway::Gateway;
use crate::reply::{Dropped, Reply, json};
use crate::{control, dns, lock, messages, moyasar, pages};

/// Bodies above this are refused.
const BODY_BYTES_MAX: usize = 1024 * 1024;

/// Accepts connections until `stop` turns true.
pub(crate) async fn serve(listener: TcpListener, gateway: Arc<Gateway>, mut stop: watch::Receiver<bool>) {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stop.wait_for(|stopped| *stopped) => return,
        };
        match accepted {
            Ok((stream, _)) => spawn_connection(stream, Arc::clone(&gateway), stop.clone()),
            // Out of file descriptors, or the peer is gone already: the next accept may succeed.
            Err(_) => tokio::time::sleep(std::time::Duration::from_millis(10)).await,
        }
    }
}

fn spawn_connection(stream: TcpStream, gateway: Arc<Gateway>, mut stop: watch::Receiver<bool>) {
    // Only latency is lost when the option cannot be set.
    let _ = stream.set_nodelay(true);
    tokio::spawn(async move {
        let service = service_fn(move |request| respond(Arc::clone(&gateway), request));
        let connection = http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service);
        tokio::select! {
            // A broken connection is the peer's affair, or was asked for.
            _ = connection => {}
            _ = stop.wait_for(|stopped| *stopped) => {}
        }
    });
}

async fn respond(gateway: Arc<Gateway>, request: Request<Incoming>) -> Result<Reply, Dropped> {
    let (head, body) = request.into_parts();
    let body = match Limited::new(body, BODY_BYTES_MAX).collect().await {
        Ok(body) => body.to_bytes(),
        Err(_) => return Ok(json(StatusCode::PAYLOAD_TOO_LARGE, &json!({"message": "body too large or cut off"}))),
    };
    let path = head.uri.path().to_owned();
    let segments: Vec<_> = path.split('/').skip(1).collect();
    if matches!(segments.as_slice(), ["emails" | "v1" | "dns-query", ..]) {
        lock(&gateway.traces).note(&head);
    }
    match segments.as_slice() {
        ["emails", rest @ ..] => messages::email(&gateway, &head, rest, &body).await,
        ["v1", "messages", rest @ ..] => messages::sms(&gateway, &head, rest, &body).await,
        ["mailbox" | "mailbox.json", ..] => Ok(messages::mailbox(&gateway, &head, &segments)),
        ["v1", rest @ ..] => moyasar::respond(&gateway, &head, rest, body).await,
        ["dns-query"] => dns::respond(&gateway, &head, &body).await,
        ["invoices", rest @ ..] => Ok(pages::respond(&gateway, &head.method, rest)),
        ["_sandbox", rest @ ..] => Ok(control::respond(&gateway, &head.method, rest, &body).await),
        _ => Ok(json(StatusCode::NOT_FOUND, &json!({"message": "no such path"}))),
    }
}

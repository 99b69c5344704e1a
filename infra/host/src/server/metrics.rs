//! The metrics listener.

use std::convert::Infallible;

use http::header::CONTENT_TYPE;
use http::{HeaderValue, Method, Request, Response, StatusCode};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;

use crate::app::App;
use crate::body::Body;

/// Answers `GET /metrics` until the process ends.
pub async fn serve(app: App, listener: TcpListener) {
    while let Ok((stream, _)) = listener.accept().await {
        let app = app.clone();
        let header_timeout = app.0.config.limits.header_timeout;
        let service = service_fn(move |request: Request<Incoming>| {
            let response = answer(&app, &request);
            async move { Ok::<_, Infallible>(response) }
        });
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new()).header_read_timeout(header_timeout);
        tokio::spawn(http.serve_connection(TokioIo::new(stream), service));
    }
}

fn answer(app: &App, request: &Request<Incoming>) -> Response<Body> {
    let asked = (request.method(), request.uri().path());
    let (status, text) = match asked {
        (&Method::GET, "/metrics") => (StatusCode::OK, app.metrics_text()),
        _ => (StatusCode::NOT_FOUND, String::new()),
    };
    let mut response = Response::new(Body::whole(text));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; version=0.0.4"));
    response
}

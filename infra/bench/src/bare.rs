//! The peer of the product list: the same bytes from a bare axum server, in a process of its own.

use std::path::Path;

use anyhow::{Context, Result};
use axum::Router;
use axum::body::Bytes;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use tokio::net::TcpListener;

/// Serves the bytes of `file` on a free port of 127.0.0.1 until the process is ended.
///
/// # Errors
/// When the file cannot be read or no port be bound.
pub async fn serve(file: &Path) -> Result<()> {
    let bytes = Bytes::from(std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?);
    let route = get(async move || ([(CONTENT_TYPE, "application/json")], bytes.clone()));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, Router::new().route("/", route)).await.context("cannot serve")
}

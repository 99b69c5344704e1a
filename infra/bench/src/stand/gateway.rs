//! Takes the webhooks of the sandbox gateway in place of the application, so that the bench decides when and how fast the
//! application gets them.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Result;
use axum::Router;
use axum::body::Bytes;
use axum::http::{StatusCode, Uri};
use tokio::net::TcpListener;

/// A webhook as the gateway sent it.
#[derive(Clone, Debug)]
pub struct Webhook {
    /// Path it was sent to.
    pub path: String,
    /// Its body.
    pub body: Bytes,
}

/// A listener that keeps webhooks.
#[derive(Clone, Debug)]
pub struct Recorder {
    /// Where it listens.
    pub address: SocketAddr,
    kept: Arc<Mutex<Vec<Webhook>>>,
}

impl Recorder {
    /// Starts to listen on a free port.
    ///
    /// # Errors
    /// When no port can be bound.
    pub async fn start() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let recorder = Self { address: listener.local_addr()?, kept: Arc::default() };
        let kept = Arc::clone(&recorder.kept);
        let router = Router::new().fallback(async move |uri: Uri, body: Bytes| {
            let webhook = Webhook { path: uri.path().to_owned(), body };
            kept.lock().unwrap_or_else(PoisonError::into_inner).push(webhook);
            StatusCode::OK
        });
        // It serves for as long as the runtime lives.
        tokio::spawn(async move { drop(axum::serve(listener, router).await) });
        Ok(recorder)
    }

    /// How many webhooks are kept.
    pub fn count(&self) -> usize {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Takes the kept webhooks out.
    pub fn take(&self) -> Vec<Webhook> {
        std::mem::take(&mut *self.kept.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

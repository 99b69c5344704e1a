//! One client connection.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;
use tokio::sync::watch;

use super::Stage;
use super::linger::Lingering;
use crate::app::AppInner;

/// The smallest buffer that hyper works with.
const BUFFER_MIN_BYTES: usize = 8 * 1024;

/// Serves requests until the client leaves, the connection idles, or the server ends. HTTP/1.1 only: TLS and HTTP/2 end before this host.
pub async fn serve_connection(
    app: Arc<AppInner>,
    stream: TcpStream,
    client: SocketAddr,
    mut stage: watch::Receiver<Stage>,
) {
    let limits = &app.config.limits;
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(limits.header_timeout)
        .max_buf_size((limits.header_kib * 1024).max(BUFFER_MIN_BYTES));
    let service = service_fn(|request| {
        let app = app.clone();
        async move { Ok::<_, Infallible>(app.handle(Lingering::wrap(request), client).await) }
    });
    let mut connection = std::pin::pin!(http.serve_connection(TokioIo::new(stream), service));
    loop {
        tokio::select! {
            // A client that breaks off, idles or sends garbage is no event of the server's.
            _ended = connection.as_mut() => return,
            changed = stage.changed() => match *stage.borrow_and_update() {
                Stage::Ended => return,
                Stage::Draining => connection.as_mut().graceful_shutdown(),
                Stage::Serving if changed.is_err() => return,
                Stage::Serving => {}
            },
        }
    }
}

//! The server: connections, and how they end.

mod connection;
mod linger;
pub(crate) mod metrics;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::{Semaphore, mpsc, watch};

use crate::app::AppInner;
use connection::serve_connection;

/// How far the server is on its way to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    Serving,
    /// No new connections; requests under way are finished.
    Draining,
    /// Everything ends now.
    Ended,
}

/// A running server. Dropping it ends it at once; [`Server::shutdown`] lets it finish.
pub struct Server {
    addr: SocketAddr,
    stage: watch::Sender<Stage>,
    /// Yields `None` when every task of the server has ended.
    alive: mpsc::Receiver<()>,
    app: Arc<AppInner>,
}

impl Server {
    pub(crate) fn start(app: Arc<AppInner>, listener: TcpListener) -> anyhow::Result<Self> {
        let addr = listener.local_addr()?;
        let (stage, watched) = watch::channel(Stage::Serving);
        let (token, alive) = mpsc::channel(1);
        for job in app.jobs.clone() {
            let (app, mut watched, token) = (app.clone(), watched.clone(), token.clone());
            tokio::spawn(async move {
                tokio::select! {
                    () = job.run(app, addr.port()) => {}
                    _ = watched.wait_for(|stage| *stage != Stage::Serving) => {}
                }
                drop(token);
            });
        }
        tokio::spawn(accept(app.clone(), listener, watched, token));
        Ok(Self { addr, stage, alive, app })
    }

    /// The address it listens on.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Stops accepting, waits up to `grace` for requests under way, then ends what is left. Returns whether everything was finished.
    pub async fn shutdown(mut self, grace: Duration) -> bool {
        self.stage.send_replace(Stage::Draining);
        let finished = tokio::time::timeout(grace, self.alive.recv()).await.is_ok();
        self.stage.send_replace(Stage::Ended);
        self.app.log.flush();
        finished
    }
}

async fn accept(app: Arc<AppInner>, listener: TcpListener, mut stage: watch::Receiver<Stage>, token: mpsc::Sender<()>) {
    let room = Arc::new(Semaphore::new(app.config.limits.connections_max));
    loop {
        let accepted = async {
            let permit = room.clone().acquire_owned().await;
            (listener.accept().await, permit)
        };
        let (accepted, permit) = tokio::select! {
            accepted = accepted => accepted,
            _ = stage.wait_for(|stage| *stage != Stage::Serving) => return,
        };
        match accepted {
            Ok((stream, client)) => {
                // Answers are written in one piece, so waiting for more to send only delays them.
                let _ = stream.set_nodelay(true);
                let (app, stage, token) = (app.clone(), stage.clone(), token.clone());
                tokio::spawn(async move {
                    serve_connection(app, stream, client, stage).await;
                    drop((token, permit));
                });
            }
            // Out of file descriptors, most likely: some will be free soon.
            Err(error) => {
                app.log.event("error", "cannot accept a connection", &error.to_string());
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

//! A TCP proxy that can be cut: to the components the database is gone, while the test still reaches it.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// How connections are treated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Open,
    /// Connections end at once, open ones too.
    Cut,
    /// Connections are accepted and nothing passes any more.
    Silent,
}

/// A proxy on a free port of the loopback address.
pub struct Proxy {
    address: SocketAddr,
    mode: Arc<watch::Sender<Mode>>,
    server: JoinHandle<()>,
}

impl Proxy {
    /// A proxy to `target` (`host:port`) that lets everything pass.
    pub async fn start(target: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mode = Arc::new(watch::Sender::new(Mode::Open));
        let watched = Arc::clone(&mode);
        let server = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(pass(client, target.clone(), watched.subscribe()));
            }
        });
        Self { address, mode, server }
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.address
    }

    /// Lets everything pass again.
    pub fn restore(&self) {
        self.mode.send_replace(Mode::Open);
    }

    /// Ends every connection, and every new one at once.
    pub fn cut(&self) {
        self.mode.send_replace(Mode::Cut);
    }

    /// Keeps connections and passes nothing: a network that swallows packets.
    pub fn silence(&self) {
        self.mode.send_replace(Mode::Silent);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.mode.send_replace(Mode::Cut);
        self.server.abort();
    }
}

async fn pass(mut client: TcpStream, target: String, mut mode: watch::Receiver<Mode>) {
    if *mode.borrow_and_update() == Mode::Silent {
        let _ = mode.wait_for(|mode| *mode == Mode::Cut).await;
        return;
    }
    if *mode.borrow() == Mode::Cut {
        return;
    }
    let Ok(mut server) = TcpStream::connect(&target).await else { return };
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    tokio::select! {
        _ = tokio::io::copy_bidirectional(&mut client, &mut server) => return,
        _ = mode.wait_for(|mode| *mode != Mode::Open) => {}
    }
    // A silenced connection stays as it is, and is of no use even when the network is back.
    let _ = mode.wait_for(|mode| *mode == Mode::Cut).await;
}

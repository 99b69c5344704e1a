//! Bytes over a socket, for what no HTTP client would send.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::World;

/// Longer than the server may take with any of it.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Everything that came back until the server closed the connection or fell silent.
#[derive(Clone, Debug)]
pub struct RawAnswer {
    /// The bytes, as text.
    pub text: String,
    /// Whether the server closed the connection.
    pub closed: bool,
}

impl RawAnswer {
    /// Status of the first answer.
    pub fn status(&self) -> Option<u16> {
        self.text.strip_prefix("HTTP/1.1 ").or_else(|| self.text.strip_prefix("HTTP/1.0 "))?.get(..3)?.parse().ok()
    }

    /// How many answers there are.
    pub fn count(&self) -> usize {
        self.text.matches("HTTP/1.").count()
    }

    /// Body of the first answer.
    pub fn body(&self) -> &str {
        self.text.split_once("\r\n\r\n").map_or("", |(_, body)| body)
    }

    /// `code` of a problem, empty when there is none.
    pub fn code(&self) -> String {
        let body: serde_json::Value = serde_json::from_str(self.body()).unwrap_or_default();
        body["code"].as_str().unwrap_or_default().to_owned()
    }
}

impl World {
    /// Sends these bytes and reads what comes. A request should ask for `Connection: close`, otherwise this waits.
    pub async fn raw(&self, request: impl AsRef<[u8]>) -> RawAnswer {
        let mut socket = TcpStream::connect(self.addr()).await.unwrap();
        let mut bytes = Vec::new();
        let exchange = async {
            // The server may refuse and close before it has read everything.
            let _ = socket.write_all(request.as_ref()).await;
            let _ = socket.read_to_end(&mut bytes).await;
        };
        let closed = tokio::time::timeout(TIMEOUT, exchange).await.is_ok();
        RawAnswer { text: String::from_utf8_lossy(&bytes).into_owned(), closed }
    }
}

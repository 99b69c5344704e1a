//! Waiting for a service to answer.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::service::Service;

/// Compiling the components for the first time takes a while on a slow machine.
const PATIENCE: Duration = Duration::from_secs(120);
const INTERVAL: Duration = Duration::from_millis(20);

/// Waits until something accepts connections at `address`.
///
/// # Errors
/// When a service ends meanwhile, or nothing listens in time.
pub async fn wait_until_listening(address: SocketAddr, services: &mut [Service]) -> Result<()> {
    wait(services, async || TcpStream::connect(address).await.is_ok(), &format!("nothing listens on {address}")).await
}

/// Waits until `GET /ready` answers 200.
///
/// # Errors
/// When a service ends meanwhile, or the answer does not come in time.
pub async fn wait_until_ready(address: SocketAddr, services: &mut [Service]) -> Result<()> {
    let is_ready = async || status(address, "/ready").await == Some(200);
    wait(services, is_ready, &format!("http://{address}/ready does not answer 200")).await
}

async fn wait(services: &mut [Service], done: impl AsyncFn() -> bool, complaint: &str) -> Result<()> {
    let deadline = Instant::now() + PATIENCE;
    while !done().await {
        for service in services.iter_mut() {
            if let Some(status) = service.ended()? {
                return Err(service.obituary(status));
            }
        }
        if Instant::now() > deadline {
            let logs = services.iter().map(Service::log_tail).collect::<Vec<_>>().join("\n");
            bail!("{complaint} after {} s\n{logs}", PATIENCE.as_secs());
        }
        tokio::time::sleep(INTERVAL).await;
    }
    Ok(())
}

/// Status of `GET path`, or `None` when there is no answer within 5 s.
async fn status(address: SocketAddr, path: &str) -> Option<u16> {
    let ask = async {
        let mut stream = TcpStream::connect(address).await.ok()?;
        let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.ok()?;
        let mut head = [0_u8; 64];
        let mut length = 0;
        // The status line is at most a few dozen bytes, in one piece or several.
        while let Some(free) = head.get_mut(length..).filter(|free| !free.is_empty()) {
            match stream.read(free).await.ok()? {
                0 => break,
                read => length += read,
            }
        }
        parse_status(&head)
    };
    tokio::time::timeout(Duration::from_secs(5), ask).await.ok().flatten()
}

/// Reads `HTTP/1.1 200 OK`.
fn parse_status(head: &[u8]) -> Option<u16> {
    let line = String::from_utf8_lossy(head);
    line.strip_prefix("HTTP/1.")?.split(' ').nth(1)?.get(..3)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    #[test]
    fn statuses_are_read_from_the_first_line() {
        assert_eq!(parse_status(b"HTTP/1.1 503 Service Unavailable\r\n"), Some(503));
        assert_eq!(parse_status(b"SSH-2.0-OpenSSH"), None);
    }

    #[tokio::test]
    async fn a_status_is_asked_for_over_a_socket() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = async {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = [0_u8; 512];
            let length = stream.read(&mut request).await.unwrap();
            stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
            String::from_utf8_lossy(&request[..length]).into_owned()
        };
        let (answer, request) = tokio::join!(status(address, "/ready"), server);
        assert_eq!(answer, Some(200));
        assert!(request.starts_with("GET /ready HTTP/1.1\r\nHost: 127.0.0.1"), "{request}");
    }
}

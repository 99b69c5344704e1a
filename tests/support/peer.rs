//! A peer that a test plays itself over HTTP: what it publishes, or what stands between us and somebody real.

use std::future::Future;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Most bytes of a request.
const REQUEST_MAX: usize = 64 * 1024;

/// Listens on a free port of this machine as long as the test runs; returns the origin. `answer` makes a status and a JSON body of
/// a request's head and body.
pub async fn serve<F, A>(answer: F) -> String
where
    F: Fn(String, String) -> A + Clone + Send + Sync + 'static,
    A: Future<Output = (u16, String)> + Send,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let origin = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let answer = answer.clone();
            tokio::spawn(async move {
                if let Some((head, body)) = read(&mut socket).await {
                    let (status, body) = answer(head, body).await;
                    let head = format!(
                        "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                        body.len()
                    );
                    // A client that went away does not matter.
                    let _ = socket.write_all(format!("{head}{body}").as_bytes()).await;
                }
            });
        }
    });
    origin
}

/// Head and body of one request; `None` when it does not come whole.
async fn read(socket: &mut TcpStream) -> Option<(String, String)> {
    let mut bytes = Vec::new();
    while bytes.len() < REQUEST_MAX {
        if let Some((head, body)) = String::from_utf8_lossy(&bytes).split_once("\r\n\r\n") {
            let length = head.lines().filter_map(|line| line.split_once(':'));
            let length = length.filter(|(name, _)| name.eq_ignore_ascii_case("content-length"));
            let length = length.filter_map(|(_, value)| value.trim().parse().ok()).next().unwrap_or(0);
            if body.len() >= length {
                return Some((head.to_owned(), body.to_owned()));
            }
        }
        if socket.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
    None
}

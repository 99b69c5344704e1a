//! A keep-alive client that costs as little as possible: what it spends is taken from what it measures.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

use super::answer::{Answer, Head};

/// No answer takes longer: the host gives up after 30 s itself.
const PATIENCE: Duration = Duration::from_secs(35);

/// One connection to one server; opened at the first request, and again after a failure.
#[derive(Debug)]
pub struct Connection {
    address: SocketAddr,
    source: Option<Ipv4Addr>,
    stream: Option<TcpStream>,
    buffer: Vec<u8>,
}

impl Connection {
    /// A connection that is not open yet.
    pub fn new(address: SocketAddr) -> Self {
        Self { address, source: None, stream: None, buffer: Vec::with_capacity(32 * 1024) }
    }

    /// A connection from a network (/24) of its own among the loopback addresses, as the throttles of sign-in count them. Linux alone
    /// has all of 127.0.0.0/8.
    pub fn from_network(address: SocketAddr, network: u8) -> Self {
        Self { source: Some(Ipv4Addr::new(127, 1, network, 1)), ..Self::new(address) }
    }

    /// Opens the connection unless it is open.
    ///
    /// # Errors
    /// When the server does not accept it.
    pub async fn open(&mut self) -> Result<()> {
        if self.stream.is_none() {
            let stream = match self.source {
                None => TcpStream::connect(self.address).await,
                Some(source) => {
                    let socket = TcpSocket::new_v4()?;
                    socket.bind((source, 0).into())?;
                    socket.connect(self.address).await
                }
            };
            let stream = stream.context("cannot connect")?;
            stream.set_nodelay(true)?;
            self.stream = Some(stream);
        }
        Ok(())
    }

    /// Sends the bytes of one request and reads its answer.
    ///
    /// # Errors
    /// When the connection breaks or no whole answer arrives; the next exchange opens a new one.
    pub async fn exchange(&mut self, request: &[u8]) -> Result<Answer<'_>> {
        self.open().await?;
        // Taken out, so that an exchange that fails or is given up half-way leaves no half-read connection behind.
        let Some(mut stream) = self.stream.take() else { bail!("no connection") };
        self.buffer.clear();
        let head = match tokio::time::timeout(PATIENCE, talk(&mut stream, request, &mut self.buffer)).await {
            Ok(head) => head?,
            Err(_) => bail!("no answer within {} s", PATIENCE.as_secs()),
        };
        self.stream = Some(stream);
        Ok(Answer { status: head.status, body: self.buffer.get(head.end..).unwrap_or_default() })
    }
}

async fn talk(stream: &mut TcpStream, request: &[u8], buffer: &mut Vec<u8>) -> Result<Head> {
    stream.write_all(request).await.context("cannot send")?;
    let mut head = None;
    loop {
        if stream.read_buf(buffer).await.context("cannot receive")? == 0 {
            bail!("the server closed the connection");
        }
        if head.is_none() {
            head = Head::parse(buffer)?;
        }
        let Some(head) = head else { continue };
        if let Some(end) = head.body_end(buffer.get(head.end..).unwrap_or_default()) {
            buffer.truncate(head.end + end);
            return Ok(head);
        }
    }
}

//! Reads a response's body ahead, inside the instance, so that a small one leaves in one piece: with its length, in one write, and with one
//! wake-up of the connection's task instead of one for each of headers, data and end.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};
use std::task::{Poll, Waker};

use bytes::{Bytes, BytesMut};
use http_body::{Body as _, Frame};
use wasmtime_wasi_http::{Error, WasiBody};

use crate::body::Body;

/// What is read ahead of one body at most.
const READ_AHEAD_BYTES: usize = 64 * 1024;

/// The bodies of one instance that are being read ahead.
#[derive(Default)]
pub struct Gathering {
    /// Everything in the instance waits for something, so reading ahead would only hold back what is there.
    let_go: AtomicBool,
    waiting: Mutex<Vec<Waker>>,
}

impl Gathering {
    /// Tells the bodies being read whether to go on with what they have.
    pub fn let_go_if(&self, settled: bool) {
        self.let_go.store(settled, Relaxed);
        if settled {
            let waiting = std::mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner));
            waiting.into_iter().for_each(Waker::wake);
        }
    }

    /// Reads `body` to its end, to the limit, or until the guest waits for something.
    ///
    /// `settled` is cleared with every piece: the guest may have been waiting for that piece to be taken.
    pub async fn read(&self, mut body: WasiBody, settled: &AtomicBool) -> Result<Body, Error> {
        let unsettle = || {
            self.let_go.store(false, Relaxed);
            settled.store(false, Relaxed);
        };
        unsettle();
        let mut read = VecDeque::new();
        let mut bytes = 0;
        let ended = std::future::poll_fn(|context| {
            loop {
                match Pin::new(&mut body).poll_frame(context) {
                    Poll::Ready(None) => return Poll::Ready(Ok(true)),
                    Poll::Ready(Some(Err(error))) => return Poll::Ready(Err(error)),
                    Poll::Ready(Some(Ok(frame))) => {
                        bytes += frame.data_ref().map_or(0, Bytes::len);
                        read.push_back(frame);
                        unsettle();
                        if bytes > READ_AHEAD_BYTES {
                            return Poll::Ready(Ok(false));
                        }
                    }
                    Poll::Pending if self.let_go.load(Relaxed) => return Poll::Ready(Ok(false)),
                    Poll::Pending => {
                        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).push(context.waker().clone());
                        return Poll::Pending;
                    }
                }
            }
        })
        .await?;
        let whole = ended && read.iter().all(Frame::is_data);
        Ok(if whole { Body::whole(joined(read)) } else { Body::begun(read, body) })
    }
}

/// The data of all frames; that of a single one is not copied.
fn joined(frames: VecDeque<Frame<Bytes>>) -> Bytes {
    let mut pieces = frames.into_iter().filter_map(|frame| frame.into_data().ok());
    let Some(first) = pieces.next() else { return Bytes::new() };
    let mut rest = pieces.peekable();
    if rest.peek().is_none() {
        return first;
    }
    let mut all = BytesMut::from(first);
    rest.for_each(|piece| all.extend_from_slice(&piece));
    all.freeze()
}

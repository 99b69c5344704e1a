//! The rows of a result on their way to the guest.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures::StreamExt as _;
use tokio::sync::{mpsc, oneshot};
use wasmtime::StoreContextMut;
use wasmtime::component::{Access, Destination, FutureReader, StreamProducer, StreamReader, StreamResult, VecBuffer};

use super::Rows;
use crate::bindings::postgres::{Column, DbValue, Error, Row, RowSet};
use crate::call::Guest;
use crate::postgres::error::text_failed;
use crate::state::GuestState;

/// What the host keeps of one result at most, as in Spin.
const BUFFERED_MAX_BYTES: usize = 128 * 1024 * 1024;
/// A result up to this size reaches the guest in one piece.
const PREFETCH_BYTES: usize = 256 * 1024;
/// Rows under way beyond the first piece.
const ROWS_UNDER_WAY: usize = 16;

type Readers = (Vec<Column>, StreamReader<Row>, FutureReader<Result<(), Error>>);

/// How much of a result is read before the guest is answered.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Prefetch {
    /// A first piece, which is the whole result most of the time.
    Some,
    /// Everything: the statement has ended when the call returns.
    All,
}

/// A result, read in part or to its end.
pub struct Fetched {
    columns: Vec<Column>,
    first: Vec<Row>,
    rest: Rest,
}

enum Rest {
    Ended(Result<(), Error>),
    Following(mpsc::Receiver<Row>, oneshot::Receiver<Result<(), Error>>),
}

/// Reads a result to its end, for the synchronous call. The columns are the first row's, as in Spin.
pub async fn collect(columns: Vec<Column>, mut rows: Rows) -> Result<RowSet, Error> {
    let mut all = Vec::new();
    let mut bytes = 0;
    while let Some(row) = rows.next().await {
        let row = row?;
        bytes += size(&row);
        if bytes > BUFFERED_MAX_BYTES {
            return Err(too_large());
        }
        all.push(row);
    }
    let columns = if all.is_empty() { Vec::new() } else { columns };
    Ok(RowSet { columns, rows: all })
}

/// Reads the first piece of a result, and lets the rest follow.
pub async fn prefetch(columns: Vec<Column>, mut rows: Rows, prefetch: Prefetch) -> Fetched {
    let limit = if prefetch == Prefetch::All { BUFFERED_MAX_BYTES } else { PREFETCH_BYTES };
    let mut first = Vec::new();
    let mut bytes = 0;
    let rest = loop {
        match rows.next().await {
            None => break Rest::Ended(Ok(())),
            Some(Err(error)) => break Rest::Ended(Err(error)),
            Some(Ok(row)) => {
                bytes += size(&row);
                first.push(row);
            }
        }
        if bytes > limit {
            break follow(rows);
        }
    };
    let columns = if first.is_empty() { Vec::new() } else { columns };
    Fetched { columns, first, rest }
}

/// Sends the remaining rows as the guest takes them; ends when the guest drops the stream.
fn follow(mut rows: Rows) -> Rest {
    let (sender, receiver) = mpsc::channel(ROWS_UNDER_WAY);
    let (ended, result) = oneshot::channel();
    tokio::spawn(async move {
        let forward = async {
            while let Some(row) = rows.next().await {
                let row = row?;
                if size(&row) > BUFFERED_MAX_BYTES {
                    return Err(too_large());
                }
                if sender.send(row).await.is_err() {
                    break;
                }
            }
            Ok(())
        };
        let result = tokio::select! {
            result = forward => result,
            () = sender.closed() => Ok(()),
        };
        // The guest may have dropped the future too.
        let _ = ended.send(result);
    });
    Rest::Following(receiver, result)
}

impl Fetched {
    /// What the guest gets to hold.
    pub fn into_readers(self, mut access: Access<'_, GuestState, Guest>) -> wasmtime::Result<Readers> {
        let Self { columns, first, rest } = self;
        let (rows, result) = match rest {
            Rest::Ended(result) => {
                let rows = StreamReader::new(&mut access, first)?;
                (rows, FutureReader::new(&mut access, async move { wasmtime::error::Ok(result) })?)
            }
            Rest::Following(receiver, ended) => {
                let rows = StreamReader::new(&mut access, Producer { first, receiver })?;
                let result = async move { wasmtime::error::Ok(ended.await.unwrap_or(Ok(()))) };
                (rows, FutureReader::new(&mut access, result)?)
            }
        };
        Ok((columns, rows, result))
    }
}

/// The first piece, then what follows.
struct Producer {
    first: Vec<Row>,
    receiver: mpsc::Receiver<Row>,
}

impl<D> StreamProducer<D> for Producer {
    type Item = Row;
    type Buffer = VecBuffer<Row>;

    fn poll_produce<'a>(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        store: StoreContextMut<'a, D>,
        mut destination: Destination<'a, Row, VecBuffer<Row>>,
        finish: bool,
    ) -> Poll<wasmtime::Result<StreamResult>> {
        if destination.remaining(store) == Some(0) {
            return Poll::Ready(Ok(StreamResult::Completed));
        }
        let this = self.get_mut();
        if !this.first.is_empty() {
            destination.set_buffer(std::mem::take(&mut this.first).into());
            return Poll::Ready(Ok(StreamResult::Completed));
        }
        match this.receiver.poll_recv(context) {
            Poll::Ready(Some(row)) => {
                destination.set_buffer(vec![row].into());
                Poll::Ready(Ok(StreamResult::Completed))
            }
            Poll::Ready(None) => Poll::Ready(Ok(StreamResult::Dropped)),
            Poll::Pending if finish => Poll::Ready(Ok(StreamResult::Cancelled)),
            Poll::Pending => Poll::Pending,
        }
    }
}

fn too_large() -> Error {
    text_failed(format!("query result exceeds limit of {BUFFERED_MAX_BYTES} bytes"))
}

/// Roughly what a row takes in memory.
fn size(row: &Row) -> usize {
    let texts = |values: &[Option<String>]| values.iter().flatten().map(|value| value.len() + 24).sum::<usize>();
    let one = |value: &DbValue| match value {
        DbValue::Str(text) | DbValue::Uuid(text) | DbValue::Decimal(text) => text.len(),
        DbValue::Binary(bytes) | DbValue::Jsonb(bytes) | DbValue::Unsupported(bytes) => bytes.len(),
        DbValue::ArrayInt32(values) => values.len() * 8,
        DbValue::ArrayInt64(values) => values.len() * 16,
        DbValue::ArrayDecimal(values) | DbValue::ArrayStr(values) => texts(values),
        _ => 0,
    };
    row.iter().map(|value| one(value) + size_of::<DbValue>()).sum()
}

//! The thread that writes: it takes what has gathered while the last transaction was committed, and commits it as one.

use std::sync::{Arc, mpsc};

use anyhow::Context as _;
use rusqlite::Connection;
use tokio::sync::oneshot;

use super::Shared;
use crate::key_value::StoreError;
use crate::key_value::cache::Cached;

/// Writes of one transaction at most.
const GROUP_MAX: usize = 1024;
/// Writes that may wait; beyond it, setting a value fails at once instead of filling the memory.
const QUEUE_MAX: usize = 16 * 1024;

struct Write {
    key: String,
    /// Without a value the key is deleted.
    value: Cached,
    done: oneshot::Sender<Result<(), StoreError>>,
}

/// The way to the writing thread, which ends when this is dropped.
pub struct Writer {
    queue: mpsc::SyncSender<Write>,
}

impl Writer {
    pub fn start(connection: Connection, shared: Arc<Shared>) -> anyhow::Result<Self> {
        let (queue, waiting) = mpsc::sync_channel(QUEUE_MAX);
        std::thread::Builder::new()
            .name("key-value".into())
            .spawn(move || run(connection, &shared, &waiting))
            .context("cannot start the key-value thread")?;
        Ok(Self { queue })
    }

    /// Returns when the write is committed.
    pub async fn write(&self, key: String, value: Cached) -> Result<(), StoreError> {
        let (done, committed) = oneshot::channel();
        self.queue
            .try_send(Write { key, value, done })
            .map_err(|_| StoreError("too many writes are waiting".into()))?;
        committed.await.unwrap_or_else(|_| Err(StoreError("the store is closing".into())))
    }
}

fn run(mut connection: Connection, shared: &Shared, waiting: &mpsc::Receiver<Write>) {
    while let Ok(first) = waiting.recv() {
        let mut group = vec![first];
        while group.len() < GROUP_MAX
            && let Ok(next) = waiting.try_recv()
        {
            group.push(next);
        }
        let result = commit(&mut connection, &group).map_err(|error| StoreError(format!("SQLite: {error}")));
        for Write { key, value, done } in group {
            if result.is_ok() {
                shared.cache.written(&key, value);
            }
            // A caller that has given up does not want to know.
            let _ = done.send(result.clone());
        }
    }
}

fn commit(connection: &mut Connection, group: &[Write]) -> rusqlite::Result<()> {
    let transaction = connection.transaction()?;
    {
        let mut set = transaction.prepare_cached(
            "insert into entry (key, value) values (?1, ?2) on conflict (key) do update set value = excluded.value",
        )?;
        let mut delete = transaction.prepare_cached("delete from entry where key = ?1")?;
        for Write { key, value, .. } in group {
            match value {
                Some(value) => set.execute((key, value.as_ref()))?,
                None => delete.execute([key])?,
            };
        }
    }
    transaction.commit()
}

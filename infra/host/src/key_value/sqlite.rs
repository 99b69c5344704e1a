//! Values in a SQLite file: one writer that commits waiting writes together, readers beside it, and a cache before both.
//!
//! Write-ahead logging with `synchronous = NORMAL`: a crash of the process loses nothing that was acknowledged; a power failure may lose
//! the last moments, which the key-value store is allowed to (it holds caches and early refusals).

mod writer;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context as _;
use futures::future::BoxFuture;
use rusqlite::{Connection, OptionalExtension as _};

use super::cache::Cache;
use super::{Store, StoreError};
use writer::Writer;

/// Read connections kept open.
const READERS_KEPT: usize = 4;

/// A store in one file, which no other process may write meanwhile: the cache would not see it.
pub struct SqliteStore {
    shared: Arc<Shared>,
    writer: Writer,
}

struct Shared {
    path: PathBuf,
    cache: Cache,
    readers: Mutex<Vec<Connection>>,
}

impl SqliteStore {
    /// Opens the file, creating it and its folder if need be.
    ///
    /// # Errors
    /// When it cannot be written, or is not a SQLite file.
    pub fn open(path: &Path) -> anyhow::Result<Self> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
        }
        let connection = connect(path).with_context(|| format!("cannot open {}", path.display()))?;
        connection
            .execute_batch(
                "create table if not exists entry (key text primary key, value blob not null) without rowid, strict",
            )
            .with_context(|| format!("cannot write {}", path.display()))?;
        let shared = Arc::new(Shared { path: path.to_owned(), cache: Cache::new(), readers: Mutex::default() });
        let writer = Writer::start(connection, shared.clone())?;
        Ok(Self { shared, writer })
    }
}

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(std::time::Duration::from_secs(5))?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "normal")?;
    Ok(connection)
}

impl Shared {
    /// Runs `read` on a read connection, off the async threads.
    async fn read<T: Send + 'static>(
        self: &Arc<Self>,
        read: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let shared = self.clone();
        let task = tokio::task::spawn_blocking(move || {
            let kept = shared.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let connection = kept.map_or_else(|| connect(&shared.path), Ok)?;
            let answer = read(&connection)?;
            let mut readers = shared.readers.lock().unwrap_or_else(PoisonError::into_inner);
            if readers.len() < READERS_KEPT {
                readers.push(connection);
            }
            Ok(answer)
        });
        match task.await {
            Ok(answer) => answer.map_err(|error: rusqlite::Error| StoreError(format!("SQLite: {error}"))),
            Err(_) => Err(StoreError("the store is closing".into())),
        }
    }

    async fn lookup(self: &Arc<Self>, key: &str) -> Result<super::cache::Cached, StoreError> {
        let snapshot = match self.cache.get(key) {
            Ok(known) => return Ok(known),
            Err(snapshot) => snapshot,
        };
        let owned = key.to_owned();
        let query = move |connection: &Connection| {
            let mut statement = connection.prepare_cached("select value from entry where key = ?1")?;
            statement.query_row([owned], |row| row.get::<_, Vec<u8>>(0)).optional()
        };
        let value = self.read(query).await?.map(Arc::from);
        self.cache.keep(key, value.clone(), snapshot);
        Ok(value)
    }
}

impl Store for SqliteStore {
    fn get<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<Vec<u8>>, StoreError>> {
        Box::pin(async move { Ok(self.shared.lookup(key).await?.map(|value| value.to_vec())) })
    }

    fn set(&self, key: String, value: Vec<u8>) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(self.writer.write(key, Some(value.into())))
    }

    fn delete(&self, key: String) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(self.writer.write(key, None))
    }

    fn exists<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<bool, StoreError>> {
        Box::pin(async move { Ok(self.shared.lookup(key).await?.is_some()) })
    }

    fn keys(&self) -> BoxFuture<'_, Result<Vec<String>, StoreError>> {
        Box::pin(self.shared.read(|connection| {
            let mut statement = connection.prepare_cached("select key from entry order by key")?;
            statement.query_map([], |row| row.get(0))?.collect()
        }))
    }
}

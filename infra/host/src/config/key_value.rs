//! `[key_value_store.<label>]`.

use std::path::PathBuf;

use serde::Deserialize;

/// Where the values of one store live.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(tag = "type", rename_all = "lowercase", deny_unknown_fields)]
pub enum KeyValueStoreConfig {
    /// A SQLite file, kept across restarts.
    Spin {
        /// The file; relative to the state directory, `key_value_<label>.db` in it when absent.
        path: Option<PathBuf>,
    },
    /// This process's memory, lost at its end.
    Memory,
    /// A Redis or Valkey server.
    Redis {
        /// `redis://[user:password@]host:port[/database]`.
        url: String,
    },
}

//! How an application is loaded.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use crate::config::Config;
use crate::key_value::KeyValueBackend;
use crate::seam::Seam;

/// Everything about loading an application that its manifest does not say.
#[derive(Clone)]
pub struct Options {
    /// Values of application variables; they win over the environment and over defaults.
    pub variables: BTreeMap<String, String>,
    /// Whether `SPIN_VARIABLE_<NAME>` is looked at.
    pub read_environment: bool,
    /// The stores to use whatever `config` says; `None` leaves it to `config`.
    pub key_value: Option<KeyValueBackend>,
    /// Sees every host call; without one nothing is computed for it.
    pub seam: Option<Arc<dyn Seam>>,
    /// The host's settings.
    pub config: Config,
    /// Where state is kept; `.spin` beside the manifest when `None`.
    pub state_dir: Option<PathBuf>,
    /// Where compiled components are kept between runs; `compiled` in the state directory when `None`.
    pub compile_cache_dir: Option<PathBuf>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            variables: BTreeMap::new(),
            read_environment: true,
            key_value: None,
            seam: None,
            config: Config::default(),
            state_dir: None,
            compile_cache_dir: None,
        }
    }
}

//! `spin.toml`, manifest version 2: what it may say, and what of it this host can honour.
//!
//! Keys that Spin knows and this host does not (files, SQLite databases, dependencies …) are unknown keys here: refusing them at start
//! is better than running a component without something it was promised.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, ensure};
use serde::Deserialize;

/// A parsed and checked manifest.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    spin_manifest_version: u32,
    /// Name and description of the application.
    pub application: Application,
    /// Variables of the application by name.
    #[serde(default)]
    pub variables: BTreeMap<String, Variable>,
    /// Which requests go to which component.
    #[serde(default)]
    pub trigger: Triggers,
    /// Components by id.
    #[serde(default)]
    pub component: BTreeMap<String, Component>,
}

/// `[application]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Application {
    /// The application's name.
    pub name: String,
    /// Its version; informative.
    #[serde(default)]
    pub version: String,
    /// Informative.
    #[serde(default)]
    pub description: String,
    /// Informative.
    #[serde(default)]
    pub authors: Vec<String>,
    /// `[application.trigger.http]`: accepted, must be empty.
    #[serde(default)]
    pub trigger: ApplicationTriggers,
}

/// `[application.trigger]`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApplicationTriggers {
    /// Settings of the HTTP trigger: none is known to this host.
    #[serde(default)]
    pub http: NoSettings,
}

/// A table that must be empty.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoSettings {}

/// `[variables]`: an entry is required, or has a default.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Variable {
    /// Informative.
    #[serde(default)]
    pub description: Option<String>,
    /// The value when nobody gives one.
    pub default: Option<String>,
    /// Whether somebody must give a value.
    #[serde(default)]
    pub required: bool,
    /// Whether the value must never be shown; this host shows none.
    #[serde(default)]
    pub secret: bool,
}

/// `[[trigger.http]]` entries; other triggers are unknown to this host.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Triggers {
    /// In the order in which they are written.
    #[serde(default)]
    pub http: Vec<HttpTrigger>,
}

/// One `[[trigger.http]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpTrigger {
    /// Informative.
    #[serde(default)]
    pub id: Option<String>,
    /// The component's id.
    pub component: String,
    /// The path pattern, or that there is none.
    pub route: Route,
}

/// `route = "/path/..."` or `route = { private = true }`.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Route {
    /// Reached by requests whose path matches.
    Path(String),
    /// Reached by other components and by jobs only.
    Private(PrivateRoute),
}

/// `{ private = true }`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PrivateRoute {
    /// Must be true.
    pub private: bool,
}

/// `[component.<id>]`: the code, and the capabilities it may use.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Component {
    /// Path of the `.wasm`, relative to the manifest.
    pub source: String,
    /// Informative.
    #[serde(default)]
    pub description: String,
    /// Hosts it may connect to; may hold `{{ variable }}`.
    #[serde(default)]
    pub allowed_outbound_hosts: Vec<String>,
    /// Labels of the stores it may open.
    #[serde(default)]
    pub key_value_stores: Vec<String>,
    /// Variables it may read: name → template.
    #[serde(default)]
    pub variables: BTreeMap<String, String>,
    /// Environment variables.
    #[serde(default)]
    pub environment: BTreeMap<String, String>,
    /// How to build it: for other tools.
    #[serde(default)]
    pub build: Option<Build>,
}

/// `[component.<id>.build]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Build {
    /// One command, or several.
    pub command: Commands,
    /// Where to run it.
    #[serde(default)]
    pub workdir: Option<String>,
    /// Files whose change asks for a rebuild.
    #[serde(default)]
    pub watch: Vec<String>,
}

/// One command, or several.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum Commands {
    /// One.
    One(String),
    /// Several, in order.
    Several(Vec<String>),
}

impl Manifest {
    /// Reads and checks the manifest at `path`.
    ///
    /// # Errors
    /// With the file and the key at fault.
    pub fn from_file(path: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        Self::parse(&text).with_context(|| format!("{} cannot be run", path.display()))
    }

    fn parse(text: &str) -> anyhow::Result<Self> {
        let manifest: Self = toml::from_str(text)?;
        ensure!(
            manifest.spin_manifest_version == 2,
            "spin_manifest_version = {} is not supported: 2 is",
            manifest.spin_manifest_version
        );
        manifest.check_triggers()?;
        for (id, component) in &manifest.component {
            component.check().with_context(|| format!("[component.{id}]"))?;
        }
        Ok(manifest)
    }

    fn check_triggers(&self) -> anyhow::Result<()> {
        ensure!(!self.trigger.http.is_empty(), "there is no [[trigger.http]]: nothing would be served");
        for trigger in &self.trigger.http {
            let id = &trigger.component;
            ensure!(
                self.component.contains_key(id),
                "[[trigger.http]] names component {id:?}, and there is no [component.{id}]"
            );
            if let Route::Private(PrivateRoute { private: false }) = trigger.route {
                anyhow::bail!("[[trigger.http]] of component {id:?}: a route is a path or {{ private = true }}");
            }
        }
        Ok(())
    }
}

impl Component {
    fn check(&self) -> anyhow::Result<()> {
        let remote = self.source.contains("://");
        ensure!(
            !self.source.is_empty() && !remote,
            "source = {:?}: only a path to a local file is supported",
            self.source
        );
        Ok(())
    }
}

#[cfg(test)]
mod tests;

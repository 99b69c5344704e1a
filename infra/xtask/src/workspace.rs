//! Where things are in this checkout.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::process::{capture, cargo};

/// A checkout of the repository.
#[derive(Clone, Debug)]
pub struct Workspace {
    root: PathBuf,
    target: PathBuf,
    metadata: Value,
}

impl Workspace {
    /// The checkout this program was started in, as cargo sees it (`CARGO_TARGET_DIR` and configuration included).
    ///
    /// # Errors
    /// When the working directory is not inside a checkout, or its manifests are broken.
    pub async fn locate() -> Result<Self> {
        let start = match std::env::var_os("CARGO_MANIFEST_DIR") {
            Some(folder) => PathBuf::from(folder),
            None => std::env::current_dir().context("the working directory cannot be read")?,
        };
        let root = start
            .ancestors()
            .find(|folder| folder.join("infra/xtask/Cargo.toml").is_file())
            .with_context(|| format!("{} is not inside a checkout of this repository", start.display()))?;
        let manifest = root.join("Cargo.toml");
        let mut command = cargo();
        command.args(["metadata", "--no-deps", "--format-version", "1", "--manifest-path"]).arg(manifest);
        let metadata: Value =
            serde_json::from_str(&capture(&mut command).await?).context("cargo metadata is not JSON")?;
        let Some(target) = metadata.get("target_directory").and_then(Value::as_str) else {
            bail!("cargo metadata names no target directory");
        };
        Ok(Self { root: root.to_owned(), target: target.into(), metadata })
    }

    /// A folder treated as a checkout, for tests.
    pub fn at(root: impl Into<PathBuf>) -> Self {
        let root = root.into();
        Self { target: root.join("target"), root, metadata: Value::Null }
    }

    /// The top folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Cargo's target folder.
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// `cargo metadata --no-deps`.
    pub fn metadata(&self) -> &Value {
        &self.metadata
    }

    /// What this checkout keeps between runs; ignored by git.
    pub fn state(&self) -> PathBuf {
        self.root.join(".wasla")
    }

    /// Passwords, keys and tokens of this checkout's own database and shops.
    pub fn secrets_file(&self) -> PathBuf {
        self.state().join("secrets.json")
    }

    /// The variables of the application as `up` last set them.
    pub fn variables_file(&self) -> PathBuf {
        self.state().join("variables.json")
    }

    /// `migrations/`.
    pub fn migrations(&self) -> PathBuf {
        self.root.join("migrations")
    }

    /// Where the built components are.
    pub fn components_dir(&self) -> PathBuf {
        self.target.join("wasm32-wasip2/wasm")
    }
}

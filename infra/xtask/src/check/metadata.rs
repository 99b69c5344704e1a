//! Packages and their declared dependencies, from `cargo metadata`.

use std::path::Path;

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::Value;

/// A package of the workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Its folder below the top.
    pub folder: String,
    /// What it depends on.
    pub dependencies: Vec<Dependency>,
}

/// A declared dependency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependency {
    /// Package name.
    pub name: String,
    /// Needed by tests, examples and benches alone.
    pub dev: bool,
    /// Needed by the build script alone.
    pub build: bool,
}

#[derive(Deserialize)]
struct RawMetadata {
    packages: Vec<RawPackage>,
}

#[derive(Deserialize)]
struct RawPackage {
    name: String,
    manifest_path: String,
    dependencies: Vec<RawDependency>,
}

#[derive(Deserialize)]
struct RawDependency {
    name: String,
    kind: Option<String>,
}

/// Reads the packages; `root` is the top folder.
///
/// # Errors
/// When the value is not cargo's metadata.
pub fn packages(metadata: &Value, root: &Path) -> Result<Vec<Package>> {
    let raw = RawMetadata::deserialize(metadata).context("cargo metadata reads otherwise than expected")?;
    let packages = raw.packages.into_iter().map(|package| {
        let folder = Path::new(&package.manifest_path).parent().unwrap_or(root);
        let folder = folder.strip_prefix(root).unwrap_or(folder).to_string_lossy().replace('\\', "/");
        let dependencies = package.dependencies.into_iter();
        let dependencies = dependencies.map(|one| Dependency {
            name: one.name,
            dev: one.kind.as_deref() == Some("dev"),
            build: one.kind.as_deref() == Some("build"),
        });
        Package { name: package.name, folder, dependencies: dependencies.collect() }
    });
    Ok(packages.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_are_read_with_folder_and_kind() {
        let metadata = serde_json::json!({"packages": [{
            "name": "host", "manifest_path": "/top/infra/host/Cargo.toml",
            "dependencies": [{"name": "hyper", "kind": null}, {"name": "tempfile", "kind": "dev"}]
        }]});
        let read = packages(&metadata, Path::new("/top")).unwrap();
        assert_eq!(read[0].folder, "infra/host");
        assert_eq!(read[0].dependencies[1], Dependency { name: "tempfile".into(), dev: true, build: false });
        assert!(packages(&Value::Null, Path::new("/top")).is_err());
    }
}

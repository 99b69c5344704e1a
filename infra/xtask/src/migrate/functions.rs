//! The replaceable functions on disk: one a file, named as its path.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::sql_text::defined_functions;
use crate::digest::text_checksum;

/// File that assigns owners and grants, after the functions.
pub const GRANTS: &str = "grants.sql";

/// One file of `migrations/api`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionFile {
    /// Path below `migrations/api`, with `/`.
    pub path: String,
    /// Where it is.
    pub file: PathBuf,
    /// Its text.
    pub sql: String,
    /// Checksum of the text.
    pub checksum: String,
}

impl FunctionFile {
    /// Whether this is the file of grants.
    pub fn is_grants(&self) -> bool {
        self.path == GRANTS
    }

    /// Schema-qualified name that the path stands for: `app/enter.sql` → `app.enter`, `ops/…` alike, and
    /// `storefront/shop.sql` → `api.storefront_shop`.
    pub fn function(&self) -> Option<String> {
        let (group, file) = self.path.split_once('/')?;
        let name = file.strip_suffix(".sql").filter(|name| !name.contains('/'))?;
        Some(match group {
            "app" | "ops" | "audit" => format!("{group}.{name}"),
            _ => format!("api.{group}_{name}"),
        })
    }

    /// Schema-qualified names of the functions that the text defines.
    pub fn defines(&self) -> Vec<String> {
        defined_functions(&self.sql)
    }
}

/// Reads `folder` in the order of application: `app/` first, then by path, grants last.
///
/// # Errors
/// When a file cannot be read.
pub fn read_functions(folder: &Path) -> Result<Vec<FunctionFile>> {
    let mut files = Vec::new();
    collect(folder, folder, &mut files)?;
    files.sort_by_cached_key(|file| (file.is_grants(), !file.path.starts_with("app/"), file.path.clone()));
    Ok(files)
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<FunctionFile>) -> Result<()> {
    let entries = fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    for entry in entries {
        let file = entry?.path();
        if file.is_dir() {
            collect(root, &file, files)?;
        } else if file.extension().is_some_and(|extension| extension == "sql") {
            let sql = fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
            let path = file.strip_prefix(root).unwrap_or(&file).to_string_lossy().replace('\\', "/");
            files.push(FunctionFile { path, checksum: text_checksum(&sql), sql, file });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, sql: &str) -> FunctionFile {
        FunctionFile { path: path.into(), file: path.into(), sql: sql.into(), checksum: String::new() }
    }

    #[test]
    fn paths_stand_for_functions() {
        assert_eq!(file("app/enter.sql", "").function().as_deref(), Some("app.enter"));
        assert_eq!(file("storefront/shop.sql", "").function().as_deref(), Some("api.storefront_shop"));
        assert_eq!(file("grants.sql", "").function(), None);
        assert_eq!(file("cart/deep/add.sql", "").function(), None);
    }

    #[test]
    fn files_are_read_with_app_first_and_grants_last() {
        let folder = std::env::temp_dir().join(format!("xtask-functions-{}", std::process::id()));
        for path in
            ["grants.sql", "cart/add.sql", "app/enter.sql", "app/refuse.sql", "ops/seed_tenant.sql", "README.md"]
        {
            let file = folder.join(path);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, "select 1").unwrap();
        }
        let paths: Vec<_> = read_functions(&folder).unwrap().into_iter().map(|file| file.path).collect();
        assert_eq!(paths, ["app/enter.sql", "app/refuse.sql", "cart/add.sql", "ops/seed_tenant.sql", "grants.sql"]);
        fs::remove_dir_all(folder).unwrap();
    }
}

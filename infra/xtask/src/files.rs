//! Files that are written whole or not at all, and files that are locked.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// Replaces `path` with `text`, readable by its owner alone; a reader sees the old file or the new one.
///
/// # Errors
/// When the folder or the file cannot be written.
pub fn write_private(path: &Path, text: &str) -> Result<()> {
    let context = || format!("cannot write {}", path.display());
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).with_context(context)?;
    }
    let mut draft = path.as_os_str().to_owned();
    draft.push(".draft");
    let draft = PathBuf::from(draft);
    // A draft left by a killed run may have other permissions: `mode` counts only for a file that is created.
    if draft.exists() {
        fs::remove_file(&draft).with_context(context)?;
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft).with_context(context)?;
    file.write_all(text.as_bytes()).with_context(context)?;
    file.sync_all().with_context(context)?;
    fs::rename(&draft, path).with_context(context)
}

/// Opens a file to be locked, not yet locked; the kernel unlocks it when its holder ends, however that happens.
///
/// # Errors
/// When it cannot be opened.
pub fn lock_file(path: &Path) -> Result<File> {
    OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path)
        .with_context(|| format!("cannot open {}", path.display()))
}

/// The last `lines` lines of a text file, for an error message; empty when there is none.
pub fn tail(path: &Path, lines: usize) -> String {
    let text = fs::read(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    let all: Vec<&str> = text.lines().collect();
    all.get(all.len().saturating_sub(lines)..).unwrap_or_default().join("\n")
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn private_files_are_replaced_and_read_by_their_owner_alone() {
        let path = std::env::temp_dir().join(format!("xtask-files-{}", std::process::id())).join("secret.json");
        write_private(&path, "one").unwrap();
        write_private(&path, "two\nthree\nfour").unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(tail(&path, 2), "three\nfour");
        fs::remove_dir_all(path.parent().unwrap()).unwrap();
    }
}

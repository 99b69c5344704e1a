//! Packages of other languages that tests need, as a lock names them.

use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::digest::text_checksum;

/// What is to be installed, and where.
#[derive(Debug)]
pub struct Packages {
    /// The folder that the installer makes, and empties before it installs anything else.
    installed: PathBuf,
    /// Checksum of the lock.
    wanted: String,
}

impl Packages {
    /// What the lock names; the folder need not be there.
    ///
    /// # Errors
    /// When the lock cannot be read.
    pub fn of(lock: &PathBuf, installed: PathBuf) -> Result<Self> {
        let text = std::fs::read_to_string(lock).with_context(|| format!("cannot read {}", lock.display()))?;
        Ok(Self { installed, wanted: text_checksum(&text) })
    }

    /// Whether this very lock was installed.
    #[must_use]
    pub fn are_installed(&self) -> bool {
        std::fs::read_to_string(self.stamp()).is_ok_and(|installed| installed == self.wanted)
    }

    /// Notes that the lock is installed.
    ///
    /// # Errors
    /// When the folder cannot be written to.
    pub fn remember(&self) -> Result<()> {
        std::fs::write(self.stamp(), &self.wanted)
            .with_context(|| format!("cannot write into {}", self.installed.display()))
    }

    fn stamp(&self) -> PathBuf {
        self.installed.join(".lock.sha256")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_are_installed_until_the_lock_changes_or_the_installer_starts_anew() {
        let root = std::env::temp_dir().join(format!("xtask-packages-{}", std::process::id()));
        let (lock, installed) = (root.join("lock"), root.join("installed"));
        std::fs::create_dir_all(&installed).unwrap();
        std::fs::write(&lock, "one 1.0").unwrap();
        let packages = || Packages::of(&lock, installed.clone()).unwrap();
        assert!(!packages().are_installed());
        packages().remember().unwrap();
        assert!(packages().are_installed());
        std::fs::write(&lock, "one 1.1").unwrap();
        assert!(!packages().are_installed());
        packages().remember().unwrap();
        std::fs::remove_dir_all(&installed).unwrap();
        assert!(!packages().are_installed());
        std::fs::remove_dir_all(root).unwrap();
    }
}

//! The server programs of this machine.

use std::fs;
use std::path::{Path, PathBuf};

use super::OLDEST_MAJOR;
use crate::process::{capture, command};

/// A folder that holds `postgres`, `initdb` and `pg_ctl` of one version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binaries {
    /// The folder.
    pub folder: PathBuf,
    /// Major version.
    pub major: u32,
}

impl Binaries {
    /// The newest usable version, or that of an existing cluster.
    pub async fn find(major: Option<u32>) -> Option<Self> {
        let mut found = Vec::new();
        for folder in candidates().await {
            if let Some(version) = version_of(&folder).await {
                found.push(Self { folder, major: version });
            }
        }
        choose(found, major)
    }

    /// The program `name`.
    pub fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

fn choose(found: Vec<Binaries>, major: Option<u32>) -> Option<Binaries> {
    let fits = |one: &Binaries| one.major >= OLDEST_MAJOR && major.is_none_or(|wanted| wanted == one.major);
    found.into_iter().filter(fits).max_by_key(|one| one.major)
}

async fn candidates() -> Vec<PathBuf> {
    let mut folders = Vec::new();
    if let Ok(folder) = capture(command("pg_config").arg("--bindir")).await {
        folders.push(PathBuf::from(folder.trim()));
    }
    // Debian and Fedora, then Homebrew, keep versions beside each other.
    for (parent, inner) in [("/usr/lib/postgresql", "bin"), ("/opt/homebrew/opt", "bin"), ("/usr/local/opt", "bin")] {
        let entries = fs::read_dir(parent).into_iter().flatten().flatten();
        folders.extend(entries.map(|entry| entry.path().join(inner)));
    }
    folders.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
    folders.retain(|folder| ["postgres", "initdb", "pg_ctl"].iter().all(|name| folder.join(name).is_file()));
    folders.dedup();
    folders
}

async fn version_of(folder: &Path) -> Option<u32> {
    let said = capture(command(folder.join("postgres")).arg("--version")).await.ok()?;
    parse_major(&said)
}

/// Reads `postgres (PostgreSQL) 15.18 (Debian …)`; betas read `16beta1`.
fn parse_major(said: &str) -> Option<u32> {
    let version = said.split("(PostgreSQL)").nth(1)?.trim_start();
    let digits: String = version.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_from_what_the_server_says() {
        assert_eq!(parse_major("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)"), Some(15));
        assert_eq!(parse_major("postgres (PostgreSQL) 18beta1"), Some(18));
        assert_eq!(parse_major("postgres"), None);
    }

    #[test]
    fn the_newest_is_taken_unless_a_cluster_needs_another() {
        let one = |major| Binaries { folder: PathBuf::new(), major };
        let all = || vec![one(14), one(15), one(17)];
        assert_eq!(choose(all(), None), Some(one(17)));
        assert_eq!(choose(all(), Some(15)), Some(one(15)));
        assert_eq!(choose(vec![one(14)], None), None);
        assert_eq!(choose(vec![one(14)], Some(14)), None);
    }
}

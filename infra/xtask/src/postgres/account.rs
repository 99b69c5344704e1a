//! Who the server runs as: PostgreSQL refuses to run as root.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use anyhow::{Context, Result};
use tokio::process::Command;

/// An unprivileged account of this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Login name.
    pub name: String,
    /// User id.
    pub uid: u32,
    /// Primary group id.
    pub gid: u32,
}

impl Account {
    /// `None` for an ordinary user, who runs the server as itself; for root, `postgres` or else `nobody`.
    ///
    /// # Errors
    /// When root finds neither account.
    pub fn for_server() -> Result<Option<Self>> {
        if !rustix::process::geteuid().is_root() {
            return Ok(None);
        }
        let users = fs::read_to_string("/etc/passwd").context("cannot read /etc/passwd")?;
        let found = ["postgres", "nobody"].iter().find_map(|name| Self::find(&users, name));
        found
            .map(Some)
            .context("PostgreSQL does not run as root, and this machine has neither a user postgres nor nobody")
    }

    /// The entry of `name` in the text of a password file.
    fn find(users: &str, name: &str) -> Option<Self> {
        let entry = users.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut fields = entry.split(':').skip(2);
        let uid = fields.next()?.parse().ok()?;
        let gid = fields.next()?.parse().ok()?;
        Some(Self { name: name.to_owned(), uid, gid })
    }

    /// Makes `command` run as this account, in a folder that it can enter.
    pub fn run_as(&self, command: &mut Command) {
        command.uid(self.uid).gid(self.gid).current_dir("/");
    }

    /// Gives `path` to this account.
    pub fn take(&self, path: &Path) -> Result<()> {
        std::os::unix::fs::chown(path, Some(self.uid), Some(self.gid))
            .with_context(|| format!("cannot give {} to user {}", path.display(), self.name))
    }

    /// Whether this account may enter `folder` and every folder above it.
    pub fn can_enter(&self, folder: &Path) -> bool {
        folder.ancestors().filter(|folder| !folder.as_os_str().is_empty()).all(|folder| {
            fs::metadata(folder).is_ok_and(|entry| {
                let search = match (entry.uid() == self.uid, entry.gid() == self.gid) {
                    (true, _) => 0o100,
                    (false, true) => 0o010,
                    (false, false) => 0o001,
                };
                entry.mode() & search != 0
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn password_files_are_read_by_exact_name() {
        let users =
            "root:x:0:0:root:/root:/bin/bash\npostgres2:x:9:9::/:\npostgres:x:101:104:PostgreSQL,,,:/var/lib:/bin/sh\n";
        let account = Account::find(users, "postgres").unwrap();
        assert_eq!((account.uid, account.gid), (101, 104));
        assert_eq!(Account::find(users, "nobody"), None);
    }

    #[test]
    fn a_private_folder_cannot_be_entered_by_others() {
        use std::os::unix::fs::PermissionsExt;
        let folder = std::env::temp_dir().join(format!("xtask-account-{}", std::process::id()));
        fs::create_dir_all(folder.join("inner")).unwrap();
        let stranger = Account { name: "stranger".into(), uid: 65_000, gid: 65_000 };
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
        assert!(stranger.can_enter(&folder.join("inner")));
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)).unwrap();
        assert!(!stranger.can_enter(&folder.join("inner")));
        fs::remove_dir_all(folder).unwrap();
    }
}

//! Where the private cluster keeps its data.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::account::Account;
use crate::digest::sha256_hex;
use crate::workspace::Workspace;

/// The data folder of a checkout's cluster, and whether it had to leave the checkout.
#[derive(Debug, PartialEq, Eq)]
pub struct Place {
    /// The data folder.
    pub data: PathBuf,
    /// The account that runs the server cannot enter the checkout.
    pub outside: bool,
}

impl Place {
    /// `.wasla/postgres`, or a folder under `/var/tmp` named after the checkout when `account` cannot enter it.
    pub fn of(workspace: &Workspace, account: Option<&Account>) -> Self {
        let enterable = account.is_none_or(|account| account.can_enter(workspace.root()));
        if enterable {
            return Self { data: workspace.state().join("postgres"), outside: false };
        }
        let digest = sha256_hex(workspace.root().as_os_str().as_encoded_bytes());
        let name = digest.get(..16).unwrap_or_default();
        Self { data: Path::new("/var/tmp").join(format!("wasla-{name}")).join("postgres"), outside: true }
    }

    /// Major version of the cluster there, if there is one.
    pub fn major(&self) -> Option<u32> {
        fs::read_to_string(self.data.join("PG_VERSION")).ok()?.trim().parse().ok()
    }
}

/// What `postmaster.pid` says of a server: its process and its port.
pub fn parse_pid_file(text: &str) -> Option<(i32, u16)> {
    let mut lines = text.lines();
    let pid = lines.next()?.trim().parse().ok()?;
    let port = lines.nth(2)?.trim().parse().ok()?;
    Some((pid, port))
}

/// `wanted` when it is free on 127.0.0.1, else a port that is.
///
/// # Errors
/// When no port can be had.
pub fn free_port(wanted: Option<u16>) -> Result<u16> {
    if let Some(port) = wanted.filter(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok()) {
        return Ok(port);
    }
    let listener = TcpListener::bind(("127.0.0.1", 0)).context("no free TCP port on 127.0.0.1")?;
    Ok(listener.local_addr()?.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pid_files_give_process_and_port() {
        let text = "4711\n/data\n1763632800\n5433\n\n127.0.0.1\n  1234 5\nready   \n";
        assert_eq!(parse_pid_file(text), Some((4711, 5433)));
        assert_eq!(parse_pid_file("4711\n/data\n"), None);
    }

    #[test]
    fn a_taken_port_is_replaced() {
        let taken = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        assert_ne!(free_port(Some(port)).unwrap(), port);
        drop(taken);
        assert_eq!(free_port(Some(port)).unwrap(), port);
    }

    #[test]
    fn data_leaves_a_checkout_that_the_server_cannot_enter() {
        let workspace = Workspace::at("/nonexistent/checkout");
        let account = Account { name: "postgres".into(), uid: 101, gid: 104 };
        assert_eq!(Place::of(&workspace, None).data, Path::new("/nonexistent/checkout/.wasla/postgres"));
        let place = Place::of(&workspace, Some(&account));
        assert!(place.outside && place.data.starts_with("/var/tmp"), "{place:?}");
    }
}

//! One `up` a checkout.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process};
use serde::{Deserialize, Serialize};

use crate::postgres::Lease;
use crate::secrets::Vault;
use crate::workspace::Workspace;

/// The lock of a running `up`. The kernel gives it up with the process, so a killed one leaves nothing to clean.
#[derive(Debug)]
pub struct Instance {
    _lock: File,
}

/// What the lock file says of its holder.
#[derive(Debug, Deserialize, Serialize)]
struct Holder {
    pid: i32,
    listen: SocketAddr,
}

impl Instance {
    /// Becomes the checkout's `up`.
    ///
    /// # Errors
    /// When another one runs; the message says which.
    pub fn claim(workspace: &Workspace, listen: SocketAddr) -> Result<Self> {
        let mut lock = open(workspace)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => match read(workspace) {
                Some(holder) => bail!(
                    "already running from this checkout: http://{} (process {}); `cargo xtask stop` ends it",
                    holder.listen,
                    holder.pid
                ),
                None => bail!("another `cargo xtask up` is starting from this checkout"),
            },
            Err(TryLockError::Error(error)) => return Err(error).context("cannot lock .wasla/up.json"),
        }
        let pid = i32::try_from(std::process::id()).context("a process id beyond 31 bits")?;
        lock.set_len(0)?;
        lock.write_all(serde_json::to_string(&Holder { pid, listen })?.as_bytes())?;
        Ok(Self { _lock: lock })
    }
}

fn path(workspace: &Workspace) -> PathBuf {
    workspace.state().join("up.json")
}

fn open(workspace: &Workspace) -> Result<File> {
    let (folder, path) = (workspace.state(), path(workspace));
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
    file.with_context(|| format!("cannot open {}", path.display()))
}

fn read(workspace: &Workspace) -> Option<Holder> {
    serde_json::from_str(&fs::read_to_string(path(workspace)).ok()?).ok()
}

/// Runs `cargo xtask stop`: ends a running `up`, and a PostgreSQL that nobody uses any more.
///
/// # Errors
/// When the server does not stop.
pub async fn stop(workspace: &Workspace) -> Result<ExitCode> {
    let lock = open(workspace)?;
    if let (Err(TryLockError::WouldBlock), Some(holder)) = (lock.try_lock(), read(workspace)) {
        let pid = Pid::from_raw(holder.pid).context("the lock file names no process")?;
        kill_process(pid, Signal::TERM).with_context(|| format!("cannot stop process {}", holder.pid))?;
        println!("asked process {} to stop", holder.pid);
        while matches!(lock.try_lock(), Err(TryLockError::WouldBlock)) {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
    if Lease::adopt(workspace, &Vault::open(&workspace.secrets_file())?.secrets).await? {
        println!("PostgreSQL stopped");
    }
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_instance_is_refused_with_the_address_of_the_first() {
        let root = std::env::temp_dir().join(format!("xtask-instance-{}", std::process::id()));
        let workspace = Workspace::at(&root);
        let listen = "127.0.0.1:3999".parse().unwrap();
        let first = Instance::claim(&workspace, listen).unwrap();
        let refusal = Instance::claim(&workspace, listen).unwrap_err().to_string();
        assert!(refusal.contains("127.0.0.1:3999") && refusal.contains("already running"), "{refusal}");
        drop(first);
        drop(Instance::claim(&workspace, listen).unwrap());
        fs::remove_dir_all(root).unwrap();
    }
}

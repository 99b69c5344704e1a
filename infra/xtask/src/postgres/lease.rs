//! Sharing one cluster between commands: the last that leaves stops it.
//!
//! Every user holds a shared lock on one file; the kernel drops it with the process, however that ends. A cluster that a
//! killed command left behind is adopted, and stopped, by the next one.

use std::fs::{self, File, TryLockError};

use anyhow::{Context, Result};

use super::{Cluster, DatabaseUrl};
use crate::files::lock_file;
use crate::secrets::Secrets;
use crate::ui::Step;
use crate::workspace::Workspace;

/// The right to use the running cluster of a checkout.
#[derive(Debug)]
pub struct Lease {
    cluster: Cluster,
    port: u16,
    password: String,
    /// Held while the server is being started or stopped.
    gate: File,
    /// Held shared by every user.
    users: File,
}

impl Lease {
    /// Makes and starts the cluster where needed.
    ///
    /// # Errors
    /// When PostgreSQL is missing or does not start.
    pub async fn acquire(workspace: &Workspace, secrets: &Secrets) -> Result<Self> {
        let state = workspace.state();
        fs::create_dir_all(&state).with_context(|| format!("cannot create {}", state.display()))?;
        let (gate, users) = (lock_file(&state.join("postgres.gate"))?, lock_file(&state.join("postgres.users"))?);
        gate.lock()?;
        users.lock_shared()?;
        let cluster = Cluster::prepare(workspace, &secrets.postgres_password).await?;
        let port = match cluster.running_port() {
            Some(port) => port,
            None => {
                let step = Step::start("Starting PostgreSQL");
                let port = cluster.start().await?;
                step.done(&format!("127.0.0.1:{port}"));
                port
            }
        };
        gate.unlock()?;
        Ok(Self { cluster, port, password: secrets.postgres_password.clone(), gate, users })
    }

    /// Stops a running cluster that no command uses; says whether there was one.
    ///
    /// # Errors
    /// When the server does not stop.
    pub async fn adopt(workspace: &Workspace, secrets: &Secrets) -> Result<bool> {
        if !Cluster::runs(workspace) {
            return Ok(false);
        }
        Self::acquire(workspace, secrets).await?.release().await?;
        Ok(!Cluster::runs(workspace))
    }

    /// The administrator's login at database `name`.
    pub fn admin_url(&self, name: &str) -> DatabaseUrl {
        self.cluster.admin_url(self.port, &self.password, name)
    }

    /// Gives the cluster up; stops it when no other command uses it.
    ///
    /// # Errors
    /// When the server does not stop.
    pub async fn release(self) -> Result<()> {
        self.gate.lock()?;
        self.users.unlock()?;
        match self.users.try_lock() {
            Ok(()) => self.cluster.stop().await,
            Err(TryLockError::WouldBlock) => Ok(()),
            Err(TryLockError::Error(error)) => Err(error).context("cannot lock the cluster"),
        }
    }

    /// Leaves the cluster running after this process.
    pub fn leave_running(self) {
        drop(self);
    }
}

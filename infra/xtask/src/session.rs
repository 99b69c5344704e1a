//! The database a command works on: a server the user names, or the private cluster of this checkout.

use anyhow::{Context, Result};
use tokio_postgres::Client;

use crate::interrupt::Interrupt;
use crate::postgres::{Cluster, DatabaseUrl, Lease, connect, drop_database, ensure_database, require_version};
use crate::secrets::Vault;
use crate::ui::{self, Step};
use crate::workspace::Workspace;

/// Name of the application's database in the private cluster.
const DATABASE: &str = "wasla";

/// A database that is up and can be logged in to.
#[derive(Debug)]
pub struct Session {
    /// The administrator's login.
    pub url: DatabaseUrl,
    /// The secrets of this checkout.
    pub vault: Vault,
    lease: Option<Lease>,
}

impl Session {
    /// Opens the database at `database_url`, or that of the private cluster, and creates it if it is missing.
    ///
    /// # Errors
    /// When there is no server, it is too old, or it refuses the login.
    pub async fn open(workspace: &Workspace, database_url: Option<&str>, fresh: bool) -> Result<Self> {
        if let Some(text) = database_url {
            let vault = Vault::open(&workspace.secrets_file())?;
            let session = Self { url: DatabaseUrl::parse(text)?, vault, lease: None };
            session.ready(fresh).await?;
            return Ok(session);
        }
        match Self::open_private(workspace, fresh).await {
            // A cluster whose password is lost, or whose version is no longer installed, is replaced as a whole.
            Err(error) if fresh => {
                ui::note(&format!("{error:#}"));
                let step = Step::start("Deleting the private cluster");
                if !Cluster::delete(workspace)? {
                    return Err(error);
                }
                step.done("");
                Self::open_private(workspace, false).await
            }
            outcome => outcome,
        }
    }

    async fn open_private(workspace: &Workspace, fresh: bool) -> Result<Self> {
        let vault = Vault::open(&workspace.secrets_file())?;
        let lease = Lease::acquire(workspace, &vault.secrets).await?;
        let session = Self { url: lease.admin_url(DATABASE), vault, lease: Some(lease) };
        match session.ready(fresh).await {
            Ok(()) => Ok(session),
            Err(error) => {
                session.close().await?;
                Err(error).context("the private database cannot be used; `cargo xtask up --fresh` makes a new one")
            }
        }
    }

    async fn ready(&self, fresh: bool) -> Result<()> {
        if fresh {
            drop_database(&self.url).await?;
        }
        require_version(&ensure_database(&self.url).await?).await
    }

    /// Opens the database, does `work` with it unless interrupted, and gives the database up in any case.
    ///
    /// # Errors
    /// Those of opening, of the work and of closing.
    pub async fn with<T>(
        workspace: &Workspace,
        database_url: Option<&str>,
        interrupt: &mut Interrupt,
        work: impl AsyncFnOnce(&mut Self) -> Result<T>,
    ) -> Result<T> {
        let mut session = Self::open(workspace, database_url, false).await?;
        let result = interrupt.or(work(&mut session)).await;
        let closed = session.close().await;
        let value = result?;
        closed?;
        Ok(value)
    }

    /// A connection of the administrator.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn connect(&self) -> Result<Client> {
        connect(&self.url).await
    }

    /// Stops the private cluster unless another command uses it.
    ///
    /// # Errors
    /// When the server does not stop.
    pub async fn close(self) -> Result<()> {
        match self.lease {
            Some(lease) => lease.release().await,
            None => Ok(()),
        }
    }

    /// Ends this command and leaves the private cluster running.
    pub fn leave_running(self) {
        if let Some(lease) = self.lease {
            lease.leave_running();
        }
    }
}

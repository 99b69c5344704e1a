//! A private PostgreSQL cluster: made, started and stopped for one checkout.

use std::fs;
use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use rustix::io::Errno;
use rustix::process::{Pid, test_kill_process};
use tokio::process::Command;

use super::DatabaseUrl;
use super::account::Account;
use super::binaries::Binaries;
use super::install::find_or_install;
use super::place::{Place, free_port, parse_pid_file};
use crate::files::{tail, write_private};
use crate::process::{capture, command};
use crate::ui::{self, Step};
use crate::workspace::Workspace;

/// Administrator of a private cluster.
const ADMIN: &str = "postgres";

/// As durable as production (fsync and synchronous commit stay on), sized for a developer's machine. TCP on the loopback
/// address alone: components reach a database by TCP, and no socket means no length limit on the checkout's path.
const SETTINGS: [&str; 10] = [
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "max_connections=200",
    "shared_buffers=256MB",
    "fsync=on",
    "synchronous_commit=on",
    // Tests compare the trail with what the log says has changed.
    "wal_level=logical",
    "max_replication_slots=100",
    "timezone=UTC",
    "password_encryption=scram-sha-256",
];

/// The cluster of a checkout.
#[derive(Debug)]
pub struct Cluster {
    binaries: Binaries,
    account: Option<Account>,
    data: PathBuf,
    port_file: PathBuf,
}

impl Cluster {
    /// Finds the server programs and makes the cluster if there is none.
    ///
    /// # Errors
    /// When PostgreSQL is missing or `initdb` fails.
    pub async fn prepare(workspace: &Workspace, password: &str) -> Result<Self> {
        // Installing creates the account that root needs, so it comes first.
        let mut account = Account::for_server().ok().flatten();
        let major = Place::of(workspace, account.as_ref()).major();
        let binaries = find_or_install(major).await?;
        account = Account::for_server()?;
        let place = Place::of(workspace, account.as_ref());
        let port_file = workspace.state().join("postgres.port");
        let cluster = Self { binaries, account, data: place.data.clone(), port_file };
        if place.major().is_none() {
            let step = Step::start("Creating a private PostgreSQL cluster");
            cluster.initialise(password).await?;
            step.done(&cluster.data.display().to_string());
            if let (true, Some(account)) = (place.outside, &cluster.account) {
                ui::note(&format!("user {} cannot enter this checkout, so the data is under /var/tmp", account.name));
            }
        }
        Ok(cluster)
    }

    /// Whether the checkout's server runs.
    pub fn runs(workspace: &Workspace) -> bool {
        let account = Account::for_server().ok().flatten();
        port_of_running(&Place::of(workspace, account.as_ref()).data).is_some()
    }

    /// Deletes the data of a checkout's cluster, unless its server runs: then others use it. Says whether it is gone.
    ///
    /// # Errors
    /// When a file cannot be deleted.
    pub fn delete(workspace: &Workspace) -> Result<bool> {
        if Self::runs(workspace) {
            return Ok(false);
        }
        let account = Account::for_server().ok().flatten();
        let data = Place::of(workspace, account.as_ref()).data;
        match fs::remove_dir_all(&data) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(error).with_context(|| format!("cannot delete {}", data.display()))
            }
            _ => Ok(true),
        }
    }

    /// Initialises in a folder beside the final one: an interrupted run leaves no half-made cluster.
    async fn initialise(&self, password: &str) -> Result<()> {
        let context = || format!("cannot prepare {}", self.data.display());
        let parent = self.data.parent().context("the data folder has no parent")?;
        fs::create_dir_all(parent).with_context(context)?;
        let draft = self.data.with_extension("new");
        if draft.exists() {
            fs::remove_dir_all(&draft).with_context(context)?;
        }
        fs::DirBuilder::new().mode(0o700).create(&draft).with_context(context)?;
        let password_file = parent.join("postgres.password");
        write_private(&password_file, password)?;
        if let Some(account) = &self.account {
            fs::set_permissions(parent, fs::Permissions::from_mode(0o755)).with_context(context)?;
            account.take(&draft)?;
            account.take(&password_file)?;
        }
        let made = self.initdb(&draft, &password_file).await;
        fs::remove_file(&password_file).with_context(context)?;
        made?;
        if self.data.exists() {
            fs::remove_dir_all(&self.data).with_context(context)?;
        }
        fs::rename(&draft, &self.data).with_context(context)
    }

    /// C.UTF-8 knows case and letters of every script, yet sorts by code point as fast as C; not every system has it.
    async fn initdb(&self, folder: &Path, password_file: &Path) -> Result<()> {
        let mut outcome = Ok(String::new());
        for locale in ["C.UTF-8", "C"] {
            let mut initdb = self.command("initdb");
            initdb.arg("--pgdata").arg(folder).arg("--pwfile").arg(password_file);
            initdb.args(["--username", ADMIN, "--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", locale]);
            outcome = capture(&mut initdb).await;
            if outcome.is_ok() {
                break;
            }
        }
        outcome.map(drop)
    }

    /// The port of the server, if it runs and listens.
    pub fn running_port(&self) -> Option<u16> {
        port_of_running(&self.data)
    }

    /// Starts the server unless it runs, and returns its port: that of last time when it is free.
    ///
    /// # Errors
    /// When the server does not come up; the message ends with its log.
    pub async fn start(&self) -> Result<u16> {
        if let Some(port) = self.running_port() {
            return Ok(port);
        }
        let last = fs::read_to_string(&self.port_file).ok().and_then(|text| text.trim().parse().ok());
        let port = free_port(last)?;
        write_private(&self.port_file, &port.to_string())?;
        let log = self.data.join("server.log");
        let settings = SETTINGS.map(|setting| format!("-c {setting}")).join(" ");
        let mut start = self.control();
        start.arg("--log").arg(&log).args(["--options", &format!("-p {port} {settings}"), "start"]);
        if let Err(error) = capture(&mut start).await {
            bail!("{error}\nlast lines of {}:\n{}", log.display(), tail(&log, 12));
        }
        Ok(port)
    }

    /// Stops the server: sessions are ended, everything committed is on disk.
    ///
    /// # Errors
    /// When it does not stop within 60 s.
    pub async fn stop(&self) -> Result<()> {
        capture(self.control().args(["--mode", "fast", "stop"])).await.map(drop)
    }

    /// The administrator's login at `name`.
    pub fn admin_url(&self, port: u16, password: &str, name: &str) -> DatabaseUrl {
        DatabaseUrl {
            host: "127.0.0.1".to_owned(),
            port,
            user: ADMIN.to_owned(),
            password: password.to_owned(),
            name: name.to_owned(),
        }
    }

    fn control(&self) -> Command {
        let mut control = self.command("pg_ctl");
        control.arg("--pgdata").arg(&self.data).args(["--wait", "--timeout", "60"]);
        control
    }

    fn command(&self, program: &str) -> Command {
        let mut command = command(self.binaries.program(program));
        // Variables of the caller's own databases must not lead these programs elsewhere; a signal at the
        // terminal must not reach a server that is being started.
        command.env_remove("PGDATA").env_remove("PGPORT").env_remove("PGHOST").process_group(0);
        if let Some(account) = &self.account {
            account.run_as(&mut command);
        }
        command
    }
}

/// The port of the server on this data folder, if it runs and listens.
fn port_of_running(data: &Path) -> Option<u16> {
    let text = fs::read_to_string(data.join("postmaster.pid")).ok()?;
    let (pid, port) = parse_pid_file(&text)?;
    // A process of another user cannot be signalled, but it is there.
    let alive = test_kill_process(Pid::from_raw(pid)?).map_or_else(|error| error == Errno::PERM, |()| true);
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    (alive && TcpStream::connect_timeout(&address, Duration::from_secs(1)).is_ok()).then_some(port)
}

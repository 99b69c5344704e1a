//! A server in a process of its own that says where it listens.

use std::fs::File;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, ChildStdout, Command};
use xtask::files::tail;
use xtask::process::{command, describe};

/// A first start compiles the components.
const PATIENCE: Duration = Duration::from_secs(180);

/// A running server; killed when dropped.
#[derive(Debug)]
pub struct Service {
    /// Where it listens.
    pub address: SocketAddr,
    /// Its process.
    pub pid: u32,
    child: Child,
    // Held open: a server that cannot print may end.
    _output: BufReader<ChildStdout>,
}

/// A command for a server: a signal at the terminal reaches the bench alone, which then ends its servers itself.
pub fn server(program: &Path) -> Command {
    let mut command = command(program);
    command.process_group(0);
    command
}

impl Service {
    /// Starts a server that prints `listening on http://<address>`; its standard error goes to `log`.
    ///
    /// # Errors
    /// When it ends, or says nothing for long.
    pub async fn start(mut command: Command, log: &Path) -> Result<Self> {
        let words = describe(&command);
        let errors = File::options().create(true).append(true).open(log);
        let errors = errors.with_context(|| format!("cannot write {}", log.display()))?;
        let spawned = command.stdout(Stdio::piped()).stderr(errors).spawn();
        let mut child = spawned.with_context(|| format!("cannot start `{words}`"))?;
        let (Some(pid), Some(output)) = (child.id(), child.stdout.take()) else { bail!("`{words}` ended at once") };
        let mut output = BufReader::new(output);
        let mut line = String::new();
        match tokio::time::timeout(PATIENCE, output.read_line(&mut line)).await {
            Ok(read) => read?,
            Err(_) => bail!("`{words}` does not listen after {} s", PATIENCE.as_secs()),
        };
        let address = line.trim().strip_prefix("listening on http://").and_then(|text| text.parse().ok());
        let Some(address) = address else {
            bail!(
                "`{words}` does not say where it listens, but {line:?}; last of {}:\n{}",
                log.display(),
                tail(log, 8)
            );
        };
        Ok(Self { address, pid, child, _output: output })
    }

    /// Asks the server to finish and end.
    ///
    /// # Errors
    /// When it cannot be waited for.
    pub async fn stop(mut self) -> Result<()> {
        if let Some(pid) = i32::try_from(self.pid).ok().and_then(Pid::from_raw) {
            // It may have ended in this moment: the wait below tells.
            let _ = kill_process(pid, Signal::TERM);
        }
        if tokio::time::timeout(Duration::from_secs(5), self.child.wait()).await.is_err() {
            self.child.kill().await?;
        }
        Ok(())
    }
}

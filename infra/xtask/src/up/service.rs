//! A child process that serves, with its log.

use std::fs::{self, File};
use std::future::poll_fn;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::process::ExitStatus;
use std::task::Poll;
use std::time::Duration;

use anyhow::{Context, Error, Result, anyhow};
use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child, Command};

use super::setpriv::bound_command;
use crate::files::tail;
use crate::interrupt::Interrupt;
use crate::process::without_package_variables;
use crate::ui::Step;
use crate::workspace::Workspace;

/// The host drains for 30 s at most; then something is wrong.
const GRACE: Duration = Duration::from_secs(35);

/// A running service.
#[derive(Debug)]
pub struct Service {
    name: &'static str,
    child: Child,
    log: PathBuf,
}

impl Service {
    /// A command for `spawn`.
    pub fn command(program: &Path) -> Command {
        let mut command = bound_command(program);
        without_package_variables(&mut command);
        command
    }

    /// Starts the service; what it prints goes to `.wasla/logs/<name>.log`, which begins anew.
    ///
    /// # Errors
    /// When the program or its log cannot be opened.
    pub fn spawn(workspace: &Workspace, name: &'static str, mut command: Command) -> Result<Self> {
        let folder = workspace.state().join("logs");
        fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
        let log = folder.join(format!("{name}.log"));
        let file = File::create(&log).with_context(|| format!("cannot write {}", log.display()))?;
        command.stdout(file.try_clone()?).stderr(file).current_dir(workspace.root());
        // A process group of its own: Ctrl-C reaches this process alone, which then stops its children in order.
        command.process_group(0);
        let child = command.spawn().with_context(|| format!("cannot start the {name}"))?;
        Ok(Self { name, child, log })
    }

    /// The exit status, if the service has ended.
    ///
    /// # Errors
    /// When the system does not tell.
    pub fn ended(&mut self) -> Result<Option<ExitStatus>> {
        Ok(self.child.try_wait()?)
    }

    /// The error that says which service ended, how, and what it said last.
    pub fn obituary(&self, status: ExitStatus) -> Error {
        anyhow!("the {} ended by itself ({status})\n{}", self.name, self.log_tail())
    }

    /// The last lines of the log, under its name.
    pub fn log_tail(&self) -> String {
        format!("last lines of {}:\n{}", self.log.display(), tail(&self.log, 15))
    }

    /// Waits until one of the services ends, which none should.
    pub async fn first_to_end(services: &mut [Self]) -> Error {
        let (name, status) = {
            let mut waits: Vec<_> =
                services.iter_mut().enumerate().map(|(at, one)| (at, Box::pin(one.child.wait()))).collect();
            let first = poll_fn(|context| {
                for (at, wait) in &mut waits {
                    if let Poll::Ready(status) = wait.as_mut().poll(context) {
                        return Poll::Ready((*at, status));
                    }
                }
                Poll::Pending
            });
            pin!(first).await
        };
        match (services.get(name), status) {
            (Some(service), Ok(status)) => service.obituary(status),
            (_, Err(error)) => Error::new(error).context("cannot wait for a service"),
            (None, _) => anyhow!("a service ended by itself"),
        }
    }

    /// Asks the service to finish what it does and end; kills it after a while, or when the user asks again.
    pub async fn stop(&mut self, interrupt: &mut Interrupt) {
        let Some(pid) = self.child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?)) else { return };
        let step = Step::start(&format!("Stopping the {}", self.name));
        // It may have ended in this moment: then there is nothing to signal and the wait below is short.
        let _ = kill_process(pid, Signal::TERM);
        let killed = tokio::select! {
            _ = self.child.wait() => false,
            () = tokio::time::sleep(GRACE) => true,
            () = interrupt.requested() => true,
        };
        if killed {
            // The wait inside reaps it; it fails only for a process that is gone.
            let _ = self.child.kill().await;
        }
        step.done(if killed { "killed" } else { "" });
    }
}

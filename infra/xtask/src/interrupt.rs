//! Ctrl-C, SIGTERM and a closed terminal, as a value that work can be raced against.

use anyhow::Result;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Somebody asked this process to stop.
#[derive(Debug)]
pub struct Interrupted;

impl std::fmt::Display for Interrupted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("interrupted")
    }
}

impl std::error::Error for Interrupted {}

/// Listens from its creation on: from then no signal ends the process by itself.
pub struct Interrupt {
    interrupt: Signal,
    terminate: Signal,
    hang_up: Signal,
}

impl Interrupt {
    /// Starts to listen.
    ///
    /// # Errors
    /// When the system refuses a signal handler.
    pub fn listen() -> Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
        })
    }

    /// Completes when someone asks the process to stop; may be awaited again for the next time.
    pub async fn requested(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
            _ = self.hang_up.recv() => {}
        }
    }

    /// Runs `work` unless the process is asked to stop first; then `work` is dropped, with the children it waits for.
    ///
    /// # Errors
    /// Those of `work`, or [`Interrupted`].
    pub async fn or<T>(&mut self, work: impl Future<Output = Result<T>>) -> Result<T> {
        tokio::select! {
            result = work => result,
            () = self.requested() => Err(Interrupted.into()),
        }
    }
}

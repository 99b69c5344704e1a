//! The README's own words, tried as a newcomer would: `up` on free ports, every `curl` line of the README, Ctrl-C, and again.

use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Child;

use crate::process::{capture, cargo, command};
use crate::ui::{self, Step};
use crate::workspace::Workspace;

/// What the README calls the shops' address.
const WRITTEN: &str = "localhost:3000";

/// Longest wait for `up`: it may have to build the host.
const START: Duration = Duration::from_secs(1_200);

/// Longest wait for it to end after Ctrl-C.
const STOP: Duration = Duration::from_secs(45);

/// Tries the README. `up` keeps its own database; a second start shows how long a newcomer waits the next day.
///
/// # Errors
/// When a command of the README does not do what it says.
pub async fn follow(workspace: &Workspace) -> Result<()> {
    let step = Step::start_streaming("Following the README");
    let text = std::fs::read_to_string(workspace.root().join("README.md")).context("cannot read README.md")?;
    for promised in ["cargo xtask up", "cargo xtask test"] {
        ensure!(commands(&text).any(|line| line.starts_with(promised)), "README.md does not name `{promised}`");
    }
    let curls: Vec<&str> = commands(&text).filter(|line| line.starts_with("curl ")).collect();
    ensure!(!curls.is_empty(), "README.md shows no curl line");

    let mut up = Up::start(workspace).await?;
    for line in curls.iter().copied().chain([up.suggestion.clone().as_str()]) {
        try_line(&line.replace(WRITTEN, &format!("localhost:{}", up.shops.port()))).await?;
    }
    up.stop().await?;

    let begun = Instant::now();
    let mut again = Up::start(workspace).await?;
    ui::note(&format!("a second start with nothing changed answered after {:.1} s", begun.elapsed().as_secs_f64()));
    again.stop().await?;
    step.done("");
    Ok(())
}

/// The lines of the README's shell blocks.
fn commands(text: &str) -> impl Iterator<Item = &str> {
    let blocks = text.split("```sh\n").skip(1).filter_map(|rest| rest.split_once("```"));
    blocks.flat_map(|(block, _)| block.lines()).map(str::trim).filter(|line| !line.is_empty())
}

/// Runs a `curl` line and expects a successful answer of the API.
async fn try_line(line: &str) -> Result<()> {
    let said =
        capture(command("sh").args(["-c", &line.replacen("curl ", "curl -sS --fail-with-body --max-time 20 ", 1)]))
            .await
            .with_context(|| format!("`{line}` of the README failed"))?;
    let answer: serde_json::Value =
        serde_json::from_str(&said).with_context(|| format!("`{line}` of the README did not answer JSON: {said}"))?;
    let data = answer.get("data").and_then(serde_json::Value::as_array);
    let full = data.is_some_and(|data| !data.is_empty());
    ensure!(full, "`{line}` of the README found nothing: {said}");
    Ok(())
}

/// A running `cargo xtask up`.
struct Up {
    child: Child,
    shops: SocketAddr,
    gateway: SocketAddr,
    /// The line that it tells the newcomer to try.
    suggestion: String,
}

impl Up {
    async fn start(workspace: &Workspace) -> Result<Self> {
        let (shops, gateway) = (free_address()?, free_address()?);
        // Cargo becomes the program it runs, so a signal to it is one to `up`.
        let mut up = cargo();
        up.args(["xtask", "up", "--debug", "--listen", &shops.to_string(), "--sandbox-listen", &gateway.to_string()]);
        // The newcomer has no server of their own.
        up.env_remove("DATABASE_URL").current_dir(workspace.root()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = up.spawn().context("cannot run `cargo xtask up`")?;
        let suggestion = tokio::time::timeout(START, read_suggestion(&mut child)).await;
        let suggestion = suggestion.context("`cargo xtask up` did not get ready in time")??;
        Ok(Self { child, shops, gateway, suggestion })
    }

    /// Ctrl-C: it must end by itself, say so by its status, and leave nothing that listens.
    async fn stop(&mut self) -> Result<()> {
        let id = self.child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        kill_process(id.context("`cargo xtask up` ended by itself")?, Signal::INT)?;
        let ended = tokio::time::timeout(STOP, self.child.wait()).await;
        let status = ended.context("`cargo xtask up` did not end after Ctrl-C")??;
        ensure!(status.success(), "`cargo xtask up` ended with {status} after Ctrl-C");
        for address in [self.shops, self.gateway] {
            ensure!(TcpStream::connect(address).is_err(), "something still listens on {address} after Ctrl-C");
        }
        Ok(())
    }
}

/// Reads what `up` says until it names a line to try. Its other words go on being read, so that it never waits for us.
async fn read_suggestion(child: &mut Child) -> Result<String> {
    let out = child.stdout.take().context("no output")?;
    let err = child.stderr.take().context("no output")?;
    let heard = tokio::spawn(async move {
        let mut lines = BufReader::new(err).lines();
        let mut last = Vec::new();
        while let Ok(Some(line)) = lines.next_line().await {
            if last.len() == 20 {
                last.remove(0);
            }
            last.push(line);
        }
        last.join("\n")
    });
    let mut lines = BufReader::new(out).lines();
    while let Some(line) = lines.next_line().await? {
        if let Some(suggestion) = line.trim().strip_prefix("curl ") {
            let suggestion = format!("curl {suggestion}");
            tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
            return Ok(suggestion);
        }
    }
    bail!("`cargo xtask up` ended before it was ready:\n{}", heard.await.unwrap_or_default());
}

fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no free port")?.local_addr()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_the_lines_of_shell_blocks() {
        let text = "say\n```sh\ncargo xtask up   # why\n\n  curl 'http://x'\n```\nand\n```toml\nno = 1\n```\n```sh\nlast\n```\n";
        assert_eq!(commands(text).collect::<Vec<_>>(), ["cargo xtask up   # why", "curl 'http://x'", "last"]);
    }
}

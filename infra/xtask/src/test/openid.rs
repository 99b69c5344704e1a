//! The packages of the OpenID Connect provider that tests sign in at (`tests/openid`), and Node.js, which runs it.

use std::process::Stdio;

use anyhow::{Context, Result, bail};

use super::packages::Packages;
use crate::apt;
use crate::files::lock_file;
use crate::process::{capture, command, run};
use crate::ui::Step;
use crate::workspace::Workspace;

/// Oldest major version of Node.js that the provider is made for.
const OLDEST_NODE: u32 = 18;

/// Oldest major version of npm that reads this form of a lock.
const OLDEST_NPM: u32 = 7;

/// Installs the packages that the lock names, where others or none are installed.
///
/// # Errors
/// One sentence that says what to install, when Node.js or npm is missing; or what npm could not do.
pub async fn prepare(workspace: &Workspace) -> Result<()> {
    let folder = workspace.root().join("tests/openid");
    let packages = Packages::of(&folder.join("package-lock.json"), folder.join("node_modules"))?;
    if packages.are_installed() && has("node", OLDEST_NODE).await {
        return Ok(());
    }
    tools().await?;
    let state = workspace.state();
    std::fs::create_dir_all(&state).with_context(|| format!("cannot create {}", state.display()))?;
    // Another command may be installing the same packages; it is done when this lock is ours.
    let gate = lock_file(&state.join("openid.gate"))?;
    gate.lock()?;
    if packages.are_installed() {
        return Ok(());
    }
    let step = Step::start_streaming("Installing the OpenID Connect provider of the tests");
    let mut npm = command("npm");
    npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
    // Standard output is the environment that `--env` prints.
    npm.current_dir(&folder).stdout(Stdio::from(std::io::stderr()));
    run(&mut npm).await.context("cannot install the packages of tests/openid")?;
    packages.remember()?;
    step.done("");
    Ok(())
}

/// Node.js and npm; installed through apt when root finds none.
async fn tools() -> Result<()> {
    let installed = async || has("node", OLDEST_NODE).await && has("npm", OLDEST_NPM).await;
    if installed().await || (apt::install(&["nodejs", "npm"]).await && installed().await) {
        return Ok(());
    }
    bail!(
        "the tests sign in at an OpenID Connect provider that needs Node.js {OLDEST_NODE} or newer with npm: install them (Debian 12 or newer and Ubuntu 24.04 or newer: `apt install nodejs npm`, macOS: `brew install node`)"
    )
}

async fn has(program: &str, oldest: u32) -> bool {
    let said = capture(command(program).arg("--version")).await;
    said.is_ok_and(|said| major(&said).is_some_and(|major| major >= oldest))
}

/// The first number of `v20.19.2` or `9.2.0`.
fn major(said: &str) -> Option<u32> {
    said.trim().trim_start_matches('v').split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_node_and_npm_are_read() {
        assert_eq!((major("v20.19.2\n"), major("9.2.0\n"), major("not found")), (Some(20), Some(9), None));
    }
}

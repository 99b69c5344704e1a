//! The packages of the OpenID Connect provider that tests sign in at (`tests/openid`), and Node.js, which runs it.

use std::path::PathBuf;
use std::process::Stdio;

use anyhow::{Context, Result, bail};

use crate::apt;
use crate::digest::text_checksum;
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
    let packages = Packages::of(workspace)?;
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
    npm.current_dir(&packages.folder).stdout(Stdio::from(std::io::stderr()));
    run(&mut npm).await.context("cannot install the packages of tests/openid")?;
    packages.remember()?;
    step.done("");
    Ok(())
}

/// What is to be installed.
struct Packages {
    folder: PathBuf,
    /// Checksum of the lock.
    wanted: String,
}

impl Packages {
    fn of(workspace: &Workspace) -> Result<Self> {
        let folder = workspace.root().join("tests/openid");
        let lock = std::fs::read_to_string(folder.join("package-lock.json"));
        let wanted = text_checksum(&lock.context("cannot read tests/openid/package-lock.json")?);
        Ok(Self { folder, wanted })
    }

    fn are_installed(&self) -> bool {
        std::fs::read_to_string(self.stamp()).is_ok_and(|installed| installed == self.wanted)
    }

    fn remember(&self) -> Result<()> {
        std::fs::write(self.stamp(), &self.wanted).context("cannot write into tests/openid/node_modules")
    }

    /// Holds the checksum of the lock that was installed; npm removes it with the folder before it installs anything else.
    fn stamp(&self) -> PathBuf {
        self.folder.join("node_modules/.lock.sha256")
    }
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

    #[test]
    fn packages_are_installed_until_the_lock_changes_or_npm_starts_anew() {
        let root = std::env::temp_dir().join(format!("xtask-openid-{}", std::process::id()));
        let workspace = Workspace::at(&root);
        let folder = root.join("tests/openid");
        std::fs::create_dir_all(folder.join("node_modules")).unwrap();
        std::fs::write(folder.join("package-lock.json"), "{}").unwrap();
        let packages = Packages::of(&workspace).unwrap();
        assert!(!packages.are_installed());
        packages.remember().unwrap();
        assert!(Packages::of(&workspace).unwrap().are_installed());
        std::fs::write(folder.join("package-lock.json"), "{ }").unwrap();
        assert!(!Packages::of(&workspace).unwrap().are_installed());
        std::fs::remove_dir_all(folder.join("node_modules")).unwrap();
        assert!(!packages.are_installed());
        std::fs::remove_dir_all(root).unwrap();
    }
}

//! Schemathesis, which tries the API by its own document (`tests/api/contract.rs`), and Python, which runs it.

use std::process::Stdio;

use anyhow::{Context, Result, bail};

use super::packages::Packages;
use crate::apt;
use crate::files::lock_file;
use crate::process::{capture, command, run};
use crate::ui::Step;
use crate::workspace::Workspace;

/// Oldest minor version of Python 3 that it is made for.
const OLDEST_PYTHON: u32 = 10;

/// Installs what the list of requirements names, where others or none are installed.
///
/// # Errors
/// One sentence that says what to install, when Python is missing; or what pip could not do.
pub async fn prepare(workspace: &Workspace) -> Result<()> {
    let folder = workspace.root().join("tests/schemathesis");
    let (requirements, venv) = (folder.join("requirements.txt"), folder.join("venv"));
    let packages = Packages::of(&requirements, venv.clone())?;
    if packages.are_installed() {
        return Ok(());
    }
    tools().await?;
    let state = workspace.state();
    std::fs::create_dir_all(&state).with_context(|| format!("cannot create {}", state.display()))?;
    // Another command may be installing the same packages; it is done when this lock is ours.
    let gate = lock_file(&state.join("schemathesis.gate"))?;
    gate.lock()?;
    if packages.are_installed() {
        return Ok(());
    }
    let step = Step::start_streaming("Installing Schemathesis");
    let mut make = command("python3");
    make.args(["-m", "venv", "--clear"]).arg(&venv).stdout(Stdio::from(std::io::stderr()));
    run(&mut make).await.context("cannot make tests/schemathesis/venv")?;
    let mut pip = command(venv.join("bin/pip"));
    pip.args(["install", "--quiet", "--disable-pip-version-check", "--requirement"]).arg(&requirements);
    // Standard output is the environment that `--env` prints.
    pip.stdout(Stdio::from(std::io::stderr()));
    run(&mut pip).await.context("cannot install what tests/schemathesis/requirements.txt names")?;
    packages.remember()?;
    step.done("");
    Ok(())
}

/// Python with `venv`; installed through apt when root finds none.
async fn tools() -> Result<()> {
    if has_python().await || (apt::install(&["python3", "python3-venv"]).await && has_python().await) {
        return Ok(());
    }
    bail!(
        "the tests try the API with Schemathesis, which needs Python 3.{OLDEST_PYTHON} or newer with venv: install it (Debian and Ubuntu: `apt install python3 python3-venv`, macOS: `brew install python`)"
    )
}

async fn has_python() -> bool {
    let said =
        capture(command("python3").args(["-c", "import sys, venv, ensurepip; print(sys.version_info.minor)"])).await;
    said.is_ok_and(|said| said.trim().parse::<u32>().is_ok_and(|minor| minor >= OLDEST_PYTHON))
}

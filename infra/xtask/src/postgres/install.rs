//! PostgreSQL where the machine has none.

use std::path::Path;
use std::process::Stdio;

use anyhow::{Result, bail};
use tokio::process::Command;

use super::OLDEST_MAJOR;
use super::binaries::Binaries;
use crate::process::{command, run};
use crate::ui::Step;

const APT: &str = "/usr/bin/apt-get";

/// The server programs; installed through apt when root finds none.
///
/// # Errors
/// One sentence that says what to install, when it cannot be done here.
pub async fn find_or_install(major: Option<u32>) -> Result<Binaries> {
    if let Some(found) = Binaries::find(major).await {
        return Ok(found);
    }
    if let Some(major) = major {
        bail!(
            "the private database was made by PostgreSQL {major}, which is no longer installed: install it, or start anew with `cargo xtask up --fresh`"
        );
    }
    if apt_install(&["postgresql"]).await
        && let Some(found) = Binaries::find(None).await
    {
        return Ok(found);
    }
    bail!(
        "PostgreSQL {OLDEST_MAJOR} or newer is needed: install it (Debian and Ubuntu: `apt install postgresql`, macOS: `brew install postgresql@16`), or name a server with `--database-url postgres://admin:password@host:5432/wasla`"
    )
}

/// Installs Debian packages when this process may; says whether they are installed now.
pub async fn apt_install(packages: &[&str]) -> bool {
    if !rustix::process::geteuid().is_root() || !Path::new(APT).is_file() {
        return false;
    }
    let step = Step::start_streaming(&format!("Installing {} through apt", packages.join(" ")));
    // Package lists may be absent or old: update them only when the first attempt fails.
    let mut installed = run(apt().args(["install", "--yes", "--no-install-recommends"]).args(packages)).await.is_ok();
    if !installed && run(apt().arg("update")).await.is_ok() {
        installed = run(apt().args(["install", "--yes", "--no-install-recommends"]).args(packages)).await.is_ok();
    }
    if installed {
        step.done("");
    }
    installed
}

fn apt() -> Command {
    let mut apt = command(APT);
    // RUNLEVEL=1: the package's own server is not started, only its programs are wanted.
    apt.env("DEBIAN_FRONTEND", "noninteractive").env("RUNLEVEL", "1").stdout(Stdio::from(std::io::stderr()));
    apt
}

//! Debian's packages, where this process may install them.

use std::path::Path;
use std::process::Stdio;

use tokio::process::Command;

use crate::process::{command, run};
use crate::ui::Step;

const APT: &str = "/usr/bin/apt-get";

/// Installs Debian packages when this process may; says whether they are installed now.
pub async fn install(packages: &[&str]) -> bool {
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
    // RUNLEVEL=1: the server of a package (postgresql) is not started, only its programs are wanted.
    apt.env("DEBIAN_FRONTEND", "noninteractive").env("RUNLEVEL", "1").stdout(Stdio::from(std::io::stderr()));
    apt
}

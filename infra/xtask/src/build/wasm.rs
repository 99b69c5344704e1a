//! The toolchain that compiles components: rustup's, or else the distribution's.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use tokio::process::Command;

use super::debian;
use crate::process::{capture, cargo, command, run};
use crate::ui::Step;
use crate::workspace::Workspace;

/// A way to compile for wasm32-wasip2.
#[derive(Clone, Debug)]
pub enum Toolchain {
    /// The active toolchain has the target's standard library.
    Installed,
    /// Debian's own rustc and cargo, which compile the standard library along.
    Debian(debian::Toolchain),
}

impl Toolchain {
    /// The active toolchain if it has the target, Debian's packages if they are installed, else what rustup or apt can add.
    ///
    /// # Errors
    /// One sentence that says what to install.
    pub async fn find_or_install(workspace: &Workspace) -> Result<Self> {
        if has_target().await {
            return Ok(Self::Installed);
        }
        // Before rustup: without its server, every run would wait for it in vain.
        if let Some(toolchain) = debian::find(workspace).await {
            return Ok(Self::Debian(toolchain));
        }
        let step = Step::start_streaming("Installing the target wasm32-wasip2 through rustup");
        let mut rustup = command("rustup");
        rustup.args(["target", "add", "wasm32-wasip2"]).stdout(std::process::Stdio::from(std::io::stderr()));
        if run(&mut rustup).await.is_ok() && has_target().await {
            step.done("");
            return Ok(Self::Installed);
        }
        drop(step);
        if let Some(toolchain) = debian::install(workspace).await {
            return Ok(Self::Debian(toolchain));
        }
        bail!(
            "the Rust target wasm32-wasip2 is needed: run `rustup target add wasm32-wasip2` (on Debian without access to rustup's server: `apt install {}`)",
            debian::PACKAGES.join(" ")
        )
    }

    /// The cargo to call.
    pub fn cargo(&self) -> Command {
        match self {
            Self::Installed => cargo(),
            Self::Debian(toolchain) => toolchain.cargo(),
        }
    }

    /// Arguments of `cargo build` that this toolchain needs.
    pub fn arguments(&self) -> &'static [&'static str] {
        match self {
            Self::Installed => &[],
            Self::Debian(_) => &["-Z", "build-std=std,panic_abort"],
        }
    }
}

/// Whether the active toolchain holds a compiled standard library for the target.
async fn has_target() -> bool {
    let mut rustc = command("rustc");
    rustc.args(["--print", "target-libdir", "--target", "wasm32-wasip2"]);
    capture(&mut rustc).await.is_ok_and(|folder| holds_std(Path::new(folder.trim())))
}

fn holds_std(folder: &Path) -> bool {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| PathBuf::from(entry.file_name())).any(|name| {
        let text = name.to_string_lossy();
        text.starts_with("libstd-") && text.ends_with(".rlib")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_folder_without_the_standard_library_does_not_count() {
        let folder = std::env::temp_dir().join(format!("xtask-target-{}", std::process::id()));
        assert!(!holds_std(&folder));
        std::fs::create_dir_all(&folder).unwrap();
        assert!(!holds_std(&folder));
        std::fs::write(folder.join("libstd-0123.rlib"), "").unwrap();
        assert!(holds_std(&folder));
        std::fs::remove_dir_all(folder).unwrap();
    }
}

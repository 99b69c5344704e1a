//! Debian's packages for compiling to WebAssembly, where rustup cannot reach its server.
//!
//! They bring a rustc, its sources and wasi-libc, but no compiled standard library for wasm32-wasip2: cargo builds it along
//! (`build-std`), which a stable compiler allows under `RUSTC_BOOTSTRAP`. They bring no `wasm-ld` either; rustup's `rust-lld` is one.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use tokio::process::Command;

use crate::apt;
use crate::process::{capture, command, without_package_variables};
use crate::ui;
use crate::workspace::Workspace;

/// What to install.
pub const PACKAGES: [&str; 5] = ["rustc-web", "cargo-web", "rust-web-src", "rust-web-llvm", "wasi-libc"];

const RUSTC: &str = "/usr/bin/rustc";
const CARGO: &str = "/usr/bin/cargo";
const WASI_LIBC: &str = "/usr/lib/wasm32-wasi";

/// The installed packages with a linker.
#[derive(Clone, Debug)]
pub struct Toolchain {
    wasm_ld: PathBuf,
}

impl Toolchain {
    /// Debian's cargo, set up to build for wasm32-wasip2.
    pub fn cargo(&self) -> Command {
        let mut cargo = command(CARGO);
        without_package_variables(&mut cargo);
        let flags = format!("-L native={WASI_LIBC} -C link-arg=--wasm-ld-path={}", self.wasm_ld.display());
        cargo.env("RUSTC", RUSTC).env("RUSTC_BOOTSTRAP", "1").env("CARGO_TARGET_WASM32_WASIP2_RUSTFLAGS", flags);
        // Those of the calling cargo's toolchain.
        cargo.env_remove("CARGO").env_remove("RUSTUP_TOOLCHAIN").env_remove("RUSTFLAGS");
        cargo
    }
}

/// The packages as they are installed, when their compiler is new enough for this workspace.
pub async fn find(workspace: &Workspace) -> Option<Toolchain> {
    let files = [RUSTC, CARGO, "/usr/lib/wasm32-wasi/crt1-reactor.o", "/usr/lib/rustlib/src"];
    if !files.iter().all(|file| Path::new(file).exists()) {
        return None;
    }
    let said = capture(command(RUSTC).arg("--version").env_remove("RUSTUP_TOOLCHAIN")).await.ok()?;
    if version(&said)? < needed_version(workspace)? {
        return None;
    }
    let wasm_ld = find_wasm_ld(workspace).await?;
    ui::note("components are compiled by Debian's rustc, together with the standard library");
    Some(Toolchain { wasm_ld })
}

/// Installs the packages through apt when this process may.
pub async fn install(workspace: &Workspace) -> Option<Toolchain> {
    if apt::install(&PACKAGES).await { find(workspace).await } else { None }
}

/// Major and minor number in `rustc 1.96.0 (…)` or `1.95`.
fn version(text: &str) -> Option<(u32, u32)> {
    let numbers = text.split(' ').find(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
    let mut parts = numbers.split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

/// The `rust-version` of the workspace.
fn needed_version(workspace: &Workspace) -> Option<(u32, u32)> {
    let packages = workspace.metadata().get("packages")?.as_array()?;
    packages.iter().filter_map(|package| version(package.get("rust_version")?.as_str()?)).max()
}

/// `wasm-ld` of the active toolchain, of the system, or a link of that name to rust-lld: lld acts by the name it is called.
async fn find_wasm_ld(workspace: &Workspace) -> Option<PathBuf> {
    let mut folders = Vec::new();
    if let Ok(libdir) = capture(command("rustc").args(["--print", "target-libdir"])).await {
        folders.extend(Path::new(libdir.trim()).parent().map(|folder| folder.join("bin")));
    }
    let mut known: Vec<PathBuf> = folders.iter().map(|folder| folder.join("gcc-ld/wasm-ld")).collect();
    known.push("/usr/bin/wasm-ld".into());
    if let Some(found) = known.into_iter().find(|path| path.is_file()) {
        return Some(found);
    }
    folders.push("/usr/bin".into());
    let rust_lld = folders.iter().map(|folder| folder.join("rust-lld")).find(|path| path.is_file())?;
    let link = workspace.state().join("bin/wasm-ld");
    std::fs::create_dir_all(link.parent()?).ok()?;
    if link.symlink_metadata().is_ok() {
        std::fs::remove_file(&link).ok()?;
    }
    symlink(rust_lld, &link).ok()?;
    Some(link)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_by_number() {
        assert_eq!(version("rustc 1.96.0 (ac68faa20 2026-05-25)"), Some((1, 96)));
        assert_eq!(version("1.95"), Some((1, 95)));
        assert!(version("1.100.0") > version("1.95"));
        assert_eq!(version("rustc"), None);
    }
}

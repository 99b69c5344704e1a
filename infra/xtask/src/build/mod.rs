//! Building: the components for wasm32-wasip2, then the programs that run them.

mod debian;
mod wasm;

use std::path::PathBuf;
use std::process::Stdio;

use anyhow::{Context, Result, bail};
use clap::Args;
use serde_json::Value;
use tokio::process::Command;

pub use wasm::Toolchain;

use crate::process::{cargo, run as run_command};
use crate::ui::Step;
use crate::workspace::Workspace;

/// Build the components (profile `wasm`), then the host and the sandbox gateway.
#[derive(Debug, Args)]
pub struct BuildArgs {
    #[command(flatten)]
    profile: ProfileArgs,
}

/// How host and sandbox are compiled; components are always optimised.
#[derive(Clone, Copy, Debug, Args)]
pub struct ProfileArgs {
    /// Optimise the host and the sandbox (the default)
    #[arg(long, conflicts_with_all = ["debug", "production"])]
    release: bool,
    /// Optimise them across crates as well, for a tenth less processor time a request and minutes more of compiling
    #[arg(long, conflicts_with = "debug")]
    production: bool,
    /// Compile the host and the sandbox faster, with checks, to run slower
    #[arg(long)]
    debug: bool,
}

impl ProfileArgs {
    /// What is measured and shipped.
    pub const PRODUCTION: Self = Self { release: false, production: true, debug: false };

    /// Folder of the programs below the target folder.
    pub fn folder(self) -> &'static str {
        match self {
            Self { debug: true, .. } => "debug",
            Self { production: true, .. } => "production",
            _ => "release",
        }
    }

    /// The name by which cargo knows it.
    fn name(self) -> &'static str {
        if self.debug { "dev" } else { self.folder() }
    }
}

/// Runs the command.
///
/// # Errors
/// When something does not compile.
pub async fn run(workspace: &Workspace, args: &BuildArgs) -> Result<()> {
    components(workspace, Components::Shipped).await?;
    programs(workspace, args.profile, &["host", "sandbox"]).await
}

/// Which components to build.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Components {
    /// Those of `components/`.
    Shipped,
    /// The fixtures of tests and bench as well.
    WithFixtures,
}

/// Builds the components with one call of cargo.
///
/// # Errors
/// When the wasm target is missing or something does not compile.
pub async fn components(workspace: &Workspace, which: Components) -> Result<()> {
    let packages = component_packages(workspace, which);
    if packages.is_empty() {
        bail!("the workspace has no component");
    }
    let toolchain = Toolchain::find_or_install(workspace).await?;
    let step = Step::start_streaming("Building the components");
    let mut command = toolchain.cargo();
    command.args(["build", "--target", "wasm32-wasip2", "--profile", "wasm"]);
    command.args(toolchain.arguments());
    command.args(packages.iter().flat_map(|package| ["--package", package]));
    command.args(shipping_features(workspace, &packages).iter().flat_map(|feature| ["--features", feature]));
    build(workspace, command).await?;
    publish(workspace, &packages)?;
    step.done("");
    Ok(())
}

/// `spin.toml` names the components below `target/`: with another target folder, they are copied there.
fn publish(workspace: &Workspace, packages: &[String]) -> Result<()> {
    let named = workspace.root().join("target/wasm32-wasip2/wasm");
    let built = workspace.components_dir();
    if named == built {
        return Ok(());
    }
    std::fs::create_dir_all(&named).with_context(|| format!("cannot create {}", named.display()))?;
    for package in packages {
        let file = format!("{}.wasm", package.replace('-', "_"));
        std::fs::copy(built.join(&file), named.join(&file)).with_context(|| format!("cannot copy {file}"))?;
    }
    Ok(())
}

/// Builds programs of the workspace.
///
/// # Errors
/// When something does not compile.
pub async fn programs(workspace: &Workspace, profile: ProfileArgs, names: &[&str]) -> Result<()> {
    let step = Step::start_streaming(&format!("Building {} ({})", names.join(" and "), profile.folder()));
    let mut command = cargo();
    command.args(["build", "--profile", profile.name()]);
    if profile.debug {
        // With the features that all members together ask of the dependencies: those that the tests are built with, so
        // that wasmtime is not compiled once for them and once for the host.
        command.arg("--workspace");
        command.args(names.iter().flat_map(|name| ["--bin", name]));
    } else {
        command.arg("--bins").args(names.iter().flat_map(|name| ["--package", name]));
    }
    build(workspace, command).await?;
    step.done("");
    Ok(())
}

async fn build(workspace: &Workspace, mut command: Command) -> Result<()> {
    command.current_dir(workspace.root()).stdout(Stdio::from(std::io::stderr()));
    run_command(&mut command).await
}

/// Path of a built program.
pub fn program(workspace: &Workspace, profile: ProfileArgs, name: &str) -> PathBuf {
    workspace.target().join(profile.folder()).join(name)
}

/// The feature `document` of each package that has it: what a component asks for where it is shipped.
fn shipping_features(workspace: &Workspace, packages: &[String]) -> Vec<String> {
    let all = workspace.metadata().get("packages").and_then(Value::as_array);
    let has = |package: &&Value| package.get("features").is_some_and(|features| features.get("document").is_some());
    let named = all.into_iter().flatten().filter(has).filter_map(|package| package.get("name")?.as_str());
    named.filter(|name| packages.iter().any(|package| package == name)).map(|name| format!("{name}/document")).collect()
}

/// Names of the packages that build a `cdylib`, by cargo's metadata.
fn component_packages(workspace: &Workspace, which: Components) -> Vec<String> {
    let shipped = workspace.root().join("components");
    let packages = workspace.metadata().get("packages").and_then(Value::as_array);
    let is_component = |package: &&Value| {
        let manifest = package.get("manifest_path").and_then(Value::as_str).unwrap_or_default();
        let targets = package.get("targets").and_then(Value::as_array).into_iter().flatten();
        let mut kinds = targets.filter_map(|target| target.get("crate_types")?.as_array()).flatten();
        let in_place = which == Components::WithFixtures || PathBuf::from(manifest).starts_with(&shipped);
        in_place && kinds.any(|kind| kind == "cdylib")
    };
    let found = packages.into_iter().flatten().filter(is_component);
    found.filter_map(|package| Some(package.get("name")?.as_str()?.to_owned())).collect()
}

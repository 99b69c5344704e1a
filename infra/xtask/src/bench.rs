//! `cargo xtask bench`.

use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Args;

use crate::build::{self, Components, ProfileArgs};
use crate::interrupt::Interrupt;
use crate::process::{command, without_package_variables};
use crate::session::Session;
use crate::test::environment;
use crate::workspace::Workspace;

/// Measure the application against the limits of the design, with everything built as for production.
#[derive(Debug, Args)]
pub struct BenchArgs {
    /// Passed on to the bench program; see `cargo xtask bench -- --help`
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    args: Vec<String>,
}

/// Runs the command; its exit code is that of the bench.
///
/// # Errors
/// When something does not compile or PostgreSQL is missing.
pub async fn run(workspace: &Workspace, args: &BenchArgs, interrupt: &mut Interrupt) -> Result<ExitCode> {
    let production = ProfileArgs::PRODUCTION;
    interrupt
        .or(async {
            build::components(workspace, Components::WithFixtures).await?;
            build::programs(workspace, production, &["bench", "host", "sandbox"]).await
        })
        .await?;
    Session::with(workspace, None, interrupt, async |session| {
        let mut bench = command(build::program(workspace, production, "bench"));
        without_package_variables(&mut bench);
        bench.args(&args.args).envs(environment(workspace, session)).current_dir(workspace.root());
        let status = bench.status().await.context("cannot run the bench program")?;
        Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    })
    .await
}

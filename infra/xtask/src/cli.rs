//! The command line.

use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Parser, Subcommand};

use crate::audit::{self, AuditArgs};
use crate::bench::{self, BenchArgs};
use crate::build::{self, BuildArgs};
use crate::check;
use crate::interrupt::Interrupt;
use crate::keys::{self, KeysArgs};
use crate::migrate::{self, MigrateArgs};
use crate::platform::{self, PlatformArgs};
use crate::provider::{self, ProviderArgs};
use crate::seed::{self, Outcome};
use crate::session::Session;
use crate::test::{self, TestArgs};
use crate::up::{self, UpArgs};
use crate::workspace::Workspace;

/// The commands of this repository.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", disable_help_subcommand = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Up(UpArgs),
    /// Stop a running `up`, and a private PostgreSQL that nobody uses any more
    Stop,
    Build(BuildArgs),
    Migrate(MigrateArgs),
    Seed(SeedArgs),
    /// Check the rules of the house: layers, rooms at the top, file sizes, one statement a call, one function a file
    Check,
    Test(TestArgs),
    Bench(BenchArgs),
    Keys(KeysArgs),
    Provider(ProviderArgs),
    Audit(AuditArgs),
    Platform(PlatformArgs),
    /// Print the environment with which `spin up` runs the same application against the database of a running `up`
    Env,
}

/// Load the demo shops of migrations/seed and print what was counted; a second run changes nothing.
#[derive(Debug, Args)]
struct SeedArgs {
    /// Administrator's login: postgres://user:password@host:port/name; without it, the private database that `up` uses
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    database_url: Option<String>,
}

impl Cli {
    /// Runs the command.
    ///
    /// # Errors
    /// Whatever stops the command, in words for the user.
    pub async fn run(self) -> Result<ExitCode> {
        let mut interrupt = Interrupt::listen()?;
        let workspace = interrupt.or(Workspace::locate()).await?;
        match self.command {
            Command::Up(args) => up::run(&workspace, &args, &mut interrupt).await,
            Command::Stop => interrupt.or(up::stop(&workspace)).await,
            Command::Build(args) => {
                interrupt.or(build::run(&workspace, &args)).await?;
                Ok(ExitCode::SUCCESS)
            }
            Command::Migrate(args) => migrate::run(&workspace, &args, &mut interrupt).await,
            Command::Seed(args) => run_seed(&workspace, &args, &mut interrupt).await,
            Command::Check => check::run(&workspace),
            Command::Test(args) => test::run(&workspace, &args, &mut interrupt).await,
            Command::Bench(args) => bench::run(&workspace, &args, &mut interrupt).await,
            Command::Keys(args) => keys::run(&workspace, &args),
            Command::Provider(args) => provider::run(&workspace, &args, &mut interrupt).await,
            Command::Audit(args) => audit::run(&workspace, &args, &mut interrupt).await,
            Command::Platform(args) => platform::run(&workspace, &args, &mut interrupt).await,
            Command::Env => up::print_variables(&workspace).map(|()| ExitCode::SUCCESS),
        }
    }
}

/// Called by name, seeding happens even when the files are those of last time: data may have been changed since.
async fn run_seed(workspace: &Workspace, args: &SeedArgs, interrupt: &mut Interrupt) -> Result<ExitCode> {
    let shops = seed::read_shops(&workspace.migrations())?;
    Session::with(workspace, args.database_url.as_deref(), interrupt, async |session| {
        let mut client = session.connect().await?;
        for (shop, outcome) in shops.iter().zip(seed::apply(&mut client, &shops, true).await?) {
            if let Outcome::Applied(counts) = outcome {
                println!("{}: {counts}", shop.slug);
            }
        }
        seed::apply_platform(&client).await?;
        Ok(ExitCode::SUCCESS)
    })
    .await
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_explains_itself() {
        for command in Cli::command().get_subcommands() {
            assert!(command.get_about().is_some(), "{} has no help", command.get_name());
        }
    }
}

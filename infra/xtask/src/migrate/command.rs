//! `cargo xtask migrate`.

use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Subcommand};

use crate::interrupt::Interrupt;
use crate::postgres::DatabaseUrl;
use crate::session::Session;
use crate::workspace::Workspace;

/// Bring a database to the schema of this checkout, or back.
///
/// Without --database-url it is the private database that `up` uses.
#[derive(Debug, Args)]
pub struct MigrateArgs {
    #[command(subcommand)]
    action: Action,
    /// Administrator's login: postgres://user:password@host:port/name
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, global = true)]
    database_url: Option<String>,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Apply what is missing: schema migrations, then functions whose text changed
    Up,
    /// Undo the last N schema migrations, newest first; functions are dropped and come back with the next `migrate up`
    Down {
        /// How many
        n: usize,
    },
    /// Show what is applied, pending or wrong; fails when something is wrong
    Status,
}

/// Runs the command.
///
/// # Errors
/// When a migration fails.
pub async fn run(workspace: &Workspace, args: &MigrateArgs, interrupt: &mut Interrupt) -> Result<ExitCode> {
    let folder = workspace.migrations();
    Session::with(workspace, args.database_url.as_deref(), interrupt, async |session| {
        let mut client = session.connect().await?;
        match args.action {
            Action::Up => {
                let applied = super::up(&mut client, &folder).await?;
                for file in &applied.migrations {
                    println!("applied {file}");
                }
                println!("{applied}");
                super::set_passwords(&client, &session.vault.secrets).await?;
            }
            Action::Down { n } => {
                let undone = super::down(&mut client, &folder, n).await?;
                for file in &undone {
                    println!("undone {file}");
                }
                println!("{} migrations undone", undone.len());
            }
            Action::Status => return show_status(&client, &folder, &session.url).await,
        }
        Ok(ExitCode::SUCCESS)
    })
    .await
}

async fn show_status(client: &tokio_postgres::Client, folder: &std::path::Path, url: &DatabaseUrl) -> Result<ExitCode> {
    let status = super::report(client, folder).await?;
    println!("database {} at {}:{}", url.name, url.host, url.port);
    for line in &status.lines {
        println!("{line}");
    }
    for error in &status.errors {
        eprintln!("error: {error}");
    }
    Ok(if status.errors.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

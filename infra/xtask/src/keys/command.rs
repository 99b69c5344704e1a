//! `cargo xtask keys`.

use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Subcommand};

use super::{RETIRED_KEPT_S, SigningKey, now};
use crate::secrets::Vault;
use crate::workspace::Workspace;

/// Show or rotate the keys that sign access tokens.
#[derive(Debug, Args)]
pub struct KeysArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Print the public JSON Web Key set: the signing key first, then those still believed; nothing secret
    Show,
    /// Make a new key sign from the next start of `up`; tokens of the one before it stay good until they expire
    Rotate,
}

/// Runs the command.
///
/// # Errors
/// When the secrets cannot be read or written.
pub fn run(workspace: &Workspace, args: &KeysArgs) -> Result<ExitCode> {
    let mut vault = Vault::open(&workspace.secrets_file())?;
    match args.action {
        Action::Show => {
            let set = vault.secrets.identity.signing.public_set(now()?);
            println!("{}", serde_json::to_string_pretty(&set)?);
        }
        Action::Rotate => {
            let before = vault.secrets.identity.signing.active.kid.clone();
            vault.rotate_signing_key(SigningKey::generate()?, now()?)?;
            println!("signs from now on:     {}", vault.secrets.identity.signing.active.kid);
            println!("believed for {} h more: {before}", RETIRED_KEPT_S / 3600);
            println!("A running `cargo xtask up` takes the new key when it is started again.");
        }
    }
    Ok(ExitCode::SUCCESS)
}

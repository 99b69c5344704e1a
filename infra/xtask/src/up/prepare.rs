//! The database made ready: schema, passwords, demo shops, gateway secrets.

use anyhow::Result;

use super::gateway::{self, Account};
use crate::migrate;
use crate::seed::{self, Outcome, Shop};
use crate::session::Session;
use crate::ui::Step;
use crate::workspace::Workspace;

/// What the services need to know of the database.
#[derive(Debug)]
pub struct Prepared {
    /// The demo shops.
    pub shops: Vec<Shop>,
    /// Their accounts at the gateway.
    pub accounts: Vec<Account>,
}

/// Brings the database up to date.
///
/// # Errors
/// When a migration or a seed file fails.
pub async fn prepare(workspace: &Workspace, session: &mut Session) -> Result<Prepared> {
    let mut client = session.connect().await?;
    let step = Step::start("Migrating the database");
    let applied = migrate::up(&mut client, &workspace.migrations()).await?;
    migrate::set_passwords(&client, &session.vault.secrets).await?;
    step.done(&applied.to_string());

    let shops = seed::read_shops(&workspace.migrations())?;
    let step = Step::start("Seeding the demo shops");
    let outcomes = seed::apply(&mut client, &shops, false).await?;
    seed::apply_platform(&client).await?;
    let new = outcomes.iter().filter(|outcome| matches!(outcome, Outcome::Applied(_))).count();
    step.done(&if new == 0 { "nothing to do".to_owned() } else { format!("{new} shops") });

    let accounts = gateway::connect_shops(&client, &shops, &mut session.vault).await?;
    Ok(Prepared { shops, accounts })
}

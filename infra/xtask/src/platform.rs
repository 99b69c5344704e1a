//! `cargo xtask platform`: who may work across shops, as far as it is decided on the machine that runs the platform: the first administrator above
//! all. Administrators let in others by the API.

use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};

use crate::interrupt::Interrupt;
use crate::session::Session;
use crate::workspace::Workspace;

/// The platform's administrator of the demo: without a password, which is set by the reset link.
pub const DEMO_ADMINISTRATOR: &str = "platform@wasla.example";

/// Let somebody work across shops, take it back, or list who may.
#[derive(Debug, Args)]
pub struct PlatformArgs {
    #[command(subcommand)]
    what: What,
    /// Administrator's login: postgres://user:password@host:port/name; without it, the private database that `up` uses
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, global = true)]
    database_url: Option<String>,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Give somebody a grant; an account is made where there is none, without a password
    Grant {
        /// Whose
        #[arg(long)]
        email: String,
        /// What they become
        #[arg(long, value_enum)]
        role: Role,
        /// When it ends, such as 2026-12-31 or 2026-12-31T12:00:00Z; at most a year away
        #[arg(long)]
        until: String,
        /// Why
        #[arg(long, default_value = "by the operator")]
        reason: String,
    },
    /// Take back whatever grant somebody has
    Revoke {
        /// Whose
        #[arg(long)]
        email: String,
    },
    /// Who may work across shops
    List,
}

/// A role of the platform.
#[derive(Clone, Copy, Debug, ValueEnum)]
#[value(rename_all = "snake_case")]
enum Role {
    /// Runs the platform
    PlatformAdmin,
    /// Helps shops and their customers
    Support,
    /// Keeps the platform's books
    Finance,
    /// Packs for shops
    Warehouse,
}

impl Role {
    const fn as_str(self) -> &'static str {
        match self {
            Self::PlatformAdmin => "platform_admin",
            Self::Support => "support",
            Self::Finance => "finance",
            Self::Warehouse => "warehouse",
        }
    }
}

/// Runs the command.
///
/// # Errors
/// When the database refuses it.
pub async fn run(workspace: &Workspace, args: &PlatformArgs, interrupt: &mut Interrupt) -> Result<ExitCode> {
    let (sql, input) = statement(&args.what);
    Session::with(workspace, args.database_url.as_deref(), interrupt, async |session| {
        let client = session.connect().await?;
        let row = client.query_one(sql, &[&input.to_string()]).await.map_err(|error| match error.as_db_error() {
            Some(refusal) => anyhow::anyhow!("the database refuses it: {}", refusal.message()),
            None => anyhow::Error::new(error),
        })?;
        let answer: String = row.try_get(0)?;
        for line in lines(&serde_json::from_str(&answer)?) {
            println!("{line}");
        }
        Ok(ExitCode::SUCCESS)
    })
    .await
}

fn statement(what: &What) -> (&'static str, Value) {
    match what {
        What::Grant { email, role, until, reason } => (
            "select ops.seed_grant($1::text::jsonb)::text",
            json!({"email": email, "role": role.as_str(), "ends_at": until, "reason": reason}),
        ),
        What::Revoke { email } => ("select ops.drop_grant($1::text::jsonb)::text", json!({"email": email})),
        What::List => ("select ops.list_grants($1::text::jsonb)::text", json!({})),
    }
}

/// One line for each grant.
fn lines(answer: &Value) -> Vec<String> {
    let grants = answer.as_array().cloned().unwrap_or_else(|| vec![answer.clone()]);
    let text = |grant: &Value, name: &str| grant[name].as_str().unwrap_or_default().to_owned();
    grants
        .iter()
        .map(|grant| {
            let [email, role, status, end] = ["email", "role", "status", "ends_at"].map(|name| text(grant, name));
            format!("{email}: {role}, {status}, until {end}")
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grant_is_told_in_a_line() {
        let grant =
            json!({"email": "a@example.com", "role": "support", "status": "active", "ends_at": "2026-12-31T00:00:00Z"});
        assert_eq!(lines(&grant), ["a@example.com: support, active, until 2026-12-31T00:00:00Z"]);
        assert_eq!(lines(&json!([grant, grant])).len(), 2);
        assert!(lines(&json!([])).is_empty());
    }

    #[test]
    fn the_database_is_asked_for_what_was_typed() {
        let until = "2026-12-31".to_owned();
        let what = What::Grant { email: "a@example.com".into(), role: Role::PlatformAdmin, until, reason: "x".into() };
        let (sql, input) = statement(&what);
        assert!(sql.contains("seed_grant") && input["role"] == "platform_admin" && input["ends_at"] == "2026-12-31");
    }
}

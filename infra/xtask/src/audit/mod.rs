//! `cargo xtask audit`: whether the trail is what was written (migrations/README.md, "The trail").

mod chain;
mod verify;

use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Args, Subcommand};

pub use chain::{Chain, Fault, Hash, Link};
pub use verify::{Verdict, Wanted, verify};

use crate::digest::{hex, parse_hex};
use crate::interrupt::Interrupt;
use crate::session::Session;
use crate::workspace::Workspace;

/// Faults of one shop that are printed.
const PRINTED: usize = 20;

/// Check the audit trail.
#[derive(Debug, Args)]
pub struct AuditArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    Verify(VerifyArgs),
}

/// Recompute every shop's chain of hashes; fails when a line was changed, removed, moved, slipped in or cut off.
///
/// Prints each chain's head. Whoever keeps one elsewhere finds with --expect that the end was cut off, or all of it made anew: nothing in
/// the database can tell.
#[derive(Debug, Args)]
struct VerifyArgs {
    /// Only the shop with this slug
    #[arg(long, value_name = "SLUG")]
    tenant: Option<String>,
    /// A head that this shop's chain had before, and must still contain
    #[arg(long, value_name = "SLUG=HEAD", value_parser = expectation)]
    expect: Vec<(String, Hash)>,
    /// Administrator's login: postgres://user:password@host:port/name; without it, the private database that `up` uses
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    database_url: Option<String>,
}

/// Runs the command.
///
/// # Errors
/// When the database does not answer or has no such shop.
pub async fn run(workspace: &Workspace, args: &AuditArgs, interrupt: &mut Interrupt) -> Result<ExitCode> {
    let Action::Verify(args) = &args.action;
    let mut wanted = Wanted { shop: args.tenant.clone(), ..Wanted::default() };
    for (slug, head) in &args.expect {
        wanted.heads.entry(slug.clone()).or_default().insert(*head);
    }
    Session::with(workspace, args.database_url.as_deref(), interrupt, async |session| {
        let verdicts = verify(&mut session.connect().await?, &wanted).await?;
        verdicts.iter().for_each(print);
        let good = verdicts.iter().all(|verdict| verdict.faults.is_empty());
        Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    })
    .await
}

fn print(verdict: &Verdict) {
    let Verdict { shop, sealed, waiting, head, faults } = verdict;
    let head = head.as_ref().map_or("none".to_owned(), |head| hex(head));
    let outcome = if faults.is_empty() { "ok" } else { "WRONG" };
    println!("{shop}: {outcome}, {sealed} lines sealed, {waiting} waiting, head {head}");
    for fault in faults.iter().take(PRINTED) {
        println!("  {fault}");
    }
    if faults.len() > PRINTED {
        println!("  and {} more", faults.len() - PRINTED);
    }
}

/// `SLUG=HEAD`
fn expectation(text: &str) -> Result<(String, Hash)> {
    let (slug, head) = text.split_once('=').context("SLUG=HEAD is needed")?;
    let head = parse_hex(head).and_then(|bytes| Hash::try_from(bytes).ok());
    Ok((slug.to_owned(), head.context("a head is 64 hexadecimal digits")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expected_head_has_a_shop_and_64_digits() {
        let (slug, head) = expectation(&format!("oud={}", "aB".repeat(32))).unwrap();
        assert_eq!((slug.as_str(), head), ("oud", [0xab; 32]));
        for wrong in ["oud", "oud=", "oud=ab", &format!("oud={}", "x".repeat(64)), &format!("oud={}", "é".repeat(32))]
        {
            assert!(expectation(wrong).is_err(), "{wrong}");
        }
    }
}

//! PostgreSQL's own load generator, with the statement that the edge sends to place an order.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use xtask::process::{capture, command};

use super::Effort;
use crate::stand::Stand;

/// What pgbench reached.
pub struct Peer {
    /// Orders placed in a second.
    pub rate: f64,
    /// Orders placed in all.
    pub placed: u64,
    /// Latency in pgbench's own words.
    pub detail: String,
}

/// Lets pgbench place the prepared calls numbered from `first`, each once, as the edge's login and over TCP.
///
/// # Errors
/// When pgbench is not installed or fails.
pub async fn run(stand: &Stand, effort: Effort, first: i64, calls: i64) -> Result<Peer> {
    let program = find().context("pgbench is not installed")?;
    let clients = i64::try_from(effort.connections)?;
    let script = stand.place.scratch.join("place.sql");
    // The parameters arrive as text and are parsed by the server, as those of the edge; each client has calls of its own.
    fs::write(
        &script,
        format!(
            "\\set k :k + 1\n\\set n {first} + :client_id + {clients} * :k\n\
             select api.checkout_place(context::jsonb, input::jsonb), api.tenant_of(context::jsonb) from bench.call where n = :n;\n"
        ),
    )?;
    let orders = "select count(*) from app.sales_order";
    let before = stand.database.number(orders).await?;
    let mut pgbench = command(program);
    let url = &stand.database.app_url;
    pgbench.args(["--no-vacuum", "--protocol", "prepared", "--jobs", "1", "--define", "k=-1"]);
    pgbench.arg("--client").arg(clients.to_string()).arg("--time").arg(effort.time.as_secs().to_string());
    pgbench.args(["--host", &url.host, "--port", &url.port.to_string(), "--username", &url.user]);
    pgbench.env("PGPASSWORD", &url.password).arg("--file").arg(&script).arg(&url.name);
    let said = capture(&mut pgbench).await?;
    let placed = u64::try_from(stand.database.number(orders).await? - before)?;
    let Some(transactions) = number(&said, "number of transactions actually processed: ") else {
        bail!("pgbench says nothing of transactions: {said}");
    };
    let Some(tps) = number(&said, "tps = ") else { bail!("pgbench says nothing of its rate: {said}") };
    if placed >= u64::try_from(calls)? {
        bail!("the prepared calls are used up: fewer seconds, please");
    }
    // A transaction that places no order would be a lie about the rate.
    let rate = tps * placed as f64 / transactions.max(1.0);
    let latency = number(&said, "latency average = ").unwrap_or_default();
    Ok(Peer { rate, placed, detail: format!("average {latency:.2} ms, {clients} clients, prepared statements") })
}

fn find() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = versions.map(|version| version.path().join("bin")).collect();
    folders.extend(std::env::split_paths(&std::env::var_os("PATH")?));
    folders.into_iter().map(|folder| folder.join("pgbench")).find(|program| program.is_file())
}

/// The number that follows `prefix`.
fn number(said: &str, prefix: &str) -> Option<f64> {
    let rest = said.split(prefix).nth(1)?;
    let end = rest.find(|character: char| !character.is_ascii_digit() && character != '.').unwrap_or(rest.len());
    rest.get(..end)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_in_what_pgbench_says() {
        let said =
            "number of transactions actually processed: 4242\nlatency average = 3.771 ms\ntps = 4848.500000 (without";
        assert_eq!(number(said, "number of transactions actually processed: "), Some(4242.0));
        assert_eq!(number(said, "latency average = "), Some(3.771));
        assert_eq!(number(said, "tps = "), Some(4848.5));
        assert_eq!(number(said, "nothing "), None);
    }
}

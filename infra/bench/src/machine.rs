//! What the numbers were measured on.

use std::fs;
use std::time::Instant;

use anyhow::Result;
use tokio_postgres::Client;

/// Commits of the latency probe.
const COMMITS: u32 = 200;

/// Lines on processor, kernel and how busy the machine is before the bench begins.
pub fn facts() -> Vec<(&'static str, String)> {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let model = field("/proc/cpuinfo", "model name").unwrap_or_else(|| "unknown".to_owned());
    let memory = field("/proc/meminfo", "MemTotal").unwrap_or_else(|| "unknown".to_owned());
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load: Vec<&str> = load.split(' ').take(3).collect();
    vec![
        ("processor", format!("{cores} × {model}")),
        ("memory", memory),
        ("kernel", format!("{} {}", std::env::consts::OS, kernel.trim())),
        ("load average before", load.join(" ")),
    ]
}

/// Version and durability of the server, and what a commit costs when it is alone.
///
/// # Errors
/// When the database fails.
pub async fn database_facts(client: &Client) -> Result<Vec<(&'static str, String)>> {
    let sql = "select current_setting('server_version'), current_setting('fsync'), current_setting('synchronous_commit'), \
        current_setting('shared_buffers'), current_setting('wal_sync_method')";
    let row = client.query_one(sql, &[]).await?;
    let text = |at: usize| row.try_get::<_, String>(at);
    let settings = format!(
        "{}; fsync {}, synchronous_commit {}, shared_buffers {}, wal_sync_method {}",
        text(0)?,
        text(1)?,
        text(2)?,
        text(3)?,
        text(4)?
    );
    let (p50, p99) = commit_ms(client).await?;
    Ok(vec![("PostgreSQL", settings), ("one commit alone", format!("p50 {p50:.2} ms, p99 {p99:.2} ms"))])
}

/// Median and 99th percentile of a one-row insert and its commit.
async fn commit_ms(client: &Client) -> Result<(f64, f64)> {
    client.batch_execute("create table bench.commit_probe (n int)").await?;
    let insert = client.prepare("insert into bench.commit_probe values (1)").await?;
    let mut latencies = Vec::new();
    for _ in 0..COMMITS {
        let start = Instant::now();
        client.execute(&insert, &[]).await?;
        latencies.push(start.elapsed().as_secs_f64() * 1e3);
    }
    latencies.sort_by(f64::total_cmp);
    let at = |share: usize| latencies.get(latencies.len() * share / 100).copied().unwrap_or_default();
    Ok((at(50), at(99)))
}

/// The first value of `name` in a file of `name : value` lines.
fn field(path: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

//! From the start of the process to the first answer, with the components compiled before.

use std::net::SocketAddr;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow, ensure};

use crate::load::Connection;
use crate::report::{Limit, Row, Unit};
use crate::stand::{Stand, free_address, get};

const STARTS: usize = 5;

/// After this, a start has failed.
const PATIENCE: Duration = Duration::from_secs(30);

pub async fn run(stand: &Stand) -> Result<Vec<Row>> {
    let mut times = Vec::new();
    for _ in 0..STARTS {
        times.push(start_once(stand).await?.as_secs_f64());
    }
    times.sort_by(f64::total_cmp);
    let median = times.get(STARTS / 2).copied().unwrap_or_default();
    let longest = times.last().copied().unwrap_or_default();
    let row = Row::new("process start to first answer, slowest of 5", longest, Unit::Seconds);
    Ok(vec![row.limit(Limit::Below(1.0)).detail(format!("median {median:.2} s; components compiled before"))])
}

async fn start_once(stand: &Stand) -> Result<Duration> {
    let address = free_address()?;
    let mut command = stand.host_command("start", None)?;
    command.arg("--listen").arg(address.to_string()).stdout(Stdio::null()).stderr(Stdio::null());
    let request = get(&stand.a_shop(), "/health");
    let start = Instant::now();
    let mut child = command.spawn()?;
    let answered = tokio::select! {
        answered = first_answer(address, &request, start) => answered,
        ended = child.wait() => Err(anyhow!("the host ended by itself: {}", ended?)),
    };
    let took = start.elapsed();
    child.kill().await?;
    answered?;
    Ok(took)
}

async fn first_answer(address: SocketAddr, request: &[u8], start: Instant) -> Result<()> {
    let mut connection = Connection::new(address);
    loop {
        if let Ok(answer) = connection.exchange(request).await {
            ensure!(answer.status == 200, "/health answers {} {}", answer.status, answer.text());
            return Ok(());
        }
        ensure!(start.elapsed() < PATIENCE, "no answer within {} s of the start", PATIENCE.as_secs());
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

//! Guests who buy: whole journeys, checkouts alone, and the same single call from pgbench.

use std::sync::Arc;

use anyhow::Result;

use super::{Effort, pgbench, quantile_row, rate_row};
use crate::load::{self, Plan, Samples};
use crate::processors::Meter;
use crate::report::{Limit, Row, Unit};
use crate::shopper::{CHECKOUT, Cashier, JOURNEY, PLACED, Shopper};
use crate::stand::Stand;

/// Checkouts that a connection-bound load may need for each second; it ends early when they are used up.
const CARTS_PER_SECOND: i32 = 3_000;

/// Calls that pgbench may need for each second.
const CALLS_PER_SECOND: i32 = 6_000;

/// The wider of the two journey loads.
const WIDE: usize = 64;

pub async fn run(stand: &mut Stand, effort: Effort) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    let mut reached: f64 = 0.0;
    for connections in [effort.connections, WIDE] {
        let meters = Meters::start(stand).await?;
        let samples = journeys(stand, Plan::new(connections, effort.time), None).await?;
        let cost = meters.each(samples.tallied(PLACED));
        reached = reached.max(samples.rate(JOURNEY));
        let detail = format!("checkout {}; {cost}", samples.quantiles(CHECKOUT));
        let row = rate_row(format!("guest journeys, {connections} connections"), &samples, JOURNEY);
        rows.push(row.limit(Limit::AtLeast(1_000.0)).detail(detail).faults(samples.faults(), &samples.worst_fault()));
    }

    let half = journeys(stand, Plan::new(WIDE, effort.time), Some(reached / 2.0)).await?;
    let name = format!("checkout at half load ({:.0} journeys/s), p95", reached / 2.0);
    rows.push(quantile_row(name, &half, CHECKOUT, 0.95).limit(Limit::Below(50.0)));
    rows.push(quantile_row("whole journey at half load, p95", &half, JOURNEY, 0.95));

    rows.extend(against_pgbench(stand, effort).await?);
    Ok(rows)
}

/// Processor time of the three servers.
struct Meters([(&'static str, Meter); 3]);

impl Meters {
    async fn start(stand: &Stand) -> Result<Self> {
        let postgres = Meter::start(stand.database.server_pid().await?);
        let (host, sandbox) = (Meter::start(Some(stand.host.pid)), Meter::start(Some(stand.sandbox.pid)));
        Ok(Self([("host", host), ("PostgreSQL", postgres), ("gateway", sandbox)]))
    }

    fn each(&self, times: u64) -> String {
        let costs = self.0.iter().map(|(name, meter)| format!("{name} {:.0} µs", meter.microseconds_each(times)));
        format!("processor time each: {}", costs.collect::<Vec<_>>().join(", "))
    }
}

/// A load of journeys: closed, or at a constant rate.
async fn journeys(stand: &mut Stand, plan: Plan, rate: Option<f64>) -> Result<Samples> {
    stand.database.settle().await?;
    let shopper = Shopper::new(&stand.variants);
    let samples = match rate {
        None => load::closed(stand.host.address, plan, |_| shopper.clone()).await?,
        Some(rate) => load::open(stand.host.address, rate, plan, |_| shopper.clone()).await?,
    };
    stand.placed += samples.tallied(PLACED);
    Ok(samples)
}

/// Checkouts of carts made in advance, and the call that places an order from pgbench, as wide as each other.
async fn against_pgbench(stand: &mut Stand, effort: Effort) -> Result<Vec<Row>> {
    let seconds = i32::try_from(effort.time.as_secs())?;
    let carts: Arc<[_]> = stand.database.prepare_carts(0, CARTS_PER_SECOND * (seconds + 1)).await?.into();
    let cashier = Cashier { carts: Arc::clone(&carts), turn: Arc::default() };
    let meters = Meters::start(stand).await?;
    let samples = load::closed(stand.host.address, effort.plan(), |_| cashier.clone()).await?;
    stand.placed += samples.tallied(PLACED);
    let detail = format!("{}; {}", samples.quantiles(CHECKOUT), meters.each(samples.tallied(PLACED)));
    let mut rows = vec![rate_row("checkouts alone", &samples, CHECKOUT).detail(detail)];

    let first = i64::try_from(carts.len())?;
    let calls = CALLS_PER_SECOND * (seconds + 1);
    stand.database.prepare_carts(first, calls).await?;
    match pgbench::run(stand, effort, first, i64::from(calls)).await {
        Ok(peer) => {
            stand.placed += peer.placed;
            rows.push(Row::new("pgbench, api.checkout_place alone", peer.rate, Unit::PerSecond).detail(&peer.detail));
            let share = 100.0 * samples.rate(CHECKOUT) / peer.rate.max(1.0);
            let row = Row::new("checkouts alone / pgbench", share, Unit::Percent).limit(Limit::AtLeast(50.0));
            rows.push(row.faults(samples.faults(), &samples.worst_fault()));
        }
        Err(error) => rows.push(Row::unmeasured("checkouts alone / pgbench", format!("{error:#}"))),
    }
    Ok(rows)
}

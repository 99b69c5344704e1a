//! What the audit trail costs: checkouts with and without its triggers, sealing its lines, and verifying them.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use xtask::audit::{Wanted, verify};
use xtask::postgres::connect;

use super::Effort;
use crate::load;
use crate::report::{Limit, Row, Unit};
use crate::shopper::{CHECKOUT, Cashier, PLACED};
use crate::stand::Stand;

/// Checkouts that a load may need for each second; it ends early when they are used up.
const CARTS_PER_SECOND: i32 = 3_000;

/// Lines that are verified.
const LINES: i64 = 100_000;

/// Turns the triggers that write the trail off or on, and no other.
const TRIGGERS: &str = "select string_agg(format('alter table %s %s trigger %I', g.tgrelid::regclass, $1::text, g.tgname), '; ') \
    from pg_trigger g join pg_proc p on p.oid = g.tgfoid where p.proname in ('audit_row', 'audit_tenant', 'audit_realm_row')";

/// Lines like those of orders, of one shop.
const FILL: &str = "insert into audit.entry (tenant_id, actor, request_id, ip, action, table_name, row_id, before, after) \
    select o.tenant_id, 'guest', 'bench-' || n, '127.0.0.1', 'update', 'sales_order', o.id::text, to_jsonb(o), to_jsonb(o) \
    from (select * from app.sales_order order by id limit 1) o, generate_series(1, $1::bigint) n";

pub async fn run(stand: &mut Stand, effort: Effort) -> Result<Vec<Row>> {
    let mut rows = vec![triggers(stand, effort).await?];
    rows.extend(chain(stand).await?);
    Ok(rows)
}

/// Loads without and with triggers in turns, so that whatever else changes meets both.
async fn triggers(stand: &mut Stand, effort: Effort) -> Result<Row> {
    let (mut without, mut with) = (0.0, 0.0);
    for audited in [false, true, true, false] {
        switch(stand, if audited { "enable" } else { "disable" }).await?;
        let rate = checkouts(stand, effort).await;
        switch(stand, "enable").await?;
        if audited { with += rate? / 2.0 } else { without += rate? / 2.0 }
    }
    let cost = 100.0 * (1.0 - with / f64::max(without, 1.0));
    let row = Row::new("checkouts lost to audit triggers", cost, Unit::Percent).limit(Limit::Below(15.0));
    Ok(row.detail(format!("{with:.0}/s with, {without:.0}/s without them; two turns each")))
}

async fn switch(stand: &Stand, how: &str) -> Result<()> {
    let client = &stand.database.client;
    let statements: String = client.query_one(TRIGGERS, &[&how]).await?.try_get(0)?;
    Ok(client.batch_execute(&statements).await?)
}

/// Checkouts a second, of carts that nobody else has.
async fn checkouts(stand: &mut Stand, effort: Effort) -> Result<f64> {
    let first = stand.database.number("select coalesce(max(n) + 1, 0) from bench.call").await?;
    let seconds = i32::try_from(effort.time.as_secs())?;
    let carts = stand.database.prepare_carts(first, CARTS_PER_SECOND * (seconds + 1)).await?;
    let cashier = Cashier { carts: carts.into(), turn: Arc::default() };
    let samples = load::closed(stand.host.address, effort.plan(), |_| cashier.clone()).await?;
    stand.placed += samples.tallied(PLACED);
    ensure!(samples.faults() == 0, "checkouts failed: {}", samples.worst_fault());
    Ok(samples.rate(CHECKOUT))
}

/// Seals what there is and [`LINES`] more, as the job does, then verifies all of it.
async fn chain(stand: &Stand) -> Result<Vec<Row>> {
    let database = &stand.database;
    seal(stand).await?;
    database.client.execute(FILL, &[&LINES]).await?;
    let (lines, took) = seal(stand).await?;
    ensure!(lines >= LINES, "{lines} lines were sealed");
    let rate = Row::new("lines of the trail sealed", lines as f64 / took.as_secs_f64(), Unit::PerSecond);
    let mut client = connect(&database.url).await?;
    let start = Instant::now();
    let verdicts = verify(&mut client, &Wanted::default()).await?;
    let took = start.elapsed().as_secs_f64();
    let sealed: i64 = verdicts.iter().map(|verdict| verdict.sealed).sum();
    let faults: usize = verdicts.iter().map(|verdict| verdict.faults.len()).sum();
    let each = Row::new("100,000 lines of the trail verified", took * LINES as f64 / sealed as f64, Unit::Seconds);
    let whole = Row::new("faults in the trail", faults as f64, Unit::Count).limit(Limit::Exactly(0.0));
    Ok(vec![rate, each.limit(Limit::Below(5.0)).detail(format!("{sealed} lines in {took:.2} s")), whole])
}

async fn seal(stand: &Stand) -> Result<(i64, Duration)> {
    let (start, mut sealed) = (Instant::now(), 0);
    loop {
        let job = "select (api.jobs_seal_audit('{\"actor\": \"job\"}', '{\"limit\": 2000}') ->> 'done')::bigint";
        match stand.database.number(job).await? {
            0 => return Ok((sealed, start.elapsed())),
            done => sealed += done,
        }
    }
}

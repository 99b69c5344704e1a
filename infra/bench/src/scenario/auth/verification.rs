//! What it costs to verify an access token: the same request with tokens never seen, and with one that an instance remembers.

use std::collections::BTreeSet;
use std::time::Instant;

use anyhow::{Result, ensure};

use super::samples;
use crate::customer::{Customer, me_request};
use crate::load::{REQUEST, Samples};
use crate::processors::Meter;
use crate::report::{Limit, Row, Unit};
use crate::shopper::expect;
use crate::stand::Stand;

/// Tokens of one session; processor time is counted in hundredths of a second, so it takes many.
pub const TOKENS: usize = 1_000;

pub async fn run(stand: &Stand, customer: &Customer, tokens: &[String]) -> Result<Row> {
    let distinct: BTreeSet<_> = tokens.iter().collect();
    ensure!(distinct.len() == tokens.len(), "{} different tokens of {}", distinct.len(), tokens.len());
    let newest = tokens.last().into_iter().cycle().take(tokens.len());
    // The remembered token first: whatever else gets warm is warm for both.
    let (cached, cached_cost) = ask(stand, customer, newest).await?;
    let (unseen, unseen_cost) = ask(stand, customer, tokens.iter()).await?;
    let median = |samples: &Samples| samples.step(REQUEST).quantile_ms(0.5);
    let detail = format!(
        "processor time of me: {unseen_cost:.0} µs with a new token, {cached_cost:.0} µs with a known one; medians {:.2} and {:.2} ms",
        median(&unseen),
        median(&cached)
    );
    let row = Row::new("token verification", (unseen_cost - cached_cost) / 1e3, Unit::Milliseconds);
    Ok(row.limit(Limit::Below(0.2)).detail(detail))
}

/// Latencies of `me` with these tokens, and the microseconds of processor time that each cost the host.
async fn ask(stand: &Stand, customer: &Customer, tokens: impl Iterator<Item = &String>) -> Result<(Samples, f64)> {
    let requests: Vec<_> = tokens.map(|token| me_request(&customer.slug, token)).collect();
    let mut connection = customer.connection(stand.host.address);
    let (mut samples, meter) = (samples(), Meter::start(Some(stand.host.pid)));
    for request in &requests {
        let start = Instant::now();
        expect(&connection.exchange(request).await?, 200, "GET /me")?;
        samples.record(REQUEST, start);
    }
    let cost = meter.microseconds_each(requests.len() as u64);
    Ok((samples, cost))
}

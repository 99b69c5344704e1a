//! What staff do to their shop: settings, members, roles, the trail.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use super::quantile_row;
use crate::load::{Connection, REQUEST, Samples};
use crate::owner::Owner;
use crate::report::{Limit, Row};
use crate::shopper::expect;
use crate::stand::Stand;

/// No load of this group lasts as long.
const FOREVER: Duration = Duration::from_secs(600);

/// Requests of each kind, one after another.
const REQUESTS: usize = 200;

pub async fn run(stand: &Stand) -> Result<Vec<Row>> {
    let owner = Owner::sign_in(stand, &stand.a_shop()).await.context("an owner")?;
    let mut connection = Connection::new(stand.host.address);
    let mut rows = Vec::new();
    for (name, path) in [
        ("tenants/me, p95", ""),
        ("members, p95", "/members"),
        ("roles, p95", "/roles"),
        ("trail, p95", "/audit?table=tenant"),
    ] {
        let bytes = owner.request("GET", path, "");
        let samples = repeat(&mut connection, |_| bytes.clone()).await?;
        rows.push(quantile_row(name, &samples, REQUEST, 0.95).limit(Limit::Below(25.0)));
    }
    let zones = ["Asia/Dubai", "Asia/Riyadh"];
    let change = |n: usize| {
        let zone = zones.get(n % 2).copied().unwrap_or_default();
        owner.request("PATCH", "", &format!(r#"{{"timezone":"{zone}"}}"#))
    };
    let samples = repeat(&mut connection, change).await?;
    rows.push(quantile_row("change of settings, p95", &samples, REQUEST, 0.95).limit(Limit::Below(50.0)));
    Ok(rows)
}

async fn repeat(connection: &mut Connection, bytes: impl Fn(usize) -> Vec<u8>) -> Result<Samples> {
    let now = Instant::now();
    let mut samples = Samples::new(now, now + FOREVER);
    for n in 0..REQUESTS {
        let bytes = bytes(n);
        let start = Instant::now();
        expect(&connection.exchange(&bytes).await?, 200, "a request of staff")?;
        samples.record(REQUEST, start);
    }
    Ok(samples)
}

//! Memory before any load, and in the middle of one.

use std::time::Duration;

use anyhow::Result;

use super::Effort;
use crate::load::{self, Plan, Repeat};
use crate::report::{Row, Unit};
use crate::shopper::{PLACED, Shopper};
use crate::stand::{Stand, get};

pub async fn run(stand: &mut Stand, effort: Effort) -> Result<Vec<Row>> {
    let plan = Plan::new(effort.connections, Duration::from_secs(2));
    let shopper = Shopper::new(&stand.variants);
    let list = get(&stand.a_shop(), "/api/v1/storefront/products");
    let (bought, browsed, busy) = tokio::join!(
        load::closed(stand.host.address, plan, |_| shopper.clone()),
        load::closed(stand.host.address, plan, |_| Repeat::new(&list, 200)),
        async {
            tokio::time::sleep(Duration::from_secs(2)).await;
            stand.memory().await
        },
    );
    let (bought, busy, _) = (bought?, busy?, browsed?);
    let idle = stand.idle;
    stand.placed += bought.tallied(PLACED);
    let names = ["host", "sandbox gateway", "PostgreSQL"];
    let rows = names.iter().zip(idle.iter().zip(&busy)).map(|(name, (idle, busy))| {
        let detail = format!(
            "{:.0} MiB before any load; resident {} MiB, {} MiB before",
            idle.mib(),
            busy.rss_kib / 1024,
            idle.rss_kib / 1024
        );
        Row::new(format!("memory under load, {name}"), busy.mib(), Unit::Mebibytes).detail(detail)
    });
    Ok(rows.collect())
}

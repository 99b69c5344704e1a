//! The first answer of an instance: every request gets a new one.

use anyhow::Result;

use super::{Effort, quantile_row};
use crate::load::{self, Plan, REQUEST, Repeat};
use crate::report::{Limit, Row};
use crate::stand::{Service, Stand, get};

/// An instance serves one request and is gone.
const SETTINGS: &str = "[instances]\nreuse_max = 1\nconcurrent_reuse_max = 1\n";

const LIMIT: Limit = Limit::Below(5.0);

pub async fn run(stand: &Stand, effort: Effort) -> Result<Vec<Row>> {
    let hello = stand.hello_host("cold-hello", Some(SETTINGS)).await?;
    let mut rows = vec![measure(&hello, effort, "cold instance, hello-world, p99", "hello", "/hello").await?];
    hello.stop().await?;
    let host = stand.another_host("cold", Some(SETTINGS)).await?;
    let shop = stand.a_shop();
    rows.push(measure(&host, effort, "cold instance, system, p99", &shop, "/health").await?);
    let list = "/api/v1/storefront/products";
    rows.push(measure(&host, effort, "cold instance, storefront list, p99", &shop, list).await?);
    host.stop().await?;
    Ok(rows)
}

/// One request after another: the latency is that of the instance, not of a queue.
async fn measure(host: &Service, effort: Effort, name: &str, shop: &str, path: &str) -> Result<Row> {
    let plan = Plan::new(1, effort.time / 2);
    let samples = load::closed(host.address, plan, |_| Repeat::new(&get(shop, path), 200)).await?;
    Ok(quantile_row(name, &samples, REQUEST, 0.99).limit(LIMIT))
}

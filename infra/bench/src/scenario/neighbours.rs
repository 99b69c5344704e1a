//! What a shop feels of others: of one that asks far more than its share, and of 10,000 that are there.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::{Effort, quantile_row};
use crate::load::{self, Answer, Connection, Plan, REQUEST, Repeat, Samples, Work};
use crate::owner::Owner;
use crate::report::{Limit, Row, Unit};
use crate::shopper::expect;
use crate::stand::{Stand, get};

/// Requests in a second of the shop that is looked at: what it needs, and no more.
const QUIET_RATE: f64 = 100.0;

/// Requests in a minute that the other shop's program may make, and how often that it tries.
const SHARE_PER_MINUTE: f64 = 600.0;
const TIMES: f64 = 20.0;

/// Connections of either.
const CONNECTIONS: usize = 8;

/// Shops before and after.
const FEW: u32 = 10;
const MANY: u32 = 10_000;

/// Every list is asked for in words of its own, so that no cache knows it.
static SEARCHES: AtomicU64 = AtomicU64::new(0);

pub async fn run(stand: &Stand, effort: Effort) -> Result<Vec<Row>> {
    let quiet = stand.a_shop();
    let other = stand.variants.iter().map(|variant| variant.slug.as_str()).find(|slug| *slug != quiet);
    let other = other.context("one shop alone")?.to_owned();
    let mut rows = beside_a_noisy_one(stand, effort, &quiet, &other).await?;
    rows.extend(beside_many(stand, effort, &quiet).await?);
    Ok(rows)
}

/// p95 of one shop's lists and orders of its owner's, while another's program asks twenty times as often as it may.
async fn beside_a_noisy_one(stand: &Stand, effort: Effort, quiet: &str, other: &str) -> Result<Vec<Row>> {
    let owner = Owner::sign_in(stand, other).await.context("the other shop's owner")?;
    let mut connection = Connection::new(stand.host.address);
    let program = format!(r#"{{"name":"Noise","scopes":["members.view"],"rate_per_minute":{SHARE_PER_MINUTE}}}"#);
    let answer = connection.exchange(&owner.request("POST", "/integrations", &program)).await?;
    expect(&answer, 201, "POST /integrations")?;
    let id = text(&answer, "/data/id").context("an integration without id")?;
    let answer = connection.exchange(&owner.request("POST", &format!("/integrations/{id}/keys"), "{}")).await?;
    expect(&answer, 201, "POST /keys")?;
    let key = text(&answer, "/data/token").context("a key without token")?;

    let plan = Plan::new(CONNECTIONS, effort.time);
    let alone = lists(stand, plan, quiet).await?;
    let noise = format!(
        "GET /api/v1/tenants/me/members HTTP/1.1\r\nhost: {other}.localhost\r\nauthorization: Bearer {key}\r\n\r\n"
    );
    let noise: Arc<[u8]> = noise.into_bytes().into();
    let rate = TIMES * SHARE_PER_MINUTE / 60.0;
    let noisy = load::open(stand.host.address, rate, plan, |_| Insist { request: Arc::clone(&noise) });
    let (beside, noisy) = tokio::join!(lists(stand, plan, quiet), noisy);
    let (beside, noisy) = (beside?, noisy?);
    ensure!(noisy.tallied(REFUSED) > 0, "the other shop was never refused: {}", noisy.worst_fault());
    let detail = format!("{} of its requests answered, {} refused", noisy.tallied(REQUEST), noisy.tallied(REFUSED));
    let row = quantile_row("cold lists beside a noisy shop, p95", &beside, REQUEST, 0.95);
    Ok(vec![
        quantile_row("cold lists of a shop alone, p95", &alone, REQUEST, 0.95),
        row.faults(noisy.faults() + beside.faults(), &format!("{} {}", beside.worst_fault(), noisy.worst_fault())),
        ratio("beside a noisy shop / alone", &beside, &alone).limit(Limit::AtMost(150.0)).detail(detail),
    ])
}

/// A text in the JSON of an answer.
fn text(answer: &Answer<'_>, pointer: &str) -> Option<String> {
    let body: Value = serde_json::from_slice(answer.body).ok()?;
    body.pointer(pointer)?.as_str().map(str::to_owned)
}

/// p95 with ten shops and with 10,000.
async fn beside_many(stand: &Stand, effort: Effort, shop: &str) -> Result<Vec<Row>> {
    let owner = Owner::sign_in(stand, shop).await.context("an owner")?;
    let me = owner.request("GET", "", "");
    let plan = Plan::new(CONNECTIONS, effort.time);
    let measure = async || -> Result<[Samples; 2]> {
        let settings = load::open(stand.host.address, QUIET_RATE, plan, |_| Repeat::new(&me, 200)).await?;
        Ok([lists(stand, plan, shop).await?, settings])
    };
    populate(stand, FEW).await?;
    let few = measure().await?;
    populate(stand, MANY).await?;
    let many = measure().await?;
    let mut rows = Vec::new();
    for (name, few, many) in [("cold lists", &few[0], &many[0]), ("tenants/me", &few[1], &many[1])] {
        rows.push(quantile_row(format!("{name} among {FEW} shops, p95"), few, REQUEST, 0.95));
        rows.push(quantile_row(format!("{name} among {MANY} shops, p95"), many, REQUEST, 0.95));
        rows.push(ratio(&format!("{name}, {MANY} / {FEW} shops"), many, few).limit(Limit::AtMost(120.0)));
    }
    Ok(rows)
}

/// So many shops in all.
async fn populate(stand: &Stand, count: u32) -> Result<()> {
    let sql = include_str!("neighbours.sql").replace("$COUNT", &count.to_string());
    stand.database.client.batch_execute(&sql).await.context("cannot make shops")?;
    Ok(stand.database.client.batch_execute("vacuum analyze").await?)
}

async fn lists(stand: &Stand, plan: Plan, shop: &str) -> Result<Samples> {
    load::open(stand.host.address, QUIET_RATE, plan, |_| Browse { shop: shop.to_owned() }).await
}

fn ratio(name: &str, value: &Samples, base: &Samples) -> Row {
    let p95 = |samples: &Samples| samples.step(REQUEST).quantile_ms(0.95);
    Row::new(name, 100.0 * p95(value) / p95(base).max(0.001), Unit::Percent)
}

/// Reads lists that nobody has asked for before.
struct Browse {
    shop: String,
}

impl Work for Browse {
    async fn once(
        &mut self,
        due: Instant,
        connection: &mut Connection,
        samples: &mut Samples,
    ) -> Result<ControlFlow<()>> {
        let price = 1_000_000_000 + SEARCHES.fetch_add(1, Relaxed);
        let path = format!("/api/v1/storefront/products?max_price={price}");
        expect(&connection.exchange(&get(&self.shop, &path)).await?, 200, "GET /products")?;
        samples.tally(REQUEST);
        samples.record(REQUEST, due);
        Ok(ControlFlow::Continue(()))
    }
}

/// Tally: requests that were refused for being too many.
const REFUSED: &str = "refused";

/// Asks on, whether it is answered or refused.
struct Insist {
    request: Arc<[u8]>,
}

impl Work for Insist {
    async fn once(
        &mut self,
        _: Instant,
        connection: &mut Connection,
        samples: &mut Samples,
    ) -> Result<ControlFlow<()>> {
        let answer = connection.exchange(&self.request).await?;
        match answer.status {
            200 => samples.tally(REQUEST),
            429 => samples.tally(REFUSED),
            status => samples.fault(format!("{status} {}", answer.text())),
        }
        Ok(ControlFlow::Continue(()))
    }
}

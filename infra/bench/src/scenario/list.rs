//! The product list, beside a bare server with the same bytes and a hello-world component on the same host.

use std::fs;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Instant;

use anyhow::{Context, Result};

use super::{Effort, cost, quantile_row, rate_row};
use crate::load::{self, Connection, REQUEST, Repeat, Samples, Work};
use crate::processors::Meter;
use crate::report::{Limit, Row, Unit};
use crate::shopper::expect;
use crate::stand::{HostCalls, Service, Stand, get, server};

/// The list as the design measures it: 20 products, the default.
const LIST: &str = "/api/v1/storefront/products";

/// Highest price that can be asked for (minor units); every number just below it asks for the same list in other words.
const MAX_PRICE: u64 = 100_000_000_000;

pub async fn run(stand: &Stand, effort: Effort) -> Result<Vec<Row>> {
    let shop = stand.a_shop();
    let mut connection = Connection::new(stand.host.address);
    let body = {
        let answer = connection.exchange(&get(&shop, LIST)).await?;
        expect(&answer, 200, "GET /products")?;
        answer.body.to_vec()
    };
    let size = format!("{:.1} kB", body.len() as f64 / 1e3);

    let bare = bare_server(stand, &body).await?;
    let (peer, peer_cost) = repeat(&bare, effort, &get("bare", "/")).await?;
    bare.stop().await?;

    let hello_host = stand.hello_host("hello", None).await?;
    let (hello, hello_cost) = repeat(&hello_host, effort, &get("hello", "/hello")).await?;
    hello_host.stop().await?;

    let before = HostCalls::read(stand.metrics).await?;
    let (warm, warm_cost) = repeat(&stand.host, effort, &get(&shop, LIST)).await?;
    let warm_calls = HostCalls::read(stand.metrics).await?.since(before);

    let searches = Arc::new(AtomicU64::new(0));
    let before = HostCalls::read(stand.metrics).await?;
    let (host, postgres) = (Meter::start(Some(stand.host.pid)), Meter::start(stand.database.server_pid().await?));
    let cold = load::closed(stand.host.address, effort.plan(), |_| Browser {
        shop: shop.clone(),
        searches: Arc::clone(&searches),
    });
    let cold = cold.await?;
    let cold_calls = HostCalls::read(stand.metrics).await?.since(before);
    let asked = searches.load(Relaxed).max(1);
    let [host, postgres] = [host, postgres].map(|meter| meter.microseconds_each(asked));
    let cold_detail =
        format!("{}; processor time each: host {host:.0} µs, PostgreSQL {postgres:.0} µs", cold.quantiles(REQUEST));
    let detail = |samples: &Samples, cost: &str| format!("{}; {cost}", samples.quantiles(REQUEST));

    let share = 100.0 * warm.rate(REQUEST) / hello.rate(REQUEST).max(1.0);
    let warm_detail = format!(
        "{}; {warm_cost}; {} statements and {} key-value reads in all",
        warm.quantiles(REQUEST),
        warm_calls.statements,
        warm_calls.kv_gets
    );
    Ok(vec![
        rate_row(format!("bare axum server, {size}"), &peer, REQUEST).detail(detail(&peer, &peer_cost)),
        rate_row("hello-world component", &hello, REQUEST)
            .limit(Limit::AtLeast(45_000.0))
            .detail(detail(&hello, &hello_cost)),
        rate_row(format!("product list, warm, {size}"), &warm, REQUEST)
            .limit(Limit::AtLeast(25_000.0))
            .detail(warm_detail),
        Row::new("product list, warm / hello-world", share, Unit::Percent).limit(Limit::AtLeast(60.0)),
        rate_row("product list, cold", &cold, REQUEST).detail(cold_detail),
        quantile_row("product list, cold, p95", &cold, REQUEST, 0.95),
        Row::new(
            "product list, cold, statements / 1,000",
            1e3 * cold_calls.statements as f64 / asked as f64,
            Unit::Count,
        )
        .limit(Limit::AtMost(1_000.0)),
    ])
}

/// The same request over and over, and what each cost the server.
async fn repeat(server: &Service, effort: Effort, request: &[u8]) -> Result<(Samples, String)> {
    let meter = Meter::start(Some(server.pid));
    let samples = load::closed(server.address, effort.plan(), |_| Repeat::new(request, 200)).await?;
    let cost = cost(&meter, samples.tallied(REQUEST));
    Ok((samples, cost))
}

/// The bare server in a process of its own, as every other server here.
async fn bare_server(stand: &Stand, body: &[u8]) -> Result<Service> {
    let file = stand.place.scratch.join("list.json");
    fs::write(&file, body).with_context(|| format!("cannot write {}", file.display()))?;
    let mut command = server(&std::env::current_exe().context("this program does not know where it is")?);
    command.arg("--serve-bare").arg(file);
    Service::start(command, &stand.place.log("bare")).await
}

/// Asks for the same list in words that nobody has used before.
struct Browser {
    shop: String,
    searches: Arc<AtomicU64>,
}

impl Work for Browser {
    async fn once(
        &mut self,
        due: Instant,
        connection: &mut Connection,
        samples: &mut Samples,
    ) -> Result<ControlFlow<()>> {
        let price = MAX_PRICE - self.searches.fetch_add(1, Relaxed);
        let answer = connection.exchange(&get(&self.shop, &format!("{LIST}?max_price={price}"))).await?;
        expect(&answer, 200, "GET /products")?;
        samples.record(REQUEST, due);
        Ok(ControlFlow::Continue(()))
    }
}

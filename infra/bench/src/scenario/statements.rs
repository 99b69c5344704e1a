//! Statements by request, as the host counts them, beside the budgets of design §3.

use anyhow::{Context, Result};

use super::webhook::{deliver_request, pay};
use crate::load::{Connection, Samples};
use crate::report::{Limit, Row, Unit};
use crate::shopper::{check_out, expect, post};
use crate::stand::{Cart, HostCalls, Stand, get};

/// Counts the host calls of what is done in between.
struct Counter<'a> {
    stand: &'a Stand,
    rows: Vec<Row>,
}

impl Counter<'_> {
    async fn before(&self) -> Result<HostCalls> {
        HostCalls::read(self.stand.metrics).await
    }

    async fn after(&mut self, name: &str, budget: f64, before: HostCalls) -> Result<()> {
        let calls = HostCalls::read(self.stand.metrics).await?.since(before);
        let row = Row::new(format!("statements: {name}"), calls.statements as f64, Unit::Count);
        let detail = format!("{} outbound requests, {} key-value reads", calls.http_sends, calls.kv_gets);
        self.rows.push(row.limit(Limit::AtMost(budget)).detail(detail));
        Ok(())
    }
}

pub async fn run(stand: &mut Stand) -> Result<Vec<Row>> {
    let mut placed = 0;
    let rows = count(stand, &mut placed).await;
    stand.placed += placed;
    rows
}

async fn count(stand: &Stand, placed: &mut u64) -> Result<Vec<Row>> {
    let mut counter = Counter { stand, rows: Vec::new() };
    let mut connection = Connection::new(stand.host.address);
    let variant = stand.variants.first().context("no variants")?;
    // The tenant is known and fresh in the instance's cache; what is counted is the route's own.
    let shop = get(&variant.slug, "/api/v1/storefront/shop");
    expect(&connection.exchange(&shop).await?, 200, "GET /shop")?;

    let list = get(&variant.slug, "/api/v1/storefront/products?limit=20&min_price=1");
    for (name, budget) in [("product list, cold", 1.0), ("product list, warm", 0.0)] {
        let before = counter.before().await?;
        expect(&connection.exchange(&list).await?, 200, "GET /products")?;
        counter.after(name, budget, before).await?;
    }

    let before = counter.before().await?;
    let answer = connection.exchange(&post(&variant.slug, "/api/v1/storefront/carts", "", None)).await?;
    expect(&answer, 201, "POST /carts")?;
    let id = answer.quoted_after("\"id\":\"crt_").context("a cart without id")?;
    let cart = Cart { slug: variant.slug.clone(), public_id: format!("crt_{id}") };
    counter.after("new cart", 1.0, before).await?;

    let before = counter.before().await?;
    let path = format!("/api/v1/storefront/carts/{}/items", cart.public_id);
    let body = format!(r#"{{"variant_id":"{}","quantity":1}}"#, variant.public_id);
    expect(&connection.exchange(&post(&cart.slug, &path, &body, None)).await?, 200, "POST /carts/{id}/items")?;
    counter.after("cart change", 1.0, before).await?;

    let before = counter.before().await?;
    let now = std::time::Instant::now();
    let page = check_out(&mut connection, &cart, &mut Samples::new(now, now)).await?;
    *placed += 1;
    counter.after("checkout", 3.0, before).await?;

    stand.recorder.take();
    pay(stand, &[page.rsplit('/').next().unwrap_or_default().to_owned()]).await?;
    let webhook = stand.recorder.take().into_iter().next().context("the gateway sent no webhook")?;
    let before = counter.before().await?;
    expect(&connection.exchange(&deliver_request(&webhook)).await?, 200, "POST /webhooks")?;
    counter.after("payment webhook", 2.0, before).await?;
    Ok(counter.rows)
}

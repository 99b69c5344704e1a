//! Settlement: real webhooks of the sandbox gateway, delivered as fast as the application takes them.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use super::{Effort, rate_row};
use crate::load::{self, Connection, Plan, REQUEST, Samples, Work};
use crate::report::{Limit, Row, Unit};
use crate::shopper::{PLACED, Shopper, expect, post};
use crate::stand::{Stand, Webhook};

/// Payments for each second of load; more than can be settled in it.
const PER_SECOND: u64 = 500;

/// How long the gateway may take to send what it owes.
const PATIENCE: Duration = Duration::from_secs(30);

pub async fn run(stand: &mut Stand, effort: Effort) -> Result<Vec<Row>> {
    let wanted = (effort.time.as_secs() * PER_SECOND).max(1);
    let mut shopper = Shopper::new(&stand.variants);
    shopper.journeys_max = wanted;
    let plan = Plan::cold(effort.connections, Duration::from_secs(600));
    let bought = load::closed(stand.host.address, plan, |_| shopper.clone()).await?;
    stand.placed += bought.tallied(PLACED);
    let invoices = std::mem::take(&mut *shopper.invoices.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
    stand.recorder.take();
    pay(stand, &invoices).await?;
    let webhooks: Arc<[Webhook]> = stand.recorder.take().into();

    stand.database.settle().await?;
    let paid = "select count(*) from app.sales_order where status = 'paid'";
    let before = stand.database.number(paid).await?;
    let turn = Arc::new(AtomicU64::new(0));
    let make = |_| Courier { webhooks: Arc::clone(&webhooks), turn: Arc::clone(&turn) };
    let settled = load::closed(stand.host.address, plan, make).await?;
    let paid = stand.database.number(paid).await? - before;
    Ok(vec![
        rate_row("webhook settlements", &settled, REQUEST),
        Row::new("webhooks that settled an order", paid as f64, Unit::Count)
            .limit(Limit::Exactly(invoices.len() as f64))
            .detail(format!("{} orders placed before", bought.tallied(PLACED))),
    ])
}

/// Pays invoices at the gateway, and waits for all their webhooks.
///
/// # Errors
/// When the gateway refuses, or a webhook does not come.
pub async fn pay(stand: &Stand, invoices: &[String]) -> Result<()> {
    let mut connection = Connection::new(stand.sandbox.address);
    for invoice in invoices {
        let request = post("gateway", &format!("/_sandbox/invoices/{invoice}/pay"), "", None);
        expect(&connection.exchange(&request).await?, 200, "paying an invoice")?;
    }
    let start = Instant::now();
    while stand.recorder.count() < invoices.len() {
        ensure!(start.elapsed() < PATIENCE, "{} webhooks of {}", stand.recorder.count(), invoices.len());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    Ok(())
}

/// The bytes that deliver a webhook to the application.
pub fn deliver_request(webhook: &Webhook) -> Vec<u8> {
    post("gateway", &webhook.path, &String::from_utf8_lossy(&webhook.body), None)
}

/// Delivers webhooks, each once.
struct Courier {
    webhooks: Arc<[Webhook]>,
    turn: Arc<AtomicU64>,
}

impl Work for Courier {
    async fn once(
        &mut self,
        due: Instant,
        connection: &mut Connection,
        samples: &mut Samples,
    ) -> Result<ControlFlow<()>> {
        let turn = usize::try_from(self.turn.fetch_add(1, Relaxed))?;
        let Some(webhook) = self.webhooks.get(turn) else { return Ok(ControlFlow::Break(())) };
        expect(&connection.exchange(&deliver_request(webhook)).await?, 200, "POST /webhooks")?;
        samples.record(REQUEST, due);
        Ok(ControlFlow::Continue(()))
    }
}

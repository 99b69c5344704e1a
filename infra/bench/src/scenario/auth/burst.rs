//! Everybody signs in at once, while others look at products.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Instant;

use anyhow::Result;

use super::{FOREVER, samples, sign_in};
use crate::customer::Customer;
use crate::load::{self, Connection, Plan, REQUEST, Samples, Work};
use crate::report::{Limit, Row, Unit};
use crate::scenario::quantile_row;
use crate::shopper::expect;
use crate::stand::{Stand, get};

/// Product lists asked for in a second meanwhile, due whether or not the last one has come.
const LISTS_PER_SECOND: f64 = 100.0;

/// Enough that a slow answer keeps none of the others from being asked for.
const BROWSERS: usize = 64;

/// Step: a product list from when it was asked for, not from when it was due.
const ASKED: &str = "asked";

pub async fn run(stand: &Stand, customers: &[Customer]) -> Result<Vec<Row>> {
    let over = Arc::new(AtomicBool::new(false));
    let list: Arc<[u8]> = get(&stand.a_shop(), "/api/v1/storefront/products").into();
    let plan = Plan::cold(BROWSERS, FOREVER);
    let browse =
        load::open(stand.host.address, LISTS_PER_SECOND, plan, |_| Browser { list: list.clone(), over: over.clone() });
    let start = Instant::now();
    let all_sign_in = async {
        let logins = at_once(stand, customers).await;
        over.store(true, Relaxed);
        logins.map(|logins| (logins, start.elapsed()))
    };
    let (browsed, logins) = tokio::join!(browse, all_sign_in);
    let (browsed, (logins, took)) = (browsed?, logins?);
    let wanted = customers.len();
    Ok(vec![
        Row::new(format!("{wanted} logins at once: succeeded"), logins.step(REQUEST).count() as f64, Unit::Count)
            .limit(Limit::Exactly(wanted as f64))
            .detail(format!("{:.2} s in all; {}", took.as_secs_f64(), logins.quantiles(REQUEST)))
            .faults(logins.faults(), &logins.worst_fault()),
        quantile_row("product list meanwhile, p95", &browsed, REQUEST, 0.95)
            .limit(Limit::Below(100.0))
            .detail(format!("{}; since it was sent: {}", browsed.quantiles(REQUEST), browsed.quantiles(ASKED)))
            .faults(browsed.faults(), &browsed.worst_fault()),
    ])
}

async fn at_once(stand: &Stand, customers: &[Customer]) -> Result<Samples> {
    let mut ready = Vec::new();
    for customer in customers {
        let mut connection = customer.connection(stand.host.address);
        connection.open().await?;
        ready.push((connection, customer.clone()));
    }
    let people = ready.into_iter().map(|(mut connection, customer)| {
        tokio::spawn(async move {
            let mut samples = samples();
            let start = Instant::now();
            match sign_in(&customer, &mut connection).await {
                Ok(_) => samples.record(REQUEST, start),
                Err(error) => samples.fault(format!("{error:#}")),
            }
            samples
        })
    });
    let people: Vec<_> = people.collect();
    let mut all = samples();
    for person in people {
        all.merge(&person.await?);
    }
    Ok(all)
}

/// Asks for the product list until the logins are over.
struct Browser {
    list: Arc<[u8]>,
    over: Arc<AtomicBool>,
}

impl Work for Browser {
    async fn once(
        &mut self,
        due: Instant,
        connection: &mut Connection,
        samples: &mut Samples,
    ) -> Result<ControlFlow<()>> {
        if self.over.load(Relaxed) {
            return Ok(ControlFlow::Break(()));
        }
        let asked = Instant::now();
        expect(&connection.exchange(&self.list).await?, 200, "GET /products")?;
        samples.record(REQUEST, due);
        samples.record(ASKED, asked);
        Ok(ControlFlow::Continue(()))
    }
}

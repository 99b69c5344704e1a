//! More shoppers than units, all at once.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use tokio::sync::Barrier;

use crate::load::Connection;
use crate::report::{Limit, Row, Unit};
use crate::shopper::{checkout_request, fill_cart};
use crate::stand::Stand;

const SHOPPERS: usize = 200;
const UNITS: i32 = 100;

/// What a shopper was told.
enum Told {
    Sold(Duration),
    SoldOut,
    Other(String),
}

pub async fn run(stand: &mut Stand) -> Result<Vec<Row>> {
    let variant = stand.database.hot_variant(UNITS).await?.context("no variants")?;
    let mut ready = Vec::new();
    for _ in 0..SHOPPERS {
        let mut connection = Connection::new(stand.host.address);
        let cart = fill_cart(&mut connection, &variant).await?;
        ready.push((connection, checkout_request(&cart)));
    }
    let barrier = Arc::new(Barrier::new(SHOPPERS));
    let shoppers: Vec<_> = ready
        .into_iter()
        .map(|(connection, request)| tokio::spawn(buy(connection, request, Arc::clone(&barrier))))
        .collect();
    let (mut sold, mut sold_out, mut others, mut slowest) = (0_u64, 0_u64, Vec::new(), Duration::ZERO);
    for shopper in shoppers {
        match shopper.await? {
            Told::Sold(took) => {
                sold += 1;
                slowest = slowest.max(took);
            }
            Told::SoldOut => sold_out += 1,
            Told::Other(words) => others.push(words),
        }
    }
    stand.placed += sold;
    let units = UNITS as u64;
    let worst = others.first().cloned().unwrap_or_default();
    let count = |name: &str, value: u64| Row::new(name, value as f64, Unit::Count);
    Ok(vec![
        count("hot SKU: sold (200 shoppers, 100 units)", sold)
            .limit(Limit::Exactly(units as f64))
            .detail(format!("slowest {:.0} ms", slowest.as_secs_f64() * 1e3)),
        count("hot SKU: oversold", sold.saturating_sub(units)).limit(Limit::Exactly(0.0)),
        count("hot SKU: told sold out while units were left", units.saturating_sub(sold).min(sold_out))
            .limit(Limit::Exactly(0.0)),
        count("hot SKU: told anything else", others.len() as u64).limit(Limit::Exactly(0.0)).detail(worst),
    ])
}

async fn buy(mut connection: Connection, request: Vec<u8>, barrier: Arc<Barrier>) -> Told {
    barrier.wait().await;
    let start = Instant::now();
    match connection.exchange(&request).await {
        Ok(answer) if answer.status == 201 => Told::Sold(start.elapsed()),
        Ok(answer) if answer.status == 409 && answer.quoted_after("\"code\":\"") == Some("insufficient_stock") => {
            Told::SoldOut
        }
        Ok(answer) => Told::Other(format!("{} {}", answer.status, answer.text())),
        Err(error) => Told::Other(format!("{error:#}")),
    }
}

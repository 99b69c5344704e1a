//! Whether the clock tells who has an account: wrong passwords of known and of unknown people, in turns.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::customer::{Customer, login_request};
use crate::load::Connection;
use crate::report::{Limit, Row, Unit};
use crate::shopper::expect;
use crate::stand::Stand;

/// Sign-ins of each kind.
const SAMPLES: usize = 250;

/// Where the networks of this measurement begin; those before belong to the customers. Every sign-in of somebody comes from
/// another network, so that no wait after failures begins.
const FIRST_NETWORK: usize = 100;

/// `me_ms` is the median of a request with one statement; a failed sign-in has two and the hash.
pub async fn run(stand: &Stand, customers: &[Customer], me_ms: f64) -> Result<Vec<Row>> {
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    for index in 0..SAMPLES {
        let customer = customers.get(index % customers.len().max(1)).context("no customers")?;
        let network = u8::try_from(FIRST_NETWORK + index / customers.len().max(1))?;
        let stranger = format!("nobody-{index}@example.com");
        let mut connection = Connection::from_network(stand.host.address, network);
        connection.open().await?;
        // Whoever comes first in a pair changes, so that neither gains by the order.
        for turn in [index % 2, 1 - index % 2] {
            let (email, times) =
                if turn == 0 { (customer.email.as_str(), &mut known) } else { (stranger.as_str(), &mut unknown) };
            times.push(fail(&mut connection, &customer.slug, email).await?.as_secs_f64() * 1e3);
        }
    }
    known.sort_by(f64::total_cmp);
    unknown.sort_by(f64::total_cmp);
    let (known_p10, unknown_p10) = (at(&known, 10), at(&unknown, 10));
    let (known, unknown) = (at(&known, 50), at(&unknown, 50));
    let hash = (unknown - 2.0 * me_ms).max(f64::MIN_POSITIVE);
    let share = 100.0 * (known - unknown).abs() / hash;
    let detail = format!(
        "medians of {SAMPLES}: {known:.2} ms known, {unknown:.2} ms unknown; 10th percentiles {known_p10:.2} and {unknown_p10:.2} ms; the hash takes about {hash:.1} ms"
    );
    Ok(vec![
        Row::new("known or unknown person, of the hash time", share, Unit::Percent)
            .limit(Limit::Below(2.0))
            .detail(detail),
    ])
}

async fn fail(connection: &mut Connection, slug: &str, email: &str) -> Result<Duration> {
    let bytes = login_request(slug, email, "not the password of anybody", "");
    let start = Instant::now();
    let answer = connection.exchange(&bytes).await?;
    let took = start.elapsed();
    expect(&answer, 401, "POST /login with a wrong password")?;
    Ok(took)
}

/// The value that so many hundredths of the sorted ones do not exceed.
fn at(sorted: &[f64], hundredths: usize) -> f64 {
    sorted.get(sorted.len() * hundredths / 100).copied().unwrap_or_default()
}

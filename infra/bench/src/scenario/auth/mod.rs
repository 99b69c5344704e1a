//! Identity: sign-in, refresh, one's own profile, and what nobody should learn from the clock.

mod burst;
mod timing;
mod verification;

use std::time::Instant;

use anyhow::{Context, Result};

use super::quantile_row;
use crate::customer::{self, Customer, Session};
use crate::load::{Connection, REQUEST, Samples};
use crate::report::{Limit, Row, Unit};
use crate::shopper::expect;
use crate::stand::{HostCalls, Stand};

/// Customers: as many as sign in at once.
const CUSTOMERS: usize = 100;

/// Looks at the profile, one after another.
const LOOKS: usize = 300;

/// No load of this group lasts as long.
const FOREVER: std::time::Duration = std::time::Duration::from_secs(600);

pub async fn run(stand: &Stand) -> Result<Vec<Row>> {
    let customers = customer::make(stand, CUSTOMERS).await.context("making customers")?;
    let customer = customers.first().context("no customers")?;
    let logins = one_after_another(stand, &customers).await;
    let mut rows = vec![quantile_row("login, one at a time, p95", &logins, REQUEST, 0.95).limit(Limit::Below(200.0))];
    rows.extend(burst::run(stand, &customers).await?);
    let mut connection = customer.connection(stand.host.address);
    let mut session = sign_in(customer, &mut connection).await?;
    rows.extend(statements(stand, customer, &mut session).await?);
    let (refreshed, tokens) = refresh(customer, &mut connection, &mut session).await?;
    rows.push(quantile_row("refresh, p95", &refreshed, REQUEST, 0.95).limit(Limit::Below(25.0)));
    let seen = me(customer, &mut connection, &session).await?;
    rows.push(quantile_row("me, p95", &seen, REQUEST, 0.95).limit(Limit::Below(25.0)));
    rows.push(verification::run(stand, customer, &tokens).await?);
    rows.extend(timing::run(stand, &customers, seen.step(REQUEST).quantile_ms(0.5)).await?);
    Ok(rows)
}

/// Samples that take everything from now on.
fn samples() -> Samples {
    let now = Instant::now();
    Samples::new(now, now + FOREVER)
}

async fn sign_in(customer: &Customer, connection: &mut Connection) -> Result<Session> {
    customer::session(&connection.exchange(&customer.login()).await?, "POST /login")
}

/// Every customer signs in from a known device, each when the one before has an answer.
async fn one_after_another(stand: &Stand, customers: &[Customer]) -> Samples {
    let mut samples = samples();
    for customer in customers {
        let mut connection = customer.connection(stand.host.address);
        let start = Instant::now();
        match sign_in(customer, &mut connection).await {
            Ok(_) => samples.record(REQUEST, start),
            Err(error) => samples.fault(format!("{error:#}")),
        }
    }
    samples
}

/// A chain of refreshes; the access tokens that came with it, none of them shown to anybody yet.
async fn refresh(
    customer: &Customer,
    connection: &mut Connection,
    session: &mut Session,
) -> Result<(Samples, Vec<String>)> {
    let (mut samples, mut tokens) = (samples(), Vec::new());
    for _ in 0..verification::TOKENS {
        let bytes = customer::refresh_request(&customer.slug, &session.refresh);
        let start = Instant::now();
        let answer = connection.exchange(&bytes).await?;
        *session = customer::session(&answer, "POST /refresh")?;
        samples.record(REQUEST, start);
        tokens.push(session.access.clone());
    }
    Ok((samples, tokens))
}

async fn me(customer: &Customer, connection: &mut Connection, session: &Session) -> Result<Samples> {
    let bytes = customer::me_request(&customer.slug, &session.access);
    let mut samples = samples();
    for _ in 0..LOOKS {
        let start = Instant::now();
        expect(&connection.exchange(&bytes).await?, 200, "GET /me")?;
        samples.record(REQUEST, start);
    }
    Ok(samples)
}

/// Statements of each route as the host counts them, with the shop known to the instance.
async fn statements(stand: &Stand, customer: &Customer, session: &mut Session) -> Result<Vec<Row>> {
    let mut connection = customer.connection(stand.host.address);
    let refresh = customer::refresh_request(&customer.slug, &session.refresh);
    let me = customer::me_request(&customer.slug, &session.access);
    let mut rows = Vec::new();
    for (name, bytes, budget) in [("login", customer.login(), 2.0), ("me", me, 1.0), ("refresh", refresh, 1.0)] {
        let before = HostCalls::read(stand.metrics).await?;
        let answer = connection.exchange(&bytes).await?;
        expect(&answer, 200, name)?;
        if name == "refresh" {
            *session = customer::session(&answer, "POST /refresh")?;
        }
        let calls = HostCalls::read(stand.metrics).await?.since(before);
        let row = Row::new(format!("statements: {name}"), calls.statements as f64, Unit::Count);
        rows.push(row.limit(Limit::AtMost(budget)).detail(format!("{} key-value reads", calls.kv_gets)));
    }
    Ok(rows)
}

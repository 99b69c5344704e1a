//! What is measured, one file for each group of numbers.

mod audit;
mod auth;
mod checkout;
mod cold;
mod database;
mod hot_sku;
mod list;
mod memory;
mod neighbours;
mod pgbench;
mod start;
mod statements;
mod tenants;
mod trail;
mod webhook;

use std::time::Duration;

use anyhow::Result;
use clap::ValueEnum;

use crate::load::{Plan, Samples};
use crate::processors::Meter;
use crate::report::{Row, Unit};
use crate::stand::Stand;

/// A group of numbers, in the order in which they are measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Scenario {
    /// Process start to first answer
    Start,
    /// First answer of a new instance
    Cold,
    /// Bare server, hello-world component, product list warm and cold
    List,
    /// Statements by request
    Statements,
    /// Guest journeys, checkouts, pgbench
    Checkout,
    /// Sign-in, refresh, profile, tokens
    Auth,
    /// Settings, members, roles, trail
    Tenants,
    /// A shop beside one that asks too much, and beside 10,000 others
    Neighbours,
    /// 200 shoppers, 100 units
    HotSku,
    /// Settled payments
    Webhook,
    /// What audit triggers cost, and how fast the trail is sealed and verified
    Trail,
    /// Memory before and under load
    Memory,
    /// Fresh database, migrated and seeded
    Database,
}

/// How much is measured.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    /// Length of each load.
    pub time: Duration,
    /// Width of each load, where the design does not say otherwise.
    pub connections: usize,
}

impl Effort {
    fn plan(self) -> Plan {
        Plan::new(self.connections, self.time)
    }
}

impl Scenario {
    /// Measures this group.
    ///
    /// # Errors
    /// When the stand fails; failed requests are faults in the rows.
    pub async fn run(self, stand: &mut Stand, effort: Effort) -> Result<Vec<Row>> {
        match self {
            Self::Start => start::run(stand).await,
            Self::Cold => cold::run(stand, effort).await,
            Self::List => list::run(stand, effort).await,
            Self::Statements => statements::run(stand).await,
            Self::Checkout => checkout::run(stand, effort).await,
            Self::Auth => auth::run(stand).await,
            Self::Tenants => tenants::run(stand).await,
            Self::Neighbours => neighbours::run(stand, effort).await,
            Self::HotSku => hot_sku::run(stand).await,
            Self::Webhook => webhook::run(stand, effort).await,
            Self::Trail => trail::run(stand, effort).await,
            Self::Memory => memory::run(stand, effort).await,
            Self::Database => database::run(stand).await,
        }
    }

    /// The name on the command line.
    pub fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }
}

pub use audit::run as audit;

/// What a request cost one server, in words.
fn cost(meter: &Meter, times: u64) -> String {
    format!("{:.0} µs of processor time each", meter.microseconds_each(times))
}

/// A row of how often `step` ends in a second.
fn rate_row(name: impl Into<String>, samples: &Samples, step: &str) -> Row {
    let row = Row::new(name, samples.rate(step), Unit::PerSecond).detail(samples.quantiles(step));
    row.faults(samples.faults(), &samples.worst_fault())
}

/// A row of a quantile of a step, in milliseconds.
fn quantile_row(name: impl Into<String>, samples: &Samples, step: &str, share: f64) -> Row {
    let row = Row::new(name, samples.step(step).quantile_ms(share), Unit::Milliseconds);
    row.detail(samples.quantiles(step)).faults(samples.faults(), &samples.worst_fault())
}

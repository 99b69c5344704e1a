//! A fresh database, as `cargo xtask up` makes it.

use anyhow::Result;

use crate::report::{Limit, Row, Unit};
use crate::stand::{Database, Stand};

pub async fn run(stand: &Stand) -> Result<Vec<Row>> {
    let place = &stand.place;
    let fresh = Database::create(&place.admin, "wasla_bench_fresh", &place.migrations(), &place.secrets).await?;
    let (first, second) = (stand.database.took.as_secs_f64(), fresh.took.as_secs_f64());
    fresh.delete().await?;
    let row = Row::new("fresh database, migrated and seeded", first.max(second), Unit::Seconds);
    Ok(vec![row.limit(Limit::Below(5.0)).detail(format!("the slower of {first:.2} s and {second:.2} s"))])
}

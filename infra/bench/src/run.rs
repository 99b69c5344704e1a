//! One run from the facts of the machine to the books at its end.

use std::fs;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde_json::{Value, json};
use xtask::interrupt::Interrupt;

use crate::Arguments;
use crate::machine;
use crate::processors::Ticks;
use crate::report::{Row, heading};
use crate::scenario::{self, Effort};
use crate::stand::{Place, Stand};

/// Measures what is asked for, and prints it.
///
/// # Errors
/// When the stand cannot be built, or somebody interrupts.
pub async fn run(arguments: &Arguments) -> Result<ExitCode> {
    let mut interrupt = Interrupt::listen()?;
    if let Some(folder) = &arguments.logs {
        fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    }
    let place = Place::find(arguments.programs.as_deref(), arguments.logs.as_deref())?;
    let scratch = place.scratch.clone();
    // Dropped when interrupted, the stand kills its servers.
    let measured = interrupt.or(Box::pin(measure(arguments, place))).await;
    if scratch.exists() {
        fs::remove_dir_all(&scratch).with_context(|| format!("cannot delete {}", scratch.display()))?;
    }
    let (facts, rows) = measured?;
    if let Some(path) = &arguments.json {
        let text = serde_json::to_string_pretty(&document(&facts, &rows))?;
        fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    let missed = rows.iter().filter(|row| row.is_missed()).count();
    println!("\n{} of {} rows miss their limit", missed, rows.len());
    Ok(if arguments.strict && missed > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Beyond this share of the processors, others disturb what is measured.
const OTHERS_PERCENT_MAX: f64 = 3.0;

type Facts = Vec<(&'static str, String)>;

async fn measure(arguments: &Arguments, place: Place) -> Result<(Facts, Vec<Row>)> {
    let mut facts = machine::facts();
    eprintln!("Preparing database, gateway and host; a first start compiles the components");
    let mut stand = Stand::build(place).await?;
    facts.extend(machine::database_facts(&stand.database.client).await?);
    for (name, value) in &facts {
        println!("{name:<22} {value}");
    }
    println!("\n{}", heading());
    let time = Duration::from_secs(arguments.seconds);
    let effort = Effort { time, connections: usize::from(arguments.connections) };
    let postgres = stand.database.server_pid().await?;
    let (mut rows, mut disturbed) = (Vec::new(), 0.0_f64);
    for scenario in arguments.scenarios() {
        let (start, before) = (Instant::now(), ticks(&stand, postgres));
        let measured = scenario.run(&mut stand, effort).await;
        let found = measured.unwrap_or_else(|error| vec![Row::unmeasured(scenario.name(), format!("{error:#}"))]);
        print(&found);
        rows.extend(found);
        let others = ticks(&stand, postgres).percent_of_others_since(&before);
        eprintln!("({} took {:.0} s)", scenario.name(), start.elapsed().as_secs_f64());
        if others > OTHERS_PERCENT_MAX {
            println!("  ↑ not to be trusted: other programs used {others:.0} % of the processors");
        }
        disturbed = disturbed.max(others);
    }
    facts.push(("most used by others", format!("{disturbed:.0} % of the processors, during one group of numbers")));
    let books = scenario::audit(&stand).await?;
    print(&books);
    rows.extend(books);
    stand.dismantle().await?;
    Ok((facts, rows))
}

fn ticks(stand: &Stand, postgres: Option<u32>) -> Ticks {
    Ticks::now(&[stand.host.pid, stand.sandbox.pid], postgres)
}

fn print(rows: &[Row]) {
    for row in rows {
        println!("{}", row.line());
    }
}

fn document(facts: &Facts, rows: &[Row]) -> Value {
    let facts: serde_json::Map<String, Value> =
        facts.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
    json!({ "machine": facts, "rows": rows.iter().map(Row::json).collect::<Vec<_>>() })
}

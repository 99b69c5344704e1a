//! Every parser of what strangers write, fed with inputs that nearly are what it expects, for a minute (issue 3, proof 2): none panics,
//! none takes long, and nothing that was changed counts as another good secret.
//!
//! `WASLA_FUZZ_SECONDS` makes it longer or shorter, `WASLA_FUZZ_SEED` repeats the inputs of an earlier run.

mod domain;
mod gateways;
mod input;
mod passwords;
mod providers;
mod requests;
mod runner;
mod sealed;
mod secrets;
mod target;
mod tokens;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use target::Target;

/// Seconds of a run, unless the environment says otherwise.
const SECONDS: u64 = 60;
/// The machines that build have two processors.
const THREADS: usize = 2;
/// Longest time for one input, on a machine that does much else.
const PATIENCE: Duration = Duration::from_secs(10);

fn targets() -> Vec<Target> {
    let all = [
        tokens::all(),
        providers::all(),
        secrets::all(),
        sealed::all(),
        passwords::all(),
        domain::all(),
        gateways::all(),
    ];
    all.into_iter().flatten().chain(requests::all()).collect()
}

/// A number from the environment.
fn variable(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name}: {text:?} is no number")))
}

#[test]
fn no_input_breaks_a_parser_or_passes_for_another() {
    let seconds = variable("WASLA_FUZZ_SECONDS").unwrap_or(SECONDS);
    let seed = variable("WASLA_FUZZ_SEED").unwrap_or_else(|| {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        now.as_nanos() as u64
    });
    println!("WASLA_FUZZ_SEED={seed}, for {seconds} s");
    let targets = targets();
    for target in &targets {
        target.takes_what_is_good();
    }
    let report = runner::run(&targets, seed, Duration::from_secs(seconds), THREADS);
    println!("{report}");
    assert!(report.failures.is_empty(), "WASLA_FUZZ_SEED={seed}\n{}", report.failures.join("\n"));
    for one in &report.counts {
        assert!(one.inputs > 0, "{} was given nothing", one.name);
        assert!(one.slowest < PATIENCE, "{} took {:?} for one input", one.name, one.slowest);
    }
}

//! Runs all targets, each for as long as every other one.

use std::any::Any;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::input::{Rng, make};
use crate::target::Target;

/// How long a target has its turn.
const TURN: Duration = Duration::from_millis(20);
/// Most bytes of an input that a failure shows.
const SHOWN: usize = 4_000;

/// What a target was given.
#[derive(Clone, Debug)]
pub struct Count {
    pub name: &'static str,
    pub inputs: u64,
    pub accepted: u64,
    pub slowest: Duration,
}

/// What came of a run.
#[derive(Debug)]
pub struct Report {
    pub counts: Vec<Count>,
    pub failures: Vec<String>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Count { name, inputs, accepted, slowest } in &self.counts {
            writeln!(f, "{name:34} {inputs:9} inputs, {accepted:8} accepted, slowest {slowest:.1?}")?;
        }
        let inputs: u64 = self.counts.iter().map(|count| count.inputs).sum();
        write!(f, "{inputs} inputs for {} parsers", self.counts.len())
    }
}

/// What the threads share.
struct Run<'t> {
    targets: &'t [Target],
    seed: u64,
    end: Instant,
    turn: AtomicUsize,
    stop: AtomicBool,
    numbers: Vec<AtomicU64>,
    report: Mutex<Report>,
}

/// Runs for a time; the first failure ends it. Every target has its turn at least once.
pub fn run(targets: &[Target], seed: u64, time: Duration, threads: usize) -> Report {
    let count = |target: &Target| Count { name: target.name, inputs: 0, accepted: 0, slowest: Duration::ZERO };
    let run = Run {
        targets,
        seed,
        end: Instant::now() + time,
        turn: AtomicUsize::new(0),
        stop: AtomicBool::new(false),
        numbers: targets.iter().map(|_| AtomicU64::new(0)).collect(),
        report: Mutex::new(Report { counts: targets.iter().map(count).collect(), failures: Vec::new() }),
    };
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| run.take_turns());
        }
    });
    run.report.into_inner().unwrap_or_else(PoisonError::into_inner)
}

impl Run<'_> {
    fn take_turns(&self) {
        loop {
            let turn = self.turn.fetch_add(1, Ordering::Relaxed);
            let over = turn >= self.targets.len() && Instant::now() >= self.end;
            if over || self.stop.load(Ordering::Relaxed) {
                return;
            }
            self.play(turn % self.targets.len());
        }
    }

    /// One turn of a target.
    fn play(&self, index: usize) {
        let target = &self.targets[index];
        let (begin, mut inputs, mut accepted, mut slowest) = (Instant::now(), 0, 0, Duration::ZERO);
        let mut failure = None;
        while failure.is_none() && begin.elapsed() < TURN {
            let number = self.numbers[index].fetch_add(1, Ordering::Relaxed);
            let mut rng = Rng::of(self.seed, index, number);
            let input = make(&mut rng, &target.seeds);
            let start = Instant::now();
            match catch_unwind(AssertUnwindSafe(|| target.read(&input, &mut rng))) {
                Ok(taken) => accepted += u64::from(taken),
                Err(panic) => failure = Some(tell(target, number, &input, panic.as_ref())),
            }
            slowest = slowest.max(start.elapsed());
            inputs += 1;
        }
        let mut report = self.report.lock().unwrap_or_else(PoisonError::into_inner);
        let count = &mut report.counts[index];
        count.inputs += inputs;
        count.accepted += accepted;
        count.slowest = count.slowest.max(slowest);
        if let Some(failure) = failure {
            report.failures.push(failure);
            self.stop.store(true, Ordering::Relaxed);
        }
    }
}

fn tell(target: &Target, number: u64, input: &[u8], panic: &(dyn Any + Send)) -> String {
    let message = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
    let shown = input[..input.len().min(SHOWN)].escape_ascii();
    format!("{}, input {number} of {} bytes: {}\n  b\"{shown}\"", target.name, input.len(), message.unwrap_or("?"))
}

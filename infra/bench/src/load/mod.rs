//! The load generator: workers on one thread, each with a keep-alive connection of its own.

mod answer;
mod connection;
mod histogram;
mod samples;

use std::net::SocketAddr;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use anyhow::Result;

pub use answer::Answer;
pub use connection::Connection;
pub use samples::Samples;

/// What one worker does over and over.
pub trait Work: Send + 'static {
    /// Does it once. `due` is when it should have begun: now in a closed loop. `Break` says that nothing is left to do.
    fn once(
        &mut self,
        due: Instant,
        connection: &mut Connection,
        samples: &mut Samples,
    ) -> impl Future<Output = Result<ControlFlow<()>>> + Send;
}

/// How long and how wide a load is.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Connections, each with one request in flight at most.
    pub connections: usize,
    /// Before anything is recorded.
    pub warm_up: Duration,
    /// What is recorded.
    pub measured: Duration,
}

impl Plan {
    /// A plan with a second of warming up.
    pub fn new(connections: usize, measured: Duration) -> Self {
        Self { connections, warm_up: Duration::from_secs(1), measured }
    }

    /// Without warming up: everything is recorded.
    pub fn cold(connections: usize, measured: Duration) -> Self {
        Self { connections, warm_up: Duration::ZERO, measured }
    }
}

/// Every worker begins anew as soon as it is done: shows how much a server can do.
///
/// # Errors
/// When a worker fails as a whole; a failed request is a fault in the samples.
pub async fn closed<W: Work>(address: SocketAddr, plan: Plan, make: impl Fn(usize) -> W) -> Result<Samples> {
    run(address, plan, None, make).await
}

/// Work falls due at a constant rate, whether or not the server keeps up; latency counts from when it was due, so that
/// waiting is not left out (no coordinated omission). Due times are kept to about a millisecond.
///
/// # Errors
/// When a worker fails as a whole; a failed request is a fault in the samples.
pub async fn open<W: Work>(address: SocketAddr, rate: f64, plan: Plan, make: impl Fn(usize) -> W) -> Result<Samples> {
    run(address, plan, Some(rate), make).await
}

async fn run<W: Work>(
    address: SocketAddr,
    plan: Plan,
    rate: Option<f64>,
    make: impl Fn(usize) -> W,
) -> Result<Samples> {
    let start = Instant::now();
    let begin = start + plan.warm_up;
    let end = begin + plan.measured;
    let turn = Arc::new(AtomicU64::new(0));
    let workers: Vec<_> = (0..plan.connections)
        .map(|index| {
            let (work, turn) = (make(index), Arc::clone(&turn));
            tokio::spawn(worker(work, address, Samples::new(begin, end), Schedule { start, end, rate, turn }))
        })
        .collect();
    let mut all = Samples::new(begin, end);
    for worker in workers {
        all.merge(&worker.await?);
    }
    Ok(all)
}

struct Schedule {
    start: Instant,
    end: Instant,
    rate: Option<f64>,
    turn: Arc<AtomicU64>,
}

impl Schedule {
    /// Waits for the next turn; `None` when time is over.
    async fn next(&self) -> Option<Instant> {
        let due = match self.rate {
            None => Instant::now(),
            Some(rate) => self.start + Duration::from_secs_f64(self.turn.fetch_add(1, Relaxed) as f64 / rate),
        };
        if due >= self.end {
            return None;
        }
        if due > Instant::now() {
            tokio::time::sleep_until(due.into()).await;
        }
        Some(due)
    }
}

async fn worker<W: Work>(mut work: W, address: SocketAddr, mut samples: Samples, schedule: Schedule) -> Samples {
    let mut connection = Connection::new(address);
    while let Some(due) = schedule.next().await {
        match work.once(due, &mut connection, &mut samples).await {
            Ok(ControlFlow::Continue(())) => {}
            Ok(ControlFlow::Break(())) => break,
            Err(error) => {
                samples.fault(format!("{error:#}"));
                // A server that refuses at once must not be asked in a tight loop.
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }
    }
    samples
}

/// The same request over and over, each answered with the same status.
pub struct Repeat {
    request: Arc<[u8]>,
    status: u16,
}

impl Repeat {
    /// Sends `request`, and expects `status`.
    pub fn new(request: &[u8], status: u16) -> Self {
        Self { request: request.into(), status }
    }
}

/// The step that `Repeat` and other works of one request record.
pub const REQUEST: &str = "request";

impl Work for Repeat {
    async fn once(
        &mut self,
        due: Instant,
        connection: &mut Connection,
        samples: &mut Samples,
    ) -> Result<ControlFlow<()>> {
        let answer = connection.exchange(&self.request).await?;
        if answer.status == self.status {
            samples.tally(REQUEST);
            samples.record(REQUEST, due);
        } else {
            samples.fault(format!("{} {}", answer.status, answer.text()));
        }
        Ok(ControlFlow::Continue(()))
    }
}

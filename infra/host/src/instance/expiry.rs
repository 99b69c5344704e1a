//! When an instance has had its time.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use tokio::time::Sleep;

use crate::config::Config;

/// What an instance may go on beyond a request's time limit, so that the answer is always the dispatcher's.
pub const GRACE: Duration = Duration::from_millis(500);

/// What an instance is doing, and since when.
#[derive(Clone, Copy)]
pub enum Activity {
    /// Serving requests; since the latest was taken, or answered.
    Requests(Instant),
    /// Every request is answered, and the guest still works.
    Afterwork(Instant),
    /// Nothing.
    Idle(Instant),
}

/// Watches the time of one instance.
pub struct Expiry {
    idle: Duration,
    busy: Duration,
    sleep: Pin<Box<Sleep>>,
}

impl Expiry {
    pub fn new(config: &Config) -> Self {
        let busy = config.limits.request_timeout + GRACE;
        Self { idle: config.instances.idle, busy, sleep: Box::pin(tokio::time::sleep(busy)) }
    }

    /// Ready when the activity has lasted too long.
    pub fn poll(&mut self, context: &mut Context<'_>, activity: Activity) -> Poll<()> {
        let deadline = match activity {
            Activity::Requests(since) | Activity::Afterwork(since) => since + self.busy,
            Activity::Idle(since) => since + self.idle,
        };
        let deadline = tokio::time::Instant::from_std(deadline);
        // Moving a timer costs more than letting it ring early, so it is moved to an earlier time only, or when it has rung.
        if deadline < self.sleep.deadline() {
            self.sleep.as_mut().reset(deadline);
        }
        while self.sleep.as_mut().poll(context).is_ready() {
            if self.sleep.deadline() >= deadline {
                return Poll::Ready(());
            }
            self.sleep.as_mut().reset(deadline);
        }
        Poll::Pending
    }
}

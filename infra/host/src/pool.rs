//! The instances of one component: which of them takes the next request, and when another is created.
//!
//! As in Spin, an instance serves many requests, several at once. It is *open* while it could take another: while it is idle, or all its
//! requests wait for something. A request goes to an open instance, else a new instance is created for it. wasmtime's own handler works
//! like this too, but counts an instance as open that has begun to compute since it last looked for requests, so that a guest that loops
//! after its first wait holds up every later request. Here such an instance is closed from outside (see [`crate::instance`]).

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;

use http::{Request, Response};
use tokio::sync::oneshot;
use wasmtime_wasi_http::WasiBody;
use wasmtime_wasi_http::p3::bindings::ServicePre;

use crate::body::Body;
use crate::component::ComponentRuntime;
use crate::config::ComponentLimits;
use crate::instance;
use crate::state::{GuestState, RequestContext};

/// Why a component did not answer.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// There are as many instances as there may be, none of this component.
    #[error("there is no room for another instance")]
    NoRoom,
    /// As many requests wait for this component as may.
    #[error("too many requests wait for the component")]
    QueueFull,
    /// An instance could not be created.
    #[error("an instance could not be created: {0}")]
    Creation(String),
    /// The instance trapped, or exceeded its time, while it served this request or another.
    #[error("the instance ended before it answered")]
    Ended,
    /// The guest's handler returned an error.
    #[error("the component returned an error: {0}")]
    Returned(String),
}

/// What a request ends in.
pub type Answer = Result<Response<Body>, Failure>;

/// A request on its way to an instance.
pub struct Job {
    /// The request.
    pub request: Request<WasiBody>,
    /// For the seam, if there is one.
    pub context: Option<Arc<RequestContext>>,
    /// Where the answer goes.
    pub reply: oneshot::Sender<Answer>,
}

/// The instances of one component.
pub struct InstancePool {
    /// What they share.
    pub runtime: Arc<ComponentRuntime>,
    /// The linked component.
    pub pre: ServicePre<GuestState>,
    limits: ComponentLimits,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Not empty only while an open instance has been woken for it, or there may be no further instance.
    waiting: VecDeque<Job>,
    /// Open instances by their seat's number, the latest last: it is the most likely to be warm.
    open: Vec<(u64, Waker)>,
    live: usize,
    seats: u64,
}

impl InstancePool {
    /// A pool without instances.
    pub fn new(runtime: Arc<ComponentRuntime>, pre: ServicePre<GuestState>) -> Arc<Self> {
        let limits = runtime.config.components.get(&*runtime.id).copied().unwrap_or_default();
        Arc::new(Self { runtime, pre, limits, state: Mutex::default() })
    }

    /// Has a request served. When the returned future is dropped, the guest goes on.
    pub async fn handle(self: &Arc<Self>, request: Request<WasiBody>, context: Option<Arc<RequestContext>>) -> Answer {
        let (reply, answer) = oneshot::channel();
        self.enqueue(Job { request, context, reply });
        answer.await.unwrap_or(Err(Failure::Ended))
    }

    fn enqueue(self: &Arc<Self>, job: Job) {
        let mut state = self.lock();
        if self.limits.queue_max.is_some_and(|most| state.waiting.len() >= most.get()) {
            // Whoever has stopped waiting needs no answer.
            let _ = job.reply.send(Err(Failure::QueueFull));
            return;
        }
        state.waiting.push_back(job);
        self.attend(state);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sees to it that whatever waits is taken: by an open instance, which asks for more when it has taken one, else by new ones.
    fn attend(self: &Arc<Self>, mut state: MutexGuard<'_, State>) {
        while !state.waiting.is_empty() {
            if let Some((_, waker)) = state.open.last() {
                waker.wake_by_ref();
                return;
            }
            if self.limits.instances_max.is_some_and(|most| state.live >= most.get()) {
                // One of them will take it.
                return;
            }
            let Some(live) = Live::new(self.runtime.clone()) else {
                // One of the busy instances will take it, if there is one.
                if state.live == 0 {
                    fail_all(&mut state, || Failure::NoRoom);
                }
                return;
            };
            if let Some(job) = state.waiting.pop_front() {
                state.live += 1;
                state.seats += 1;
                let seat = Seat { pool: self.clone(), number: state.seats, open: false };
                tokio::spawn(instance::live(seat, live, job));
            }
        }
    }
}

fn fail_all(state: &mut State, failure: impl Fn() -> Failure) {
    for job in state.waiting.drain(..) {
        // Whoever has stopped waiting needs no answer.
        let _ = job.reply.send(Err(failure()));
    }
}

/// An instance's place in its pool.
pub struct Seat {
    /// The pool.
    pub pool: Arc<InstancePool>,
    number: u64,
    open: bool,
}

impl Seat {
    /// Takes a request, which closes the instance; or, when none waits, opens it, and `waker` is woken for the next.
    pub fn take(&mut self, waker: &Waker) -> Option<Job> {
        let pool = self.pool.clone();
        let mut state = pool.lock();
        match state.waiting.pop_front() {
            Some(job) => {
                self.leave(&mut state);
                pool.attend(state);
                Some(job)
            }
            None => {
                if !self.open {
                    state.open.push((self.number, waker.clone()));
                    self.open = true;
                }
                None
            }
        }
    }

    /// Takes no more requests until [`Self::take`] is called again.
    pub fn close(&mut self) {
        if self.open {
            let pool = self.pool.clone();
            let mut state = pool.lock();
            self.leave(&mut state);
            pool.attend(state);
        }
    }

    fn leave(&mut self, state: &mut State) {
        if self.open {
            state.open.retain(|(number, _)| *number != self.number);
            self.open = false;
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let pool = self.pool.clone();
        let mut state = pool.lock();
        self.leave(&mut state);
        state.live -= 1;
        pool.attend(state);
    }
}

/// Counts an instance for as long as it lives.
pub struct Live(Arc<ComponentRuntime>);

impl Live {
    /// `None` when the application has as many instances as it may.
    fn new(runtime: Arc<ComponentRuntime>) -> Option<Self> {
        use std::sync::atomic::Ordering::Relaxed;
        let metrics = &runtime.metrics;
        if metrics.instances.fetch_add(1, Relaxed) >= runtime.config.limits.instances_max as u64 {
            metrics.instances.fetch_sub(1, Relaxed);
            return None;
        }
        metrics.instances_created.fetch_add(1, Relaxed);
        Some(Self(runtime))
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        self.0.metrics.instances.fetch_sub(1, std::sync::atomic::Ordering::Relaxed);
    }
}

//! The life of one instance, from its first request to its end.

mod expiry;
mod gather;
mod service;

use std::collections::VecDeque;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Instant;

use futures::stream::{FuturesUnordered, StreamExt as _};
use wasmtime::component::Accessor;
use wasmtime::{Store, format_err};
use wasmtime_wasi_http::p3::bindings::Service;

use crate::config::Instances;
use crate::pool::{Failure, Job, Live, Seat};
use crate::state::GuestState;
use expiry::{Activity, Expiry, GRACE};
use gather::Gathering;
use service::serve;

/// Creates an instance, lets it serve `first` and what comes after, and drops it when its time has come.
pub async fn live(seat: Seat, live: Live, first: Job) {
    let pool = seat.pool.clone();
    let mut store = Store::new(pool.pre.engine(), GuestState::new(pool.runtime.clone()));
    store.limiter(|state| &mut state.limits);
    // At every tick of the epoch a computing guest gives way to other tasks, and goes on when its turn comes.
    store.set_epoch_deadline(1);
    store.epoch_deadline_async_yield_and_update(1);
    let service = match pool.pre.instantiate_async(&mut store).await {
        Ok(service) => service,
        Err(error) => {
            let failure = if error.is::<wasmtime::PoolConcurrencyLimitError>() {
                Failure::NoRoom
            } else {
                Failure::Creation(format!("{error:#}"))
            };
            // Whoever has stopped waiting needs no answer.
            let _ = first.reply.send(Err(failure));
            return;
        }
    };
    if let Err(error) = run(&mut store, &service, seat, first).await {
        pool.runtime.metrics.traps.fetch_add(1, Relaxed);
        pool.runtime.log.event("error", "instance ended", &format!("component {}: {error:?}", pool.runtime.id));
    }
    drop((store, live));
}

/// What the two sides of an instance tell each other: the event loop inside, which stands still while the guest computes, and the task
/// around it, which does not.
struct Shared {
    seat: Mutex<Seat>,
    activity: Mutex<Activity>,
    /// Set by the inside whenever it has its turn, cleared by the outside.
    inside_had_turn: AtomicBool,
    /// Whether everything taken so far waits for something: the guest may not be computing for long, but it may, so another request is
    /// taken only then.
    settled: AtomicBool,
    /// Response bodies that are being read ahead.
    gathering: Gathering,
}

impl Shared {
    fn seat<T>(&self, act: impl FnOnce(&mut Seat) -> T) -> T {
        act(&mut self.seat.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn activity(&self) -> Activity {
        *self.activity.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set_activity(&self, activity: Activity) {
        *self.activity.lock().unwrap_or_else(PoisonError::into_inner) = activity;
    }
}

async fn run(store: &mut Store<GuestState>, service: &Service, seat: Seat, first: Job) -> wasmtime::Result<()> {
    let runtime = seat.pool.runtime.clone();
    let mut expiry = Expiry::new(&runtime.config);
    let shared = Shared {
        seat: Mutex::new(seat),
        activity: Mutex::new(Activity::Requests(Instant::now())),
        inside_had_turn: AtomicBool::new(false),
        settled: AtomicBool::new(false),
        gathering: Gathering::default(),
    };
    let inside = store.run_concurrent(async |accessor| inside(accessor, service, &shared, first).await);
    let mut inside = pin!(inside);
    std::future::poll_fn(|context| {
        loop {
            shared.inside_had_turn.store(false, Relaxed);
            if let Poll::Ready(ended) = inside.as_mut().poll(context) {
                return Poll::Ready(ended.and_then(|ended| ended));
            }
            let computing = !shared.inside_had_turn.load(Relaxed);
            if computing {
                shared.seat(Seat::close);
            }
            let activity = shared.activity();
            if expiry.poll(context, activity).is_ready() {
                return Poll::Ready(match activity {
                    Activity::Idle(_) => Ok(()),
                    Activity::Requests(_) | Activity::Afterwork(_) => Err(format_err!("the guest exceeded its time")),
                });
            }
            if computing || shared.settled.swap(true, Relaxed) {
                return Poll::Pending;
            }
            // It has just settled, so it gets another turn, to take another request.
        }
    })
    .await
}

/// Serves requests until the instance has served enough of them, or one took too long.
async fn inside(
    accessor: &Accessor<GuestState>,
    service: &Service,
    shared: &Shared,
    first: Job,
) -> wasmtime::Result<()> {
    let runtime = shared.seat(|seat| seat.pool.runtime.clone());
    let Instances { reuse_max, concurrent_reuse_max, .. } = runtime.config.instances;
    let time_limit = runtime.config.limits.request_timeout + GRACE;
    let mut running = FuturesUnordered::new();
    // When each of them began, the earliest first: an overdue one makes the instance retire, so that it can end.
    let now = Instant::now();
    let mut begun = VecDeque::from([now]);
    running.push(serve(accessor, service, shared, first, now)?);
    let mut taken = 1;
    let mut retiring = false;
    let handler = *service.wasi_http_handler().func_handle().func();
    std::future::poll_fn(|context: &mut Context<'_>| {
        shared.inside_had_turn.store(true, Relaxed);
        shared.gathering.let_go_if(shared.settled.load(Relaxed));
        loop {
            while let Poll::Ready(Some(began)) = running.poll_next_unpin(context) {
                let now = Instant::now();
                if let Some(index) = begun.iter().position(|other| *other == began) {
                    begun.remove(index);
                }
                shared.set_activity(if running.is_empty() {
                    Activity::Afterwork(now)
                } else {
                    Activity::Requests(now)
                });
            }
            retiring |= taken >= reuse_max || begun.front().is_some_and(|began| began.elapsed() > time_limit);
            let ready = accessor.poll_ready_for_concurrent_call(handler, context).is_ready();
            let room = running.len() < concurrent_reuse_max && (running.is_empty() || shared.settled.load(Relaxed));
            if retiring || !ready || !room {
                shared.seat(Seat::close);
                break;
            }
            let Some(job) = shared.seat(|seat| seat.take(context.waker())) else { break };
            taken += 1;
            shared.settled.store(false, Relaxed);
            let now = Instant::now();
            shared.set_activity(Activity::Requests(now));
            begun.push_back(now);
            match serve(accessor, service, shared, job, now) {
                Ok(serving) => running.push(serving),
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
        if !running.is_empty() || accessor.poll_no_interesting_tasks(context).is_pending() {
            return Poll::Pending;
        }
        if retiring {
            return Poll::Ready(Ok(()));
        }
        if !matches!(shared.activity(), Activity::Idle(_)) {
            shared.set_activity(Activity::Idle(Instant::now()));
        }
        Poll::Pending
    })
    .await
}

//! Instances and the requests they serve: how wasmtime's handler creates, reuses, bounds and drops them.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use tokio::time::Sleep;
use wasmtime::component::GuestTaskId;
use wasmtime::{Engine, Store, StoreContextMut};
use wasmtime_wasi_http::WasiHttpView as _;
use wasmtime_wasi_http::handler::{
    HandlerState, Instance, Proxy, ShouldAccept, WorkerExpiration, WorkerState, WorkerStatus,
};
use wasmtime_wasi_http::p3::bindings::ServicePre;

use crate::component::ComponentRuntime;
use crate::config::Instances;
use crate::state::{GuestState, RequestContext};

/// What an instance may go on beyond the request's time limit, so that the answer is always the dispatcher's.
const GRACE: Duration = Duration::from_millis(500);

/// Creates the instances of one component.
pub struct ComponentHandler {
    runtime: Arc<ComponentRuntime>,
    engine: Engine,
    pre: ServicePre<GuestState>,
}

/// Refused: the application has as many instances as it may.
#[derive(Debug, thiserror::Error)]
#[error("too many instances")]
pub struct TooManyInstances;

impl ComponentHandler {
    pub fn new(runtime: Arc<ComponentRuntime>, pre: ServicePre<GuestState>) -> Self {
        Self { runtime, engine: pre.engine().clone(), pre }
    }

    /// What the component's instances share.
    pub fn runtime(&self) -> &Arc<ComponentRuntime> {
        &self.runtime
    }

    fn time_limit(&self) -> Duration {
        self.runtime.config.limits.request_timeout + GRACE
    }
}

impl HandlerState for ComponentHandler {
    type StoreData = GuestState;
    type WorkerExpiration = Expiration;
    type WorkerState = Worker;

    async fn instantiate(&self) -> wasmtime::Result<Instance<GuestState, Expiration, Worker>> {
        let live = Live::new(self.runtime.clone()).ok_or_else(|| wasmtime::Error::new(TooManyInstances))?;
        let mut store = Store::new(&self.engine, GuestState::new(self.runtime.clone()));
        store.limiter(|state| &mut state.limits);
        // At every tick of the epoch a computing guest gives way to other tasks, and goes on when its turn comes.
        store.set_epoch_deadline(1);
        store.epoch_deadline_async_yield_and_update(1);
        let service = self.pre.instantiate_async(&mut store).await?;
        let Instances { reuse_max, concurrent_reuse_max, idle } = self.runtime.config.instances;
        let time_limit = self.time_limit();
        let sleep = tokio::time::sleep(time_limit);
        Ok(Instance {
            store,
            proxy: Proxy::P3(service),
            view: GuestState::http,
            expiration: Expiration { idle, time_limit, sleep: Box::pin(sleep) },
            state: Worker { reuse_max, concurrent_reuse_max, time_limit, live },
        })
    }
}

/// Decides when an instance has had its time.
pub struct Expiration {
    idle: Duration,
    time_limit: Duration,
    sleep: Pin<Box<Sleep>>,
}

impl WorkerExpiration for Expiration {
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>, status: WorkerStatus, start: Instant) -> Poll<()> {
        let limit = match status {
            WorkerStatus::Idle => self.idle,
            WorkerStatus::Requests | WorkerStatus::PostReturn => self.time_limit,
        };
        let deadline = tokio::time::Instant::from_std(start + limit);
        if self.sleep.deadline() != deadline {
            self.sleep.as_mut().reset(deadline);
        }
        self.sleep.as_mut().poll(context)
    }
}

/// Decides which requests an instance takes.
pub struct Worker {
    reuse_max: usize,
    concurrent_reuse_max: usize,
    time_limit: Duration,
    live: Live,
}

impl WorkerState for Worker {
    type StoreData = GuestState;
    type RequestData = Option<Arc<RequestContext>>;

    fn should_accept_request(&self, concurrent: usize, total: usize) -> ShouldAccept {
        if total >= self.reuse_max {
            ShouldAccept::Never
        } else if concurrent >= self.concurrent_reuse_max {
            ShouldAccept::No
        } else {
            ShouldAccept::Yes
        }
    }

    fn on_request_start(
        &self,
        mut store: StoreContextMut<'_, GuestState>,
        request: Option<Arc<RequestContext>>,
        task: GuestTaskId,
    ) -> Pin<Box<dyn Future<Output = ()> + Send + Sync>> {
        if let Some(request) = request {
            store.data_mut().requests.insert(task, request);
        }
        Box::pin(tokio::time::sleep(self.time_limit))
    }

    fn drop(&self, store: Store<GuestState>, result: Result<(), wasmtime::Error>) {
        if let Err(error) = result {
            let runtime = &self.live.0;
            runtime.metrics.traps.fetch_add(1, Relaxed);
            runtime.log.event("error", "instance ended", &format!("component {}: {error:?}", runtime.id));
        }
        drop(store);
    }
}

/// Counts an instance for as long as it lives.
struct Live(Arc<ComponentRuntime>);

impl Live {
    fn new(runtime: Arc<ComponentRuntime>) -> Option<Self> {
        let metrics = &runtime.metrics;
        let before = metrics.instances.fetch_add(1, Relaxed);
        if before >= runtime.config.limits.instances_max as u64 {
            metrics.instances.fetch_sub(1, Relaxed);
            return None;
        }
        metrics.instances_created.fetch_add(1, Relaxed);
        Some(Self(runtime))
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        self.0.metrics.instances.fetch_sub(1, Relaxed);
    }
}

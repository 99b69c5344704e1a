//! What belongs to one instance: WASI, the resources it opened, its limits.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use wasmtime::component::{GuestTaskId, ResourceTable};
use wasmtime::{StoreLimits, StoreLimitsBuilder};
use wasmtime_wasi::{WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView};

use crate::component::ComponentRuntime;
use crate::outbound_http::HttpHooks;

/// The data of one instance's store.
pub struct GuestState {
    /// What the instance shares with the others of its component.
    pub component: Arc<ComponentRuntime>,
    /// The resources that the guest holds.
    pub table: ResourceTable,
    /// Bounds the instance's memory.
    pub limits: StoreLimits,
    /// Which task serves which request; filled only when a seam wants to know.
    pub requests: HashMap<GuestTaskId, Arc<RequestContext>>,
    wasi: WasiCtx,
    http: WasiHttpCtx,
    /// Outbound HTTP.
    pub hooks: HttpHooks,
}

/// A request as far as host calls need to know it.
#[derive(Debug, Default)]
pub struct RequestContext {
    /// The request id.
    pub id: Arc<str>,
    calls: AtomicU32,
}

impl RequestContext {
    /// A request that has made no host call yet.
    pub fn new(id: Arc<str>) -> Self {
        Self { id, calls: AtomicU32::new(0) }
    }

    /// Numbers the next host call.
    pub fn next_call(&self) -> u32 {
        self.calls.fetch_add(1, Relaxed)
    }
}

impl GuestState {
    /// The state of a new instance.
    pub fn new(component: Arc<ComponentRuntime>) -> Self {
        let environment: Vec<_> = component.environment.iter().collect();
        // Standard output belongs to the host's own ready line, so what a guest prints goes to standard error.
        let wasi = WasiCtxBuilder::new()
            .envs(&environment)
            .stdout(wasmtime_wasi::cli::stderr())
            .stderr(wasmtime_wasi::cli::stderr())
            .allow_tcp(false)
            .allow_udp(false)
            .build();
        Self {
            table: ResourceTable::new(),
            limits: StoreLimitsBuilder::new().memory_size(component.memory_bytes).build(),
            requests: HashMap::new(),
            wasi,
            http: WasiHttpCtx::new(),
            hooks: HttpHooks::new(component.clone()),
            component,
        }
    }
}

impl WasiView for GuestState {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

impl WasiHttpView for GuestState {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView { hooks: &mut self.hooks, table: &mut self.table, ctx: &mut self.http }
    }
}

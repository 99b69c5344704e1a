//! The wasmtime engine and the compiled components, shared by every application of the process.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, anyhow};
use sha2::{Digest as _, Sha256};
use tokio::sync::OnceCell;
use wasmtime::component::Component;
use wasmtime::{Cache, CacheConfig, Config, Engine, InstanceAllocationStrategy, PoolingAllocationConfig};

/// Instances that the pooling allocator has room for, over all applications of the process (Spin's own default).
const POOL_INSTANCES: u32 = 1000;
/// Core modules of one component: the guest's own, and the adapters around it.
const CORE_INSTANCES_PER_COMPONENT: u32 = 8;
/// How often a computing guest gives way to others. A request passes several tasks on its way, and waits at each for those that compute.
const EPOCH_INTERVAL: Duration = Duration::from_millis(1);
/// Memory that a returned slot keeps, so that the next instance does not fault it in again.
const KEEP_RESIDENT_BYTES: usize = 256 * 1024;

/// What makes two applications need different engines.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct EngineKey {
    /// Where compiled code is kept between runs; nowhere when absent.
    pub cache_dir: Option<PathBuf>,
    /// Linear memory of one instance at most.
    pub memory_bytes: usize,
}

/// An engine with the components compiled for it, by the hash of their content.
pub struct SharedEngine {
    /// The engine.
    pub engine: Engine,
    components: Mutex<HashMap<[u8; 32], Arc<OnceCell<Component>>>>,
}

static ENGINES: LazyLock<Mutex<HashMap<EngineKey, Arc<SharedEngine>>>> = LazyLock::new(Mutex::default);

impl SharedEngine {
    /// The engine for `key`: one for the whole process.
    ///
    /// # Errors
    /// When the cache directory cannot be used.
    pub fn get(key: &EngineKey) -> anyhow::Result<Arc<Self>> {
        let mut engines = ENGINES.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(shared) = engines.get(key) {
            return Ok(shared.clone());
        }
        let shared = Arc::new(Self { engine: new_engine(key)?, components: Mutex::default() });
        spawn_epoch_ticker(&shared.engine)?;
        engines.insert(key.clone(), shared.clone());
        Ok(shared)
    }

    /// Compiles the component in `path`, or finds it compiled: in this process, or in the cache directory.
    ///
    /// # Errors
    /// When the file is missing or is not a component.
    pub async fn compile(&self, path: &Path) -> anyhow::Result<Component> {
        let bytes = tokio::fs::read(path).await.with_context(|| format!("cannot read {}", path.display()))?;
        let digest: [u8; 32] = Sha256::digest(&bytes).into();
        let cell = {
            let mut components = self.components.lock().unwrap_or_else(PoisonError::into_inner);
            components.entry(digest).or_default().clone()
        };
        let engine = self.engine.clone();
        let compile = || async move {
            let compiled = tokio::task::spawn_blocking(move || Component::new(&engine, &bytes)).await?;
            compiled.map_err(|error| anyhow!("{} is not a component this host can compile: {error:#}", path.display()))
        };
        cell.get_or_try_init(compile).await.cloned()
    }
}

fn new_engine(key: &EngineKey) -> anyhow::Result<Engine> {
    let cache = match &key.cache_dir {
        None => None,
        Some(directory) => {
            std::fs::create_dir_all(directory).with_context(|| format!("cannot create {}", directory.display()))?;
            let directory = directory.canonicalize()?;
            let mut config = CacheConfig::new();
            config.with_directory(directory);
            Some(Cache::new(config).map_err(|error| anyhow!("the compilation cache cannot be used: {error:#}"))?)
        }
    };
    let mut config = Config::new();
    config.wasm_component_model(true);
    config.wasm_component_model_async(true);
    config.epoch_interruption(true);
    config.memory_init_cow(true);
    config.cache(cache);
    config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool(key.memory_bytes)));
    let pooled = Engine::new(&config);
    // Pooling reserves address space, which some environments limit; without it everything works, more slowly.
    pooled
        .or_else(|_| Engine::new(config.allocation_strategy(InstanceAllocationStrategy::OnDemand)))
        .map_err(|error| anyhow!("wasmtime cannot start: {error:#}"))
}

fn pool(memory_bytes: usize) -> PoolingAllocationConfig {
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(POOL_INSTANCES)
        .total_core_instances(POOL_INSTANCES * CORE_INSTANCES_PER_COMPONENT)
        .total_memories(POOL_INSTANCES)
        .total_tables(POOL_INSTANCES * 4)
        .total_stacks(POOL_INSTANCES * 4)
        .max_core_instances_per_component(CORE_INSTANCES_PER_COMPONENT)
        .max_memories_per_component(1)
        .max_tables_per_component(4)
        .max_core_instance_size(4 * 1024 * 1024)
        .max_component_instance_size(4 * 1024 * 1024)
        .table_elements(100_000)
        .max_memory_size(memory_bytes)
        .linear_memory_keep_resident(KEEP_RESIDENT_BYTES)
        .table_keep_resident(64 * 1024);
    pool
}

/// Advances the engine's epoch, at which computing guests yield, until the engine is gone.
fn spawn_epoch_ticker(engine: &Engine) -> anyhow::Result<()> {
    let engine = engine.weak();
    let tick = move || {
        while let Some(engine) = engine.upgrade() {
            engine.increment_epoch();
            drop(engine);
            std::thread::sleep(EPOCH_INTERVAL);
        }
    };
    std::thread::Builder::new().name("epoch".into()).spawn(tick).context("cannot start the epoch thread")?;
    Ok(())
}

//! From a manifest to an application.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use anyhow::{Context as _, ensure};

use super::{App, AppInner};
use crate::access_log::Log;
use crate::allowed_hosts::AllowedHosts;
use crate::component::ComponentRuntime;
use crate::config::Config;
use crate::dispatch::Target;
use crate::engine::{EngineKey, SharedEngine};
use crate::jobs::Job;
use crate::key_value::{self, Store};
use crate::link;
use crate::manifest::{Component, Manifest, Route};
use crate::metrics::Metrics;
use crate::options::Options;
use crate::outbound_http::HttpClient;
use crate::pool::InstancePool;
use crate::postgres::Pools;
use crate::routes::Router;
use crate::seam::Seam;
use crate::spin_headers::RouteHeaders;
use crate::variables::{Variables, check_name};

type InstancePools = BTreeMap<String, Arc<InstancePool>>;

/// What every component of an application is given.
struct Shared {
    variables: Variables,
    stores: BTreeMap<String, Arc<dyn Store>>,
    http_client: HttpClient,
    config: Arc<Config>,
    metrics: Arc<Metrics>,
    log: Log,
    seam: Option<Arc<dyn Seam>>,
}

pub async fn load(path: &Path, options: Options) -> anyhow::Result<App> {
    let manifest = Manifest::from_file(path)?;
    let folder = path.parent().map(Path::to_owned).unwrap_or_default();
    let state_dir = options.state_dir.clone().unwrap_or_else(|| folder.join(".spin"));
    let config = Arc::new(options.config);
    for id in config.components.keys() {
        ensure!(manifest.component.contains_key(id), "{} has no component {id:?} to bound", path.display());
    }
    let variables = Variables::resolve(&manifest.variables, &options.variables, options.read_environment)
        .with_context(|| format!("{} cannot be run", path.display()))?;
    let labels = manifest.component.values().flat_map(|component| &component.key_value_stores);
    let metrics = Arc::new(Metrics::new(manifest.component.keys(), config.jobs.ticks.keys()));
    let shared = Shared {
        variables,
        stores: key_value::open_stores(labels, &config, options.key_value, &state_dir).await?,
        http_client: HttpClient::new(config.outbound_http.connect_timeout)?,
        log: Log::start(config.access_log, metrics.clone())?,
        config,
        metrics,
        seam: options.seam,
    };
    let cache_dir = options.compile_cache_dir.unwrap_or_else(|| state_dir.join("compiled"));
    let pools =
        instance_pools(&manifest, &folder, &shared, cache_dir).await.with_context(|| path.display().to_string())?;
    let inner = Arc::new(assemble(&manifest, &pools, shared).with_context(|| path.display().to_string())?);
    for pool in pools.values() {
        // Set once, here, for every pool is new.
        let _ = pool.runtime.app.set(Arc::downgrade(&inner));
    }
    Ok(App(inner))
}

/// Compiles all components at once, and links them.
async fn instance_pools(
    manifest: &Manifest,
    folder: &Path,
    shared: &Shared,
    cache_dir: PathBuf,
) -> anyhow::Result<InstancePools> {
    let memory_bytes = shared.config.limits.memory_mib * 1024 * 1024;
    let engine = SharedEngine::get(&EngineKey { cache_dir: Some(cache_dir), memory_bytes })?;
    let linker = link::linker(&engine.engine)?;
    let load = async |(id, component): (&String, &Component)| {
        let prepare = async {
            let compiled = engine.compile(&folder.join(&component.source)).await?;
            let runtime = Arc::new(runtime(id, component, shared, memory_bytes)?);
            let pre = link::prelink(&linker, &compiled).with_context(|| component.source.clone())?;
            anyhow::Ok(InstancePool::new(runtime, pre))
        };
        Ok((id.clone(), prepare.await.with_context(|| format!("[component.{id}]"))?))
    };
    futures::future::try_join_all(manifest.component.iter().map(load)).await.map(|pools| pools.into_iter().collect())
}

/// Resolves what the manifest grants to one component.
fn runtime(id: &str, component: &Component, shared: &Shared, memory_bytes: usize) -> anyhow::Result<ComponentRuntime> {
    let mut variables = BTreeMap::new();
    for (name, template) in &component.variables {
        check_name(name).map_err(anyhow::Error::msg).context("variables")?;
        let value = shared.variables.expand(template).with_context(|| format!("variables: {name} = {template:?}"))?;
        variables.insert(name.clone(), value);
    }
    let stores = shared.stores.iter().filter(|(label, _)| component.key_value_stores.contains(label));
    Ok(ComponentRuntime {
        id: id.into(),
        environment: component.environment.clone(),
        variables,
        allowed_hosts: AllowedHosts::new(&component.allowed_outbound_hosts, &shared.variables)?,
        stores: stores.map(|(label, store)| (label.clone(), store.clone())).collect(),
        postgres: Pools::new(shared.config.postgres.clone()),
        http_client: shared.http_client.clone(),
        memory_bytes,
        config: shared.config.clone(),
        metrics: shared.metrics.clone(),
        log: shared.log.clone(),
        seam: shared.seam.clone(),
        app: OnceLock::new(),
    })
}

fn assemble(manifest: &Manifest, pools: &InstancePools, shared: Shared) -> anyhow::Result<AppInner> {
    let mut targets = Vec::new();
    let mut routes = Vec::new();
    for trigger in &manifest.trigger.http {
        let pool = pools.get(&trigger.component).context("a trigger without its component")?.clone();
        if let Route::Path(pattern) = &trigger.route {
            let headers = RouteHeaders::new(pattern).with_context(|| format!("route {pattern:?}"))?;
            routes.push((pattern.clone(), targets.len()));
            targets.push(Target { pool, headers });
        }
    }
    let chained = |(id, pool): (&String, &Arc<InstancePool>)| {
        let target = Target { pool: pool.clone(), headers: RouteHeaders::new("/...")? };
        anyhow::Ok((id.clone(), target))
    };
    let Shared { variables, config, metrics, log, .. } = shared;
    let router = Router::new(routes)?;
    let components: BTreeMap<_, _> = pools.iter().map(chained).collect::<anyhow::Result<_>>()?;
    let jobs = Job::all(&config.jobs, &variables).context("[jobs]")?;
    for job in &jobs {
        let reachable = match job.component() {
            Some(id) => components.contains_key(id),
            None => router.find(job.path()).is_some(),
        };
        ensure!(reachable, "[jobs.ticks]: {:?} leads to no component", job.name());
    }
    Ok(AppInner { config, metrics, log, router, targets, components, jobs })
}

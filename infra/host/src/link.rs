//! What a component may import.

use anyhow::anyhow;
use wasmtime::Engine;
use wasmtime::component::{Component, Linker};
use wasmtime_wasi_http::p3::bindings::ServicePre;
use wasmtime_wasi_http::p3::bindings::http::{client, types};
use wasmtime_wasi_http::{WasiHttp, WasiHttpView as _};

use crate::bindings::{key_value, postgres, variables};
use crate::call::Guest;
use crate::outbound_http::ClientShim;
use crate::state::GuestState;

/// A linker with everything that this host offers.
///
/// # Errors
/// When two interfaces collide, which no input can cause.
pub fn linker(engine: &Engine) -> anyhow::Result<Linker<GuestState>> {
    let mut linker = Linker::new(engine);
    add_all(&mut linker).map_err(|error| anyhow!("the host's interfaces cannot be linked: {error:#}"))?;
    Ok(linker)
}

fn add_all(linker: &mut Linker<GuestState>) -> wasmtime::Result<()> {
    wasmtime_wasi::p2::add_to_linker_async(linker)?;
    wasmtime_wasi::p3::add_to_linker(linker)?;
    types::add_to_linker::<_, WasiHttp>(linker, GuestState::http)?;
    client::add_to_linker::<_, ClientShim>(linker, GuestState::http)?;
    postgres::add_to_linker::<_, Guest>(linker, |state| state)?;
    key_value::add_to_linker::<_, Guest>(linker, |state| state)?;
    variables::add_to_linker::<_, Guest>(linker, |state| state)
}

/// Links `component`, so that instances of it are a matter of microseconds.
///
/// # Errors
/// Naming the import that this host does not offer, or the export that the component lacks.
pub fn prelink(linker: &Linker<GuestState>, component: &Component) -> anyhow::Result<ServicePre<GuestState>> {
    let pre = linker
        .instantiate_pre(component)
        .map_err(|error| anyhow!("it imports what this host does not offer: {error:#}"))?;
    ServicePre::new(pre).map_err(|error| anyhow!("it is no wasi:http 0.3 service (spin-sdk 7 makes one): {error:#}"))
}

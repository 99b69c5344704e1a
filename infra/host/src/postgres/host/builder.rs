//! `spin:postgres` connection builders.

use wasmtime::component::{Access, Accessor, Resource};

use super::{Reply, open, trap};
use crate::bindings::postgres::{Error, HostConnectionBuilder, HostConnectionBuilderWithStore};
use crate::call::{Caller, Guest};
use crate::postgres::{Connection, ConnectionBuilder};
use crate::state::GuestState;
use crate::tls;

/// Who builds, and what it has said so far.
fn prepared(
    access: &mut Access<'_, GuestState, Guest>,
    handle: &Resource<ConnectionBuilder>,
) -> Reply<(Caller, ConnectionBuilder)> {
    let caller = Caller::of_access(access);
    let builder = access.get().table.get(handle).map_err(trap)?.clone();
    Ok((caller, builder))
}

impl HostConnectionBuilder for GuestState {}

impl HostConnectionBuilderWithStore<GuestState> for Guest {
    fn new(mut access: Access<'_, GuestState, Self>, address: String) -> wasmtime::Result<Resource<ConnectionBuilder>> {
        Ok(access.get().table.push(ConnectionBuilder { address, ca_root: None })?)
    }

    async fn set_ca_root(
        mut access: Access<'_, GuestState, Self>,
        handle: Resource<ConnectionBuilder>,
        certificate: String,
    ) -> Reply<()> {
        tls::client_config(Some(&certificate))
            .map_err(|error| Error::Other(format!("invalid root certificate: {error}")))?;
        access.get().table.get_mut(&handle).map_err(trap)?.ca_root = Some(certificate);
        Ok(())
    }

    async fn build(
        mut access: Access<'_, GuestState, Self>,
        handle: Resource<ConnectionBuilder>,
    ) -> Reply<Resource<Connection>> {
        let (caller, builder) = prepared(&mut access, &handle)?;
        let connection = open(caller, builder).await?;
        access.get().table.push(connection).map_err(trap)
    }

    async fn build_async(
        accessor: &Accessor<GuestState, Self>,
        handle: Resource<ConnectionBuilder>,
    ) -> Reply<Resource<Connection>> {
        let (caller, builder) = accessor.with(|mut access| prepared(&mut access, &handle))?;
        let connection = open(caller, builder).await?;
        accessor.with(|mut access| access.get().table.push(connection)).map_err(trap)
    }

    fn drop(mut access: Access<'_, GuestState, Self>, handle: Resource<ConnectionBuilder>) -> wasmtime::Result<()> {
        access.get().table.delete(handle)?;
        Ok(())
    }
}

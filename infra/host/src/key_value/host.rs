//! `spin:key-value`, as the guest calls it.

use std::sync::Arc;

use wasmtime::component::{Access, Accessor, FutureReader, Resource, StreamReader};

use super::{OpenStore, Store, StoreError};
use crate::bindings::{KeyValueFailure, key_value};
use crate::call::{Caller, Guest};
use crate::error::GuestError;
use crate::seam::HostCallKind;
use crate::state::GuestState;

type Reply<T> = Result<T, KeyValueFailure>;

impl From<StoreError> for KeyValueFailure {
    fn from(error: StoreError) -> Self {
        Self::Returned(key_value::Error::Other(error.0))
    }
}

fn failure() -> key_value::Error {
    key_value::Error::Other("the store cannot be reached".into())
}

fn trap(error: impl Into<wasmtime::Error>) -> KeyValueFailure {
    GuestError::Trap(error.into())
}

/// Who calls, and the store it calls.
fn open_store(accessor: &Accessor<GuestState, Guest>, store: &Resource<OpenStore>) -> Reply<(Caller, Arc<dyn Store>)> {
    let caller = Caller::of(accessor);
    let store = accessor.with(|mut access| access.get().table.get(store).map(|open| open.0.clone())).map_err(trap)?;
    Ok((caller, store))
}

impl key_value::Host for GuestState {
    fn convert_error(&mut self, failure: KeyValueFailure) -> wasmtime::Result<key_value::Error> {
        failure.into_result()
    }
}

impl key_value::HostStore for GuestState {}

impl key_value::HostStoreWithStore<GuestState> for Guest {
    async fn open(accessor: &Accessor<GuestState, Self>, label: String) -> Reply<Resource<OpenStore>> {
        let caller = Caller::of(accessor);
        let store = caller.component.stores.get(&label).cloned();
        let refusal = std::future::ready(store.ok_or(GuestError::Returned(key_value::Error::AccessDenied)));
        let store = caller.call(HostCallKind::KvOpen, || label, failure, refusal).await?;
        accessor
            .with(|mut access| access.get().table.push(OpenStore(store)))
            .map_err(|_| GuestError::Returned(key_value::Error::StoreTableFull))
    }

    async fn get(
        accessor: &Accessor<GuestState, Self>,
        store: Resource<OpenStore>,
        key: String,
    ) -> Reply<Option<Vec<u8>>> {
        let (caller, store) = open_store(accessor, &store)?;
        let get = async { Ok(store.get(&key).await?) };
        caller.call(HostCallKind::KvGet, || key.clone(), failure, get).await
    }

    async fn set(
        accessor: &Accessor<GuestState, Self>,
        store: Resource<OpenStore>,
        key: String,
        value: Vec<u8>,
    ) -> Reply<()> {
        let (caller, store) = open_store(accessor, &store)?;
        let set = async { Ok(store.set(key.clone(), value).await?) };
        caller.call(HostCallKind::KvSet, || key.clone(), failure, set).await
    }

    async fn delete(accessor: &Accessor<GuestState, Self>, store: Resource<OpenStore>, key: String) -> Reply<()> {
        let (caller, store) = open_store(accessor, &store)?;
        let delete = async { Ok(store.delete(key.clone()).await?) };
        caller.call(HostCallKind::KvDelete, || key.clone(), failure, delete).await
    }

    async fn exists(accessor: &Accessor<GuestState, Self>, store: Resource<OpenStore>, key: String) -> Reply<bool> {
        let (caller, store) = open_store(accessor, &store)?;
        let exists = async { Ok(store.exists(&key).await?) };
        caller.call(HostCallKind::KvExists, || key.clone(), failure, exists).await
    }

    async fn get_keys(
        accessor: &Accessor<GuestState, Self>,
        store: Resource<OpenStore>,
    ) -> wasmtime::Result<(StreamReader<String>, FutureReader<Result<(), key_value::Error>>)> {
        let keys = async {
            let (caller, store) = open_store(accessor, &store)?;
            let keys = async { Ok(store.keys().await?) };
            caller.call(HostCallKind::KvKeys, String::new, failure, keys).await
        };
        let (keys, result) = match keys.await {
            Ok(keys) => (keys, Ok(())),
            Err(GuestError::Returned(error)) => (Vec::new(), Err(error)),
            Err(GuestError::Trap(trap)) => return Err(trap),
        };
        accessor.with(|mut access| {
            let keys = StreamReader::new(&mut access, keys)?;
            let result = FutureReader::new(&mut access, async move { wasmtime::error::Ok(result) })?;
            Ok((keys, result))
        })
    }

    fn drop(mut access: Access<'_, GuestState, Self>, store: Resource<OpenStore>) -> wasmtime::Result<()> {
        access.get().table.delete(store)?;
        Ok(())
    }
}

//! `spin:postgres`, as the guest calls it. The asynchronous functions leave the instance free for its other requests; the synchronous ones
//! of older components hold it, as in Spin.

mod builder;
mod rows;

use std::pin::Pin;
use std::sync::Arc;

use futures::Stream;
use wasmtime::component::{Access, Accessor, FutureReader, Resource, StreamReader};

use super::lending::Lent;
use super::{Connection, ConnectionBuilder, address, query};
use crate::bindings::{PostgresFailure, postgres};
use crate::call::{Caller, Guest};
use crate::error::GuestError;
use crate::seam::HostCallKind;
use crate::state::GuestState;
use postgres::{Column, Error, ParameterValue, Row, RowSet};

type Reply<T> = Result<T, PostgresFailure>;
type Rows = Pin<Box<dyn Stream<Item = Result<Row, Error>> + Send>>;

fn trap(error: impl Into<wasmtime::Error>) -> PostgresFailure {
    GuestError::Trap(error.into())
}

/// Opens a connection for the guest.
async fn open(caller: Caller, builder: ConnectionBuilder) -> Reply<Connection> {
    let component = caller.component.clone();
    let unreachable = || Error::ConnectionFailed("the server cannot be reached".into());
    let opening = async { Ok(component.postgres.open(&builder, &component.allowed_hosts, &component.metrics).await?) };
    let client =
        caller.call(HostCallKind::PgOpen, || address::described(&builder.address), unreachable, opening).await?;
    Ok(Connection(Arc::new(client)))
}

/// A statement, and who asks for it on which connection.
struct Statement {
    caller: Caller,
    client: Arc<Lent>,
    sql: String,
    values: Vec<ParameterValue>,
}

impl Statement {
    fn new(
        access: &mut Access<'_, GuestState, Guest>,
        handle: &Resource<Connection>,
        sql: String,
        values: Vec<ParameterValue>,
    ) -> Reply<Self> {
        let caller = Caller::of_access(access);
        let client = access.get().table.get(handle).map_err(trap)?.0.clone();
        Ok(Self { caller, client, sql, values })
    }

    fn lost() -> Error {
        super::error::text_failed("the connection was lost")
    }

    async fn execute(self) -> Reply<u64> {
        let Self { caller, client, sql, values } = self;
        let executing = async { Ok(query::execute(&client, &sql, &values).await?) };
        caller.call(HostCallKind::PgExecute, || sql.clone(), Self::lost, executing).await
    }

    async fn query(self) -> Reply<RowSet> {
        let Self { caller, client, sql, values } = self;
        let querying = async {
            let (columns, rows) = query::query(&client, &sql, &values).await?;
            Ok(rows::collect(columns, Box::pin(rows)).await?)
        };
        caller.call(HostCallKind::PgQuery, || sql.clone(), Self::lost, querying).await
    }

    async fn fetch(self) -> Reply<rows::Fetched> {
        let Self { caller, client, sql, values } = self;
        // A seam is told of the statement's end, not of its first rows.
        let prefetch = if caller.is_observed() { rows::Prefetch::All } else { rows::Prefetch::Some };
        let querying = async {
            let (columns, rows) = query::query(&client, &sql, &values).await?;
            Ok(rows::prefetch(columns, Box::pin(rows), prefetch).await)
        };
        caller.call(HostCallKind::PgQuery, || sql.clone(), Self::lost, querying).await
    }
}

impl postgres::Host for GuestState {
    fn convert_error(&mut self, failure: PostgresFailure) -> wasmtime::Result<Error> {
        failure.into_result()
    }
}

impl postgres::HostConnection for GuestState {}

impl postgres::HostConnectionWithStore<GuestState> for Guest {
    async fn open(mut access: Access<'_, GuestState, Self>, address: String) -> Reply<Resource<Connection>> {
        let caller = Caller::of_access(&mut access);
        let connection = open(caller, ConnectionBuilder { address, ca_root: None }).await?;
        access.get().table.push(connection).map_err(trap)
    }

    async fn open_async(accessor: &Accessor<GuestState, Self>, address: String) -> Reply<Resource<Connection>> {
        let connection = open(Caller::of(accessor), ConnectionBuilder { address, ca_root: None }).await?;
        accessor.with(|mut access| access.get().table.push(connection)).map_err(trap)
    }

    async fn query(
        mut access: Access<'_, GuestState, Self>,
        handle: Resource<Connection>,
        sql: String,
        values: Vec<ParameterValue>,
    ) -> Reply<RowSet> {
        Statement::new(&mut access, &handle, sql, values)?.query().await
    }

    async fn query_async(
        accessor: &Accessor<GuestState, Self>,
        handle: Resource<Connection>,
        sql: String,
        values: Vec<ParameterValue>,
    ) -> Reply<(Vec<Column>, StreamReader<Row>, FutureReader<Result<(), Error>>)> {
        let statement = accessor.with(|mut access| Statement::new(&mut access, &handle, sql, values))?;
        let fetched = statement.fetch().await?;
        accessor.with(|access| fetched.into_readers(access)).map_err(trap)
    }

    async fn execute(
        mut access: Access<'_, GuestState, Self>,
        handle: Resource<Connection>,
        sql: String,
        values: Vec<ParameterValue>,
    ) -> Reply<u64> {
        Statement::new(&mut access, &handle, sql, values)?.execute().await
    }

    async fn execute_async(
        accessor: &Accessor<GuestState, Self>,
        handle: Resource<Connection>,
        sql: String,
        values: Vec<ParameterValue>,
    ) -> Reply<u64> {
        accessor.with(|mut access| Statement::new(&mut access, &handle, sql, values))?.execute().await
    }

    fn drop(mut access: Access<'_, GuestState, Self>, handle: Resource<Connection>) -> wasmtime::Result<()> {
        access.get().table.delete(handle)?;
        Ok(())
    }
}

//! Statements: prepared once per connection, executed or queried, their rows converted as they arrive.

use deadpool_postgres::ClientWrapper;
use futures::{Stream, TryStreamExt as _};
use tokio_postgres::error::SqlState;
use tokio_postgres::types::ToSql;
use tokio_postgres::{RowStream, Statement};

use super::convert::{columns, row};
use super::error::{query_failed, text_failed};
use super::params::{Parameter, parameters};
use crate::bindings::postgres::{Column, Error, ParameterValue, Row};

/// Prepared statements kept per connection; a guest that builds SQL text could otherwise fill server and host.
const STATEMENTS_MAX: usize = 256;

/// Runs a statement for its count of rows.
pub async fn execute(client: &ClientWrapper, sql: &str, values: &[ParameterValue]) -> Result<u64, Error> {
    let parameters = parameters(values).map_err(|error| Error::ValueConversionFailed(format!("{error:#}")))?;
    let (_, rows) = start(client, sql, &parameters).await?;
    let mut rows = std::pin::pin!(rows);
    while rows.try_next().await.map_err(|error| query_failed(&error))?.is_some() {}
    Ok(rows.rows_affected().unwrap_or_default())
}

/// Runs a statement for its rows. As in Spin, a result without rows has no columns.
pub async fn query(
    client: &ClientWrapper,
    sql: &str,
    values: &[ParameterValue],
) -> Result<(Vec<Column>, impl Stream<Item = Result<Row, Error>> + Send + use<>), Error> {
    let parameters = parameters(values).map_err(|error| Error::BadParameter(format!("{error:#}")))?;
    let (statement, rows) = start(client, sql, &parameters).await?;
    let converted = rows
        .map_err(|error| query_failed(&error))
        .and_then(|raw| std::future::ready(row(&raw).map_err(|error| text_failed(format!("{error:#}")))));
    Ok((columns(&statement), converted))
}

/// Sends a prepared statement. A plan that a change of the schema has made useless is prepared anew, once.
async fn start(client: &ClientWrapper, sql: &str, parameters: &[Parameter]) -> Result<(Statement, RowStream), Error> {
    let failed = |error: tokio_postgres::Error| query_failed(&error);
    if client.statement_cache.size() >= STATEMENTS_MAX {
        client.statement_cache.clear();
    }
    let statement = client.prepare_cached(sql).await.map_err(failed)?;
    match client.query_raw(&statement, references(parameters)).await {
        Ok(rows) => Ok((statement, rows)),
        Err(error) if is_stale(&error) => {
            client.statement_cache.remove(sql, &[]);
            let statement = client.prepare_cached(sql).await.map_err(failed)?;
            let rows = client.query_raw(&statement, references(parameters)).await.map_err(failed)?;
            Ok((statement, rows))
        }
        Err(error) => Err(failed(error)),
    }
}

fn references(parameters: &[Parameter]) -> impl ExactSizeIterator<Item = &(dyn ToSql + Sync)> {
    parameters.iter().map(|parameter| parameter.as_ref() as &(dyn ToSql + Sync))
}

/// Refused before it ran: the result's type has changed, or the server does not know the statement.
fn is_stale(error: &tokio_postgres::Error) -> bool {
    error
        .code()
        .is_some_and(|code| *code == SqlState::FEATURE_NOT_SUPPORTED || *code == SqlState::INVALID_SQL_STATEMENT_NAME)
}

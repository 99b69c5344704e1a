//! The one mechanism: a typed constant per database function, and how it is called.

use std::marker::PhantomData;
use std::pin::pin;
use std::time::Duration;

use bytes::Bytes;
use futures::future::{Either, select};
use serde::Serialize;
use serde::de::DeserializeOwned;
use spin_sdk::pg::{Connection, DbValue, Error, ParameterValue};

use crate::auth::Rate;
use crate::variables::{self, Variable};
use crate::{CallContext, DbError, Level, error};

/// Opening a connection and the statement together. Below the 5 s within which an outage must be answered, above the
/// role's own `statement_timeout`.
const DEADLINE: Duration = Duration::from_millis(4_500);

/// One database function: its statement, and the types of its input and its answer.
///
/// ```ignore
/// let reply = storefront::PRODUCTS.call(&context, &input).await?;
/// ```
#[derive(Debug)]
pub struct Function<I, O> {
    name: &'static str,
    sql: &'static str,
    login: Variable,
    types: PhantomData<fn(I) -> O>,
}

/// A function's answer, with the tenant's view when the call had to find the tenant.
#[derive(Clone, Debug)]
pub struct Reply<O> {
    /// The function's own answer.
    pub value: O,
    /// The tenant as `api.tenant_of` tells it; absent when the context already carried the tenant's id.
    pub tenant: Option<Bytes>,
    /// What is left of the share of whoever asked, where there is one: of a program's key.
    pub rate: Option<Rate>,
}

/// Declares the constant of a function that serves one tenant. The second column tells who that was, the third what is left of a key's share.
macro_rules! tenant_function {
    ($(#[$meta:meta])* $const:ident, $name:literal, $input:ty => $output:ty) => {
        $(#[$meta])*
        pub const $const: $crate::Function<$input, $output> = $crate::Function::new(
            $name,
            concat!("select api.", $name, "($1, $2), api.tenant_of($1), nullif(current_setting('app.rate', true), '')"),
        );
    };
}

/// Declares the constant of a function that serves no tenant, or finds its own.
macro_rules! global_function {
    ($(#[$meta:meta])* $const:ident, $name:literal, $input:ty => $output:ty) => {
        $(#[$meta])*
        pub const $const: $crate::Function<$input, $output> =
            $crate::Function::new($name, concat!("select api.", $name, "($1, $2)"));
    };
}

/// Declares the constant of a function of schema `ops`: work across shops, by the login role `app_admin`.
macro_rules! ops_function {
    ($(#[$meta:meta])* $const:ident, $name:literal, $input:ty => $output:ty) => {
        $(#[$meta])*
        pub const $const: $crate::Function<$input, $output> =
            $crate::Function::across($name, concat!("select ops.", $name, "($1, $2)"));
    };
}

pub(crate) use {global_function, ops_function, tenant_function};

impl<I: Serialize, O: DeserializeOwned> Function<I, O> {
    pub(crate) const fn new(name: &'static str, sql: &'static str) -> Self {
        Self { name, sql, login: Variable::DatabaseUrl, types: PhantomData }
    }

    pub(crate) const fn across(name: &'static str, sql: &'static str) -> Self {
        Self { name, sql, login: Variable::AdminDatabaseUrl, types: PhantomData }
    }

    /// The function's name without its schema; safe as part of a cache key or a log line.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Calls the function as one statement. A statement that lost against a concurrent one (deadlock, serialisation)
    /// was undone as a whole, so it is sent once more.
    ///
    /// # Errors
    /// See [`DbError`]. After [`DbError::Unavailable`] a write may have happened; its idempotency key tells.
    pub async fn call(&self, context: &CallContext, input: &I) -> Result<Reply<O>, DbError> {
        let result = match self.attempt(context, input).await {
            Err(DbError::Conflict) => self.attempt(context, input).await,
            result => result,
        };
        let Columns { value, tenant, rate } = result?;
        if let Some(refused) = error::refused(&value) {
            return Err(refused);
        }
        match serde_json::from_slice(&value) {
            Ok(value) => Ok(Reply {
                value,
                tenant: tenant.map(Bytes::from),
                rate: rate.and_then(|rate| serde_json::from_str(&rate).ok()),
            }),
            Err(_) => {
                self.log(context, "answer_shape");
                Err(DbError::Bug)
            }
        }
    }

    async fn attempt(&self, context: &CallContext, input: &I) -> Result<Columns, DbError> {
        let parameters = parameters(context, input)?;
        let statement = pin!(run(self.login, self.sql, parameters));
        let deadline = pin!(spin_sdk::time::sleep(DEADLINE));
        match select(statement, deadline).await {
            Either::Left((Ok(columns), _)) => Ok(columns),
            Either::Left((Err(Failure::Configuration), _)) => {
                self.log(context, self.login.name());
                Err(DbError::Unavailable)
            }
            Either::Left((Err(Failure::Postgres(cause)), _)) => {
                let error = error::classify(&cause);
                if !matches!(error, DbError::Refused { .. }) {
                    self.log(context, error::sqlstate(&cause));
                }
                Err(error)
            }
            Either::Right(((), _)) => {
                self.log(context, "deadline");
                Err(DbError::Unavailable)
            }
        }
    }

    /// One line that says where to look. SQLSTATE alone: messages and details may hold a customer's values.
    fn log(&self, context: &CallContext, state: &str) {
        context.log(Level::Error, "database_call", serde_json::json!({"function": self.name, "sqlstate": state}));
    }
}

/// A row of the answer.
#[derive(Debug, PartialEq, Eq)]
struct Columns {
    /// JSON.
    value: Vec<u8>,
    /// The tenant's view unless it is null.
    tenant: Option<Vec<u8>>,
    /// JSON, unless it is null.
    rate: Option<String>,
}

enum Failure {
    Configuration,
    Postgres(Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Postgres(error)
    }
}

fn parameters(context: &CallContext, input: &impl Serialize) -> Result<Vec<ParameterValue>, DbError> {
    let context = serde_json::to_vec(context).map_err(|_| DbError::Bug)?;
    let input = serde_json::to_vec(input).map_err(|_| DbError::Bug)?;
    Ok(vec![ParameterValue::Jsonb(context), ParameterValue::Jsonb(input)])
}

async fn run(login: Variable, sql: &'static str, parameters: Vec<ParameterValue>) -> Result<Columns, Failure> {
    let url = variables::secret(login).await.map_err(|_| Failure::Configuration)?;
    let connection = Connection::open(url.expose()).await?;
    let mut result = connection.query(sql, parameters).await?;
    let row = result.rows().next().await;
    // A statement that fails while it runs shows here, and not as an error of `query`.
    result.result().await?;
    columns(row.unwrap_or_default()).ok_or_else(|| Error::Decode("columns".into()).into())
}

fn columns(row: Vec<DbValue>) -> Option<Columns> {
    let mut row = row.into_iter();
    let value = match row.next()? {
        DbValue::Jsonb(json) => json,
        _ => return None,
    };
    let tenant = match row.next() {
        None | Some(DbValue::DbNull) => None,
        Some(DbValue::Jsonb(tenant)) => Some(tenant),
        Some(_) => return None,
    };
    let rate = match row.next() {
        None | Some(DbValue::DbNull) => None,
        Some(DbValue::Str(rate)) => Some(rate),
        Some(_) => return None,
    };
    Some(Columns { value, tenant, rate })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_beside_the_answer_is_optional() {
        let json = || DbValue::Jsonb(b"{}".to_vec());
        let read = |tenant: Option<&str>, rate: Option<&str>| {
            Some(Columns { value: b"{}".to_vec(), tenant: tenant.map(Into::into), rate: rate.map(Into::into) })
        };
        assert_eq!(columns(vec![json()]), read(None, None));
        assert_eq!(columns(vec![json(), DbValue::DbNull, DbValue::DbNull]), read(None, None));
        assert_eq!(columns(vec![json(), json(), DbValue::Str("{}".into())]), read(Some("{}"), Some("{}")));
    }

    #[test]
    fn another_shape_is_no_answer() {
        assert_eq!(columns(vec![]), None);
        assert_eq!(columns(vec![DbValue::DbNull]), None);
        assert_eq!(columns(vec![DbValue::Str("{}".into())]), None);
        assert_eq!(columns(vec![DbValue::Jsonb(b"{}".to_vec()), DbValue::Str("{}".into())]), None);
    }

    #[test]
    fn statements_are_constants_of_one_shape() {
        let rate = "nullif(current_setting('app.rate', true), '')";
        let products = format!("select api.storefront_products($1, $2), api.tenant_of($1), {rate}");
        assert_eq!(crate::storefront::PRODUCTS.sql, products);
        assert_eq!(crate::system::PING.sql, "select api.system_ping($1, $2)");
        assert_eq!(crate::ops::TENANT_READ.sql, "select ops.tenant_read($1, $2)");
    }

    #[test]
    fn work_across_shops_has_a_login_of_its_own() {
        assert_eq!(crate::ops::TENANT_READ.login, Variable::AdminDatabaseUrl);
        assert_eq!(crate::storefront::PRODUCTS.login, Variable::DatabaseUrl);
    }
}

//! Connections of the administrator.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, NoTls};

use super::{DatabaseUrl, OLDEST_MAJOR};

/// Opens a connection; it is served in the background until the client is dropped.
///
/// # Errors
/// When the server cannot be reached within 5 s or refuses the login.
pub async fn connect(url: &DatabaseUrl) -> Result<Client> {
    Ok(open(url).await?)
}

async fn open(url: &DatabaseUrl) -> Result<Client, ConnectError> {
    let mut config = tokio_postgres::Config::new();
    config.host(&url.host).port(url.port).user(&url.user).dbname(&url.name).application_name("xtask");
    if !url.password.is_empty() {
        config.password(&url.password);
    }
    let place = format!("{} at {}:{}", url.name, url.host, url.port);
    let connecting = tokio::time::timeout(Duration::from_secs(5), config.connect(NoTls));
    match connecting.await {
        Err(_) => Err(ConnectError { place, source: None }),
        Ok(Err(source)) => Err(ConnectError { place, source: Some(source) }),
        Ok(Ok((client, connection))) => {
            // Its error, if any, is that of the client's next call.
            tokio::spawn(async move { drop(connection.await) });
            Ok(client)
        }
    }
}

#[derive(Debug)]
struct ConnectError {
    place: String,
    source: Option<tokio_postgres::Error>,
}

impl ConnectError {
    fn is_missing_database(&self) -> bool {
        self.source.as_ref().and_then(tokio_postgres::Error::code) == Some(&SqlState::INVALID_CATALOG_NAME)
    }
}

impl std::fmt::Display for ConnectError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "cannot connect to database {}", self.place)?;
        match self.source.as_ref() {
            None => write!(f, ": no answer within 5 s"),
            Some(error) => match error.as_db_error() {
                Some(refusal) => write!(f, ": {}", refusal.message()),
                None => Ok(()),
            },
        }
    }
}

impl std::error::Error for ConnectError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        let error = self.source.as_ref()?;
        if error.as_db_error().is_some() { None } else { Some(error) }
    }
}

/// Connects, after creating the database when the server does not have it.
///
/// # Errors
/// When the server cannot be reached or the database not be created.
pub async fn ensure_database(url: &DatabaseUrl) -> Result<Client> {
    match open(url).await {
        Err(error) if error.is_missing_database() => {
            let maintenance = open(&url.with_name("postgres")).await?;
            maintenance
                .batch_execute(&format!("create database {} template template0 encoding 'UTF8'", identifier(&url.name)))
                .await
                .with_context(|| format!("cannot create database {}", url.name))?;
            connect(url).await
        }
        other => Ok(other?),
    }
}

/// Drops the database if there is one, with the connections it has.
///
/// # Errors
/// When the server refuses, or is not on this machine: a development command deletes no remote data.
pub async fn drop_database(url: &DatabaseUrl) -> Result<()> {
    if !url.is_local() {
        bail!("--fresh deletes data and works on a local server alone; {} is not one", url.host);
    }
    if ["postgres", "template0", "template1"].contains(&url.name.as_str()) {
        bail!("--fresh does not delete the server's own database {}; name another one in the URL", url.name);
    }
    let maintenance = connect(&url.with_name("postgres")).await?;
    maintenance
        .batch_execute(&format!("drop database if exists {} with (force)", identifier(&url.name)))
        .await
        .with_context(|| format!("cannot drop database {}", url.name))
}

/// Refuses a server older than the migrations are written for.
///
/// # Errors
/// When the server is too old or does not say its version.
pub async fn require_version(client: &Client) -> Result<()> {
    let row = client
        .query_one("select current_setting('server_version_num')::int / 10000, current_setting('server_version')", &[]);
    let row = row.await.context("the server does not tell its version")?;
    let (major, version): (i32, String) = (row.try_get(0)?, row.try_get(1)?);
    if i64::from(major) < i64::from(OLDEST_MAJOR) {
        bail!("PostgreSQL {OLDEST_MAJOR} or newer is needed; the database URL leads to {version}");
    }
    Ok(())
}

/// A quoted SQL identifier.
fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

//! A database without components, for what is about SQL alone.

use tokio_postgres::Client;
use xtask::postgres::{DatabaseUrl, connect};

use crate::database::Server;

/// A migrated and seeded database for one test. It is dropped in the background when the test is over.
pub struct Database {
    /// The administrator's session.
    pub sql: Client,
    server: &'static Server,
    url: DatabaseUrl,
}

impl Database {
    /// A new one.
    pub async fn start() -> Self {
        let server = Server::get().await;
        let url = server.create().await.unwrap_or_else(|error| panic!("no database: {error:#}"));
        Self { sql: connect(&url).await.unwrap(), server, url }
    }

    /// Another session of the administrator.
    pub async fn another_session(&self) -> Client {
        connect(&self.url).await.unwrap()
    }

    /// A session of the login that the components use.
    pub async fn app_user_session(&self) -> Client {
        connect(&self.server.app_user(&self.url)).await.unwrap()
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        self.server.discard(&self.url);
    }
}

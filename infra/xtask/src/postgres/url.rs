//! `postgres://` URLs: read from a user, written for a role.

use anyhow::{Context, Result, bail};
use tokio_postgres::config::Host;

/// A login at one database over TCP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatabaseUrl {
    /// Host name or address.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// Role that logs in.
    pub user: String,
    /// Its password; empty when the server asks for none.
    pub password: String,
    /// Database name.
    pub name: String,
}

impl DatabaseUrl {
    /// Reads `postgres://user:password@host:port/name`.
    ///
    /// # Errors
    /// When it is no such URL, or names a Unix socket (components reach the database over TCP alone).
    pub fn parse(text: &str) -> Result<Self> {
        let config: tokio_postgres::Config =
            text.parse().context("the database URL must read postgres://user:password@host:port/name")?;
        let host = match config.get_hosts() {
            [Host::Tcp(host)] => host.clone(),
            _ => bail!("the database URL must name one TCP host"),
        };
        let Some(user) = config.get_user() else { bail!("the database URL must name a user") };
        let password = String::from_utf8(config.get_password().unwrap_or_default().to_vec())
            .context("the password in the database URL is not UTF-8")?;
        let port = config.get_ports().first().copied().unwrap_or(5432);
        let name = config.get_dbname().unwrap_or("wasla").to_owned();
        Ok(Self { host, port, user: user.to_owned(), password, name })
    }

    /// The same login at another database.
    pub fn with_name(&self, name: &str) -> Self {
        Self { name: name.to_owned(), ..self.clone() }
    }

    /// Another login at the same database.
    pub fn with_login(&self, user: &str, password: &str) -> Self {
        Self { user: user.to_owned(), password: password.to_owned(), ..self.clone() }
    }

    /// `postgres://host:port`: what `allowed_outbound_hosts` names.
    pub fn origin(&self) -> String {
        format!("postgres://{}:{}", self.host_part(), self.port)
    }

    /// Whether the server is this machine.
    pub fn is_local(&self) -> bool {
        let address = self.host.parse::<std::net::IpAddr>();
        self.host == "localhost" || address.is_ok_and(|address| address.is_loopback())
    }

    fn host_part(&self) -> String {
        if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() }
    }
}

impl std::fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (user, password, name) = (escape(&self.user), escape(&self.password), escape(&self.name));
        let login = if password.is_empty() { user } else { format!("{user}:{password}") };
        write!(f, "postgres://{login}@{}:{}/{name}", self.host_part(), self.port)
    }
}

/// Percent-encodes all but the unreserved characters of RFC 3986 §2.3.
fn escape(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let url = DatabaseUrl {
            host: "127.0.0.1".into(),
            port: 6543,
            user: "app_user".into(),
            password: "p@ss/word:%é".into(),
            name: "wasla".into(),
        };
        assert_eq!(DatabaseUrl::parse(&url.to_string()).unwrap(), url);
        assert_eq!(url.origin(), "postgres://127.0.0.1:6543");
    }

    #[test]
    fn defaults_are_the_standard_port_and_our_database() {
        let url = DatabaseUrl::parse("postgres://admin@db.example").unwrap();
        assert_eq!((url.port, url.name.as_str(), url.is_local()), (5432, "wasla", false));
    }

    #[test]
    fn sockets_lists_and_nonsense_are_refused() {
        for text in ["postgres://a@%2Ftmp/x", "postgres://a@h1,h2/x", "http://example", "postgres://h/x"] {
            assert!(DatabaseUrl::parse(text).is_err(), "{text}");
        }
    }
}

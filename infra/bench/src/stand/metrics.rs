//! The host's own counts (`/metrics`).

use std::net::SocketAddr;

use anyhow::{Result, bail};

use crate::load::Connection;

/// Host calls that succeeded or failed, since the host began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HostCalls {
    /// Statements sent to PostgreSQL.
    pub statements: u64,
    /// Requests sent to other servers.
    pub http_sends: u64,
    /// Reads of the key-value store.
    pub kv_gets: u64,
}

impl HostCalls {
    /// Asks the host.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn read(address: SocketAddr) -> Result<Self> {
        let mut connection = Connection::new(address);
        let answer = connection.exchange(b"GET /metrics HTTP/1.1\r\nhost: localhost\r\n\r\n").await?;
        if answer.status != 200 {
            bail!("/metrics answers {}", answer.status);
        }
        Ok(Self::parse(&String::from_utf8_lossy(answer.body)))
    }

    fn parse(text: &str) -> Self {
        let count = |kind: &str| -> u64 {
            let series = format!("host_calls_total{{kind=\"{kind}\",");
            let counts = text.lines().filter(|line| line.starts_with(&series));
            counts.filter_map(|line| line.rsplit(' ').next()?.parse::<u64>().ok()).sum()
        };
        Self {
            statements: count("pg_query") + count("pg_execute"),
            http_sends: count("http_send"),
            kv_gets: count("kv_get"),
        }
    }

    /// What was counted after `earlier`.
    pub fn since(self, earlier: Self) -> Self {
        Self {
            statements: self.statements.saturating_sub(earlier.statements),
            http_sends: self.http_sends.saturating_sub(earlier.http_sends),
            kv_gets: self.kv_gets.saturating_sub(earlier.kv_gets),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_are_queries_and_executions_whatever_became_of_them() {
        let text = "# TYPE host_calls_total counter\nhost_calls_total{kind=\"pg_query\",outcome=\"success\"} 3\n\
            host_calls_total{kind=\"pg_query\",outcome=\"failure\"} 1\nhost_calls_total{kind=\"pg_execute\",outcome=\"success\"} 2\n\
            host_calls_total{kind=\"pg_open\",outcome=\"success\"} 9\nhost_calls_total{kind=\"http_send\",outcome=\"success\"} 5\n";
        let calls = HostCalls::parse(text);
        assert_eq!(calls, HostCalls { statements: 6, http_sends: 5, kv_gets: 0 });
        assert_eq!(calls.since(HostCalls { statements: 4, http_sends: 5, kv_gets: 0 }).statements, 2);
    }
}

//! What the sandbox is started with.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// One merchant account at the gateway: its API key and where its webhooks go.
#[derive(Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// Name of the account, unique in the sandbox; webhooks carry it as `account_name`.
    pub name: String,
    /// Secret API key: user name of HTTP Basic auth. `sk_live_…` makes the account's webhooks say `live: true`.
    pub api_key: String,
    /// Where webhooks are POSTed; plain `http` only, as this gateway serves development.
    pub webhook_url: String,
    /// The shared password that every webhook carries in its body.
    pub secret_token: String,
}

impl Account {
    /// Whether the key is one of live mode.
    pub(crate) fn is_live(&self) -> bool {
        self.api_key.starts_with("sk_live_")
    }
}

/// The keys that the message provider accepts. An empty one is nobody's: every request with it is refused.
#[derive(Clone, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct MessageCredentials {
    /// Bearer key of `POST /emails`.
    pub email: String,
    /// Bearer key of `POST /v1/messages`.
    pub sms: String,
}

/// How to run a sandbox.
pub struct Config {
    /// Address to listen on; port 0 takes any free one.
    pub listen: SocketAddr,
    /// Origin of invoice URLs; the address listened on when absent.
    pub public_url: Option<String>,
    /// The accounts known from the start.
    pub accounts: Vec<Account>,
    /// What one minute of the documented webhook retry schedule (1, 10, 30, 60, 120 minutes) takes here.
    pub retry_base: Duration,
    /// How long a webhook waits for its answer.
    pub webhook_timeout: Duration,
    /// How many invoices an account keeps; the oldest are forgotten first.
    pub invoices_kept: usize,
    /// The keys of the message provider.
    pub message_credentials: MessageCredentials,
    /// How many messages the mailbox keeps; the oldest are forgotten first.
    pub messages_kept: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            public_url: None,
            accounts: Vec::new(),
            retry_base: Duration::from_secs(1),
            webhook_timeout: Duration::from_secs(10),
            invoices_kept: 100_000,
            message_credentials: MessageCredentials::default(),
            messages_kept: 1_000,
        }
    }
}

/// Why a sandbox could not start, or an account was refused.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address could not be bound.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The address asked for.
        address: SocketAddr,
        /// What the system answered.
        source: std::io::Error,
    },
    /// The public URL is not an absolute http(s) URL.
    #[error("public URL {0:?} is not an absolute http or https URL")]
    PublicUrl(String),
    /// An account has an empty name or key, or a webhook URL that is not plain http.
    #[error("account {name:?}: {problem}")]
    Account {
        /// Name of the account.
        name: String,
        /// What is wrong with it.
        problem: &'static str,
    },
}

//! Runs the development payment gateway and message provider until it is told to stop.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use clap::Parser;
use sandbox::{Account, Config, MessageCredentials, Sandbox};
use tokio::signal::unix::{SignalKind, signal};

/// Development payment gateway and message provider: speaks the wire formats of Moyasar, Resend and Taqnyat, and lies on request.
#[derive(Parser)]
#[command(version)]
struct Options {
    /// Address to listen on; port 0 takes any free one.
    #[arg(long, default_value = "127.0.0.1:3100")]
    listen: SocketAddr,
    /// Origin of invoice URLs; the address listened on when absent.
    #[arg(long)]
    public_url: Option<String>,
    /// File with a JSON array of accounts: name, api_key, webhook_url, secret_token.
    #[arg(long)]
    accounts: Option<PathBuf>,
    /// One account as a JSON object; may be repeated.
    #[arg(long)]
    account: Vec<String>,
    /// Milliseconds that stand for one minute of the webhook retry schedule (1, 10, 30, 60, 120 minutes).
    #[arg(long, default_value_t = 1_000)]
    retry_base: u64,
    /// Milliseconds that a webhook waits for its answer.
    #[arg(long, default_value_t = 10_000)]
    webhook_timeout: u64,
    /// How many invoices an account keeps; the oldest are forgotten first.
    #[arg(long, default_value_t = 100_000)]
    invoices_kept: usize,
    /// Keys of the message provider: {"email": "…", "sms": "…"}; without them it refuses every message.
    #[arg(long, env = "SANDBOX_MESSAGE_CREDENTIALS", hide_env_values = true)]
    message_credentials: Option<String>,
    /// How many messages the mailbox keeps; the oldest are forgotten first.
    #[arg(long, default_value_t = 1_000)]
    messages_kept: usize,
}

// One thread is plenty for thousands of invoices a second and leaves the other cores to what is being measured.
#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let gateway = Sandbox::start(Config {
        listen: options.listen,
        accounts: accounts(&options)?,
        message_credentials: message_credentials(&options)?,
        messages_kept: options.messages_kept,
        public_url: options.public_url,
        retry_base: Duration::from_millis(options.retry_base),
        webhook_timeout: Duration::from_millis(options.webhook_timeout),
        invoices_kept: options.invoices_kept,
    })
    .await?;
    println!("listening on {}", gateway.url());
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    gateway.shutdown().await;
    Ok(())
}

fn accounts(options: &Options) -> anyhow::Result<Vec<Account>> {
    let mut accounts: Vec<Account> = match &options.accounts {
        None => Vec::new(),
        Some(path) => {
            let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
            serde_json::from_str(&text).with_context(|| format!("{} is not a list of accounts", path.display()))?
        }
    };
    for text in &options.account {
        accounts.push(serde_json::from_str(text).context("--account is not an account in JSON")?);
    }
    Ok(accounts)
}

fn message_credentials(options: &Options) -> anyhow::Result<MessageCredentials> {
    match &options.message_credentials {
        None => Ok(MessageCredentials::default()),
        // The text is not shown: it holds the keys.
        Some(text) => {
            serde_json::from_str(text).context("--message-credentials is not {\"email\": …, \"sms\": …} in JSON")
        }
    }
}

//! A running sandbox, as its owner holds it.

use std::net::SocketAddr;
use std::sync::Arc;

use serde::Serialize;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::behaviour::Behaviour;
use crate::config::{Account, Config, StartError};
use crate::counters::Counters;
use crate::dns::TxtRecords;
use crate::gateway::{Gateway, Refusal};
use crate::messages::Message;
use crate::moyasar::Outcome;
use crate::webhooks::{Delivery, ReleaseOrder, Repeat};
use crate::{SeenTrace, lock, server};

/// What an act on an invoice or payment led to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Settled {
    /// The payment.
    pub payment_id: Uuid,
    /// The webhook events about it, in the order in which they are sent.
    pub event_ids: Vec<Uuid>,
}

/// A running sandbox. Ends when it is shut down or dropped.
pub struct Sandbox {
    address: SocketAddr,
    gateway: Arc<Gateway>,
    stop: watch::Sender<bool>,
    server: JoinHandle<()>,
}

impl Sandbox {
    /// Starts a sandbox on the current tokio runtime; it serves when this returns.
    ///
    /// # Errors
    /// The address is taken, the public URL is none, or an account is refused.
    pub async fn start(mut config: Config) -> Result<Self, StartError> {
        let listening = |source| StartError::Listen { address: config.listen, source };
        let listener = TcpListener::bind(config.listen).await.map_err(listening)?;
        let address = listener.local_addr().map_err(listening)?;
        let public_url = config.public_url.take().unwrap_or_else(|| format!("http://{address}"));
        let valid = url::Url::parse(&public_url).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
        if !valid {
            return Err(StartError::PublicUrl(public_url));
        }
        let (stop, stopped) = watch::channel(false);
        let public_url = public_url.trim_end_matches('/').to_owned();
        let gateway = Arc::new(Gateway::new(public_url, &config, stopped.clone()));
        for account in config.accounts {
            gateway.accounts.put(account, config.invoices_kept)?;
        }
        let server = tokio::spawn(server::serve(listener, Arc::clone(&gateway), stopped));
        Ok(Self { address, gateway, stop, server })
    }

    /// The address it listens on.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.address
    }

    /// Origin of the API, without a trailing slash.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Adds an account, or changes the one of that name and keeps its invoices.
    ///
    /// # Errors
    /// The account has no name or key, its key is another's, or its webhook URL is not plain http.
    pub fn put_account(&self, account: Account) -> Result<(), StartError> {
        self.gateway.accounts.put(account, self.gateway.invoices_kept)
    }

    /// Replaces the behaviour; the default is honest and prompt.
    pub fn set_behaviour(&self, behaviour: Behaviour) {
        *lock(&self.gateway.behaviour) = behaviour;
    }

    /// The behaviour as it stands, `times` and `lose_next` counted down.
    #[must_use]
    pub fn behaviour(&self) -> Behaviour {
        lock(&self.gateway.behaviour).clone()
    }

    /// Pays an invoice; the webhook follows by itself. `late` ignores that the invoice expired.
    ///
    /// # Errors
    /// There is no such invoice, or it cannot be paid any more.
    pub fn pay(&self, invoice: Uuid, late: bool) -> Result<Settled, Refusal> {
        self.gateway.attempt_any(invoice, Outcome::Paid, late)
    }

    /// Declines an attempt to pay an invoice, which stays payable; the webhook follows by itself.
    ///
    /// # Errors
    /// There is no such invoice, or it cannot be paid any more.
    pub fn decline(&self, invoice: Uuid) -> Result<Settled, Refusal> {
        self.gateway.attempt_any(invoice, Outcome::Declined, false)
    }

    /// Refunds a payment, wholly when no amount (minor units) is given; the webhook follows by itself.
    ///
    /// # Errors
    /// There is no such payment, it was declined, or the amount is above what is left of it.
    pub fn refund(&self, payment: Uuid, amount: Option<i64>) -> Result<Settled, Refusal> {
        self.gateway.refund_any(payment, amount)
    }

    /// Every event of the log, oldest first.
    #[must_use]
    pub fn deliveries(&self) -> Vec<Delivery> {
        self.gateway.webhooks.deliveries()
    }

    /// Sends the very same bytes of an event again and returns the statuses of the answers (none for no answer);
    /// no event of that id is none.
    pub async fn repeat(&self, event: Uuid, repeat: Repeat) -> Option<Vec<Option<u16>>> {
        self.gateway.webhooks.repeat(event, repeat).await
    }

    /// Sends the held events; returns after their first attempts with their number.
    pub async fn release(&self, order: ReleaseOrder) -> usize {
        self.gateway.webhooks.release(order).await
    }

    /// Waits until no delivery is under way, retries included; held and lost events do not count.
    pub async fn idle(&self) {
        self.gateway.webhooks.idle().await;
    }

    /// What happened so far, in numbers.
    #[must_use]
    pub fn counters(&self) -> Counters {
        lock(&self.gateway.counters).clone()
    }

    /// In which traces the latest requests to the APIs came, oldest first.
    #[must_use]
    pub fn traces(&self) -> Vec<SeenTrace> {
        lock(&self.gateway.traces).all()
    }

    /// Every message in the mailbox, oldest first.
    #[must_use]
    pub fn messages(&self) -> Vec<Message> {
        lock(&self.gateway.mailbox).all().cloned().collect()
    }

    /// Empties the mailbox; idempotency keys stay known.
    pub fn clear_messages(&self) {
        lock(&self.gateway.mailbox).clear();
    }

    /// Sets the TXT records of a name, instead of those before; each record is one string.
    ///
    /// # Errors
    /// When the name or a string is none that the DNS can hold.
    pub fn set_txt(&self, name: &str, records: &[&str]) -> Result<(), simple_dns::SimpleDnsError> {
        let txt = records.iter().map(|record| vec![(*record).to_owned()]).collect();
        self.set_records(TxtRecords { name: name.to_owned(), txt })
    }

    /// The same with records of several strings.
    ///
    /// # Errors
    /// As [`Self::set_txt`].
    pub fn set_records(&self, records: TxtRecords) -> Result<(), simple_dns::SimpleDnsError> {
        lock(&self.gateway.zone).set(records)
    }

    /// Ends at once: no further connection, open ones cut, deliveries given up.
    pub async fn shutdown(self) {
        self.stop.send_replace(true);
        // The server task cannot be cancelled by anyone else, and a panic in it has been reported already.
        let _ = self.server.await;
        drop(self.gateway);
        self.stop.closed().await;
    }
}

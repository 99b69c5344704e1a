//! How the gateway misbehaves: one document, replaced as a whole.

use serde::{Deserialize, Serialize};

/// The whole misbehaviour; the default is an honest and prompt gateway.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Behaviour {
    /// What happens to `POST /v1/invoices`.
    pub create: RequestBehaviour,
    /// What happens to every `GET` under `/v1`.
    pub fetch: RequestBehaviour,
    /// What happens to webhooks.
    pub webhooks: WebhookBehaviour,
    /// Lets an invoice be paid after its `expired_at`: the payer's bank answered late.
    pub accept_late_payments: bool,
    /// What happens to `POST /emails`.
    pub email: MessageBehaviour,
    /// What happens to `POST /v1/messages`.
    pub sms: MessageBehaviour,
    /// What happens to questions to the DNS.
    pub dns: DnsBehaviour,
}

/// What happens to one kind of API request.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct RequestBehaviour {
    /// Waits this long before anything is done.
    pub delay_ms: u64,
    /// How the request fails.
    pub fault: Option<Fault>,
    /// What a successful answer says instead of the truth.
    pub lie: Option<Lie>,
    /// How many requests this holds for; all of them when absent.
    pub times: Option<u32>,
}

/// What happens to requests to deliver a message.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct MessageBehaviour {
    /// Waits this long before anything is done.
    pub delay_ms: u64,
    /// How the request fails; the work is to put the message into the mailbox.
    pub fault: Option<Fault>,
    /// Seconds of `Retry-After` in failing answers.
    pub retry_after_s: Option<u32>,
    /// Delivers a message again although its `Idempotency-Key` was seen.
    pub accept_duplicates: bool,
    /// How many requests this holds for; all of them when absent.
    pub times: Option<u32>,
}

/// What happens to questions to the DNS.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct DnsBehaviour {
    /// Waits this long before anything is done.
    pub delay_ms: u64,
    /// How the question fails.
    pub fault: Option<DnsFault>,
    /// How many questions this holds for; all of them when absent.
    pub times: Option<u32>,
}

/// How a question to the DNS fails.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DnsFault {
    /// Answers this status of HTTP.
    Status(u16),
    /// Closes the connection without an answer.
    Drop,
    /// Answers 200 with bytes that are no message of the DNS.
    Garbage,
    /// SERVFAIL: the resolver could not find out.
    ServerFailure,
    /// An answer that was cut off.
    Truncated,
    /// An answer to another question.
    OtherName,
}

/// How a request fails.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// Answers this status; nothing is done.
    Status(u16),
    /// Does the work, then answers this status.
    StatusAfter(u16),
    /// Closes the connection without an answer; nothing is done.
    DropBefore,
    /// Does the work, then closes the connection without an answer.
    DropAfter,
    /// Does the work, then answers 2xx with bytes that are not JSON.
    Garbage,
    /// Does the work, then answers 2xx with valid JSON of at least this many bytes.
    HugeBody(usize),
}

/// What an object in an answer says instead of the truth. Amount and currency also change in its payments.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Lie {
    /// Amount in minor units.
    pub amount: Option<i64>,
    /// ISO 4217 code.
    pub currency: Option<String>,
    /// Id of the object.
    pub id: Option<String>,
    /// Status of the object.
    pub status: Option<String>,
}

/// What happens to webhooks. Applies to events that arise while it is set.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct WebhookBehaviour {
    /// Waits this long before the first attempt.
    pub delay_ms: u64,
    /// Sends every event this many times.
    pub copies: u32,
    /// Sends the copies at once instead of one after the other.
    pub in_parallel: bool,
    /// Loses this many further events.
    pub lose_next: u32,
    /// Loses every event.
    pub lose_all: bool,
    /// Keeps events back until they are released, in either order.
    pub hold: bool,
    /// Changes what the event says.
    pub forge: Option<Forgery>,
    /// Follows every `payment_paid` with a `payment_failed` of the same payment.
    pub contradict: bool,
}

impl Default for WebhookBehaviour {
    fn default() -> Self {
        Self {
            delay_ms: 0,
            copies: 1,
            in_parallel: false,
            lose_next: 0,
            lose_all: false,
            hold: false,
            forge: None,
            contradict: false,
        }
    }
}

/// What a webhook says instead of the truth.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Forgery {
    /// Replaces `data.amount`, in minor units.
    pub amount: Option<i64>,
    /// Replaces `data.currency`.
    pub currency: Option<String>,
    /// Replaces `data.status`.
    pub status: Option<String>,
    /// Replaces `data.id`.
    pub payment_id: Option<String>,
    /// Replaces `data.invoice_id`.
    pub invoice_id: Option<String>,
    /// Replaces `secret_token`.
    pub secret_token: Option<String>,
    /// Replaces `live`.
    pub live: Option<bool>,
    /// Replaces `type`; `payment_faild` is how one of Moyasar's pages spells `payment_failed`.
    #[serde(rename = "type")]
    pub kind: Option<String>,
}

/// A behaviour that may hold for some requests only.
trait Counted: Clone + Default {
    /// How many requests it still holds for.
    fn times(&mut self) -> &mut Option<u32>;
}

impl Counted for RequestBehaviour {
    fn times(&mut self) -> &mut Option<u32> {
        &mut self.times
    }
}

impl Counted for MessageBehaviour {
    fn times(&mut self) -> &mut Option<u32> {
        &mut self.times
    }
}

impl Counted for DnsBehaviour {
    fn times(&mut self) -> &mut Option<u32> {
        &mut self.times
    }
}

/// What holds for the request at hand; counts it against `times`.
fn take<T: Counted>(behaviour: &mut T) -> T {
    match *behaviour.times() {
        None => behaviour.clone(),
        Some(0) => T::default(),
        Some(left) => {
            let taken = behaviour.clone();
            if left == 1 {
                *behaviour = T::default();
            } else {
                *behaviour.times() = Some(left - 1);
            }
            taken
        }
    }
}

impl RequestBehaviour {
    /// What holds for the request at hand; counts it against `times`.
    pub(crate) fn take(&mut self) -> Self {
        take(self)
    }
}

impl MessageBehaviour {
    /// What holds for the request at hand; counts it against `times`.
    pub(crate) fn take(&mut self) -> Self {
        take(self)
    }
}

impl DnsBehaviour {
    /// What holds for the question at hand; counts it against `times`.
    pub(crate) fn take(&mut self) -> Self {
        take(self)
    }
}

impl WebhookBehaviour {
    /// What holds for the event at hand, and whether that event is lost; counts it against `lose_next`.
    pub(crate) fn take(&mut self) -> (Self, bool) {
        let lost = self.lose_all || self.lose_next > 0;
        self.lose_next = self.lose_next.saturating_sub(1);
        (self.clone(), lost)
    }
}

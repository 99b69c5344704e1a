//! Delivering messages, and clearing away what identity leaves behind.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::auth::Channel;
use super::jobs::{JobDone, JobInput};
use super::public_id;
use super::system::NoAnswer;
use crate::call::{global_function, tenant_function};

/// Input of [`DUE`].
#[derive(Clone, Copy, Debug, Serialize)]
pub struct MessagesDueInput {
    /// Most messages in one call.
    pub limit: i64,
    /// For how long they are given to this caller alone.
    pub lease_s: i64,
}

/// Answer of [`DUE`].
#[derive(Clone, Debug, Deserialize)]
pub struct MessagesDue {
    /// The messages to deliver.
    pub messages: Vec<DueMessage>,
    /// Whether there were more than the limit allowed.
    pub more: bool,
}

/// A message to deliver.
#[derive(Clone, Debug, Deserialize)]
pub struct DueMessage {
    /// Its tenant.
    #[serde(deserialize_with = "public_id::one")]
    pub tenant_id: Uuid,
    /// The message, the provider's idempotency key.
    #[serde(deserialize_with = "public_id::one")]
    pub id: Uuid,
    /// Whom a link in it is for.
    #[serde(default, deserialize_with = "public_id::optional")]
    pub account_id: Option<Uuid>,
    /// Which text it is.
    pub kind: String,
    /// By what it goes.
    pub channel: Channel,
    /// E-mail address or E.164.
    pub recipient: String,
    /// What the text needs, sealed.
    pub sealed_body: String,
    /// Deliveries tried, this one included.
    pub attempts: u32,
    /// In whose name it goes.
    pub tenant: MessageTenant,
}

/// The shop in whose name a message goes.
#[derive(Clone, Debug, Deserialize)]
pub struct MessageTenant {
    /// Its slug.
    pub slug: String,
    /// Its name in its own language.
    pub name: String,
    /// Its own language.
    pub locale: String,
    /// Its own domain.
    pub domain: Option<String>,
}

/// Input of [`SETTLE`]; neither sent nor to be tried again: given up.
#[derive(Clone, Debug, Serialize)]
pub struct MessageSettleInput {
    /// The message.
    pub id: Uuid,
    /// Whether the provider took it.
    pub sent: bool,
    /// Why not; safe to store.
    pub error: Option<String>,
    /// Seconds until it is tried again.
    pub retry_s: Option<i64>,
}

global_function! {
    /// Leases messages that are to be delivered.
    DUE, "jobs_messages_due", MessagesDueInput => MessagesDue
}
tenant_function! {
    /// Records how a delivery went; the context names the message's tenant.
    SETTLE, "jobs_messages_settle", MessageSettleInput => NoAnswer
}
global_function! {
    /// Removes challenges, throttles, tokens and sessions that have outlived their use.
    PURGE_IDENTITY, "jobs_identity_purge", JobInput => JobDone
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_due_message_is_read_as_the_database_writes_it() {
        let due = r#"{"messages":[{"tenant_id":"01900000-0000-7000-8000-000000000001","id":"01900000-0000-7000-8000-000000000002",
            "account_id":null,"kind":"sign_in","channel":"sms","recipient":"+966500000000","sealed_body":"s1.k.x","attempts":1,
            "tenant":{"slug":"qahwa","name":"قهوة","locale":"ar","domain":null}}],"more":false}"#;
        let due: MessagesDue = serde_json::from_str(due).unwrap();
        assert_eq!(due.messages[0].tenant.name, "قهوة");
        assert_eq!((due.messages[0].attempts, due.messages[0].channel), (1, Channel::Sms));
    }
}

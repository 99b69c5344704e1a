//! The messages that were accepted, in memory.

use std::collections::{BTreeMap, HashMap, VecDeque};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Replay;

/// How many idempotency keys are remembered; the real provider forgets them after a day.
const KEYS_KEPT: usize = 10_000;

/// How a message goes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// E-mail.
    Email,
    /// SMS.
    Sms,
}

/// A name and a value that an e-mail is tagged with.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Tag {
    /// Name.
    pub name: String,
    /// Value.
    #[serde(default)]
    pub value: String,
}

/// A message in the mailbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Message {
    /// Its id in the mailbox.
    pub id: Uuid,
    /// How it went out.
    pub channel: Channel,
    /// The id that the sender was answered.
    pub provider_ref: String,
    /// Sender: an address, or a sender name.
    pub from: String,
    /// Recipients: addresses, or digits of phone numbers.
    pub to: Vec<String>,
    /// Subject; an SMS has none.
    pub subject: Option<String>,
    /// Plain text; empty when an e-mail has none.
    pub text: String,
    /// HTML, when an e-mail has it.
    pub html: Option<String>,
    /// The e-mail's own headers.
    pub headers: BTreeMap<String, String>,
    /// What it is tagged with.
    pub tags: Vec<Tag>,
    /// `Idempotency-Key` of the request.
    pub idempotency_key: Option<String>,
    /// When it was accepted.
    pub received_at: String,
}

impl Message {
    /// Whether it went to `recipient`; case and the `+` of a phone number do not count.
    #[must_use]
    pub fn is_to(&self, recipient: &str) -> bool {
        let wanted = recipient.trim().trim_start_matches('+');
        self.to.iter().any(|to| bare_address(to).eq_ignore_ascii_case(wanted))
    }
}

/// `Name <address>` → `address`.
fn bare_address(recipient: &str) -> &str {
    let inner = recipient.rsplit_once('<').and_then(|(_, rest)| rest.strip_suffix('>'));
    inner.unwrap_or(recipient).trim().trim_start_matches('+')
}

/// The latest messages, and the idempotency keys that were used.
pub(crate) struct Mailbox {
    kept: usize,
    messages: VecDeque<Message>,
    replays: HashMap<String, Replay>,
    keys: VecDeque<String>,
}

impl Mailbox {
    /// An empty mailbox for `kept` messages.
    pub(crate) fn new(kept: usize) -> Self {
        Self { kept, messages: VecDeque::new(), replays: HashMap::new(), keys: VecDeque::new() }
    }

    /// Adds a message; the oldest is forgotten when there are too many.
    pub(super) fn add(&mut self, message: Message) {
        self.messages.push_back(message);
        if self.messages.len() > self.kept {
            self.messages.pop_front();
        }
    }

    /// What the request with this idempotency key was answered.
    pub(super) fn replay(&self, key: &str) -> Option<&Replay> {
        self.replays.get(key)
    }

    /// Remembers what a request with this idempotency key was answered.
    pub(super) fn remember(&mut self, key: &str, replay: Replay) {
        if self.replays.insert(key.to_owned(), replay).is_some() {
            return;
        }
        self.keys.push_back(key.to_owned());
        if self.keys.len() > KEYS_KEPT
            && let Some(oldest) = self.keys.pop_front()
        {
            self.replays.remove(&oldest);
        }
    }

    /// Every message, oldest first.
    pub(crate) fn all(&self) -> impl DoubleEndedIterator<Item = &Message> + ExactSizeIterator {
        self.messages.iter()
    }

    /// Removes every message; idempotency keys stay known.
    pub(crate) fn clear(&mut self) {
        self.messages.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(to: &str) -> Message {
        Message {
            id: Uuid::new_v4(),
            channel: Channel::Email,
            provider_ref: "1".into(),
            from: "no-reply@wasla.example".into(),
            to: vec![to.into()],
            subject: None,
            text: String::new(),
            html: None,
            headers: BTreeMap::new(),
            tags: Vec::new(),
            idempotency_key: None,
            received_at: String::new(),
        }
    }

    #[test]
    fn the_oldest_are_forgotten() {
        let mut mailbox = Mailbox::new(2);
        for to in ["a@b.co", "b@b.co", "c@b.co"] {
            mailbox.add(message(to));
        }
        assert_eq!(mailbox.all().map(|message| message.to[0].as_str()).collect::<Vec<_>>(), ["b@b.co", "c@b.co"]);
    }

    #[test]
    fn keys_are_bounded_and_the_latest_stay() {
        let mut mailbox = Mailbox::new(1);
        for number in 0..=KEYS_KEPT {
            mailbox.remember(&number.to_string(), Replay { request: bytes::Bytes::new(), provider_ref: String::new() });
        }
        assert!(mailbox.replay("0").is_none());
        assert!(mailbox.replay("1").is_some() && mailbox.replay(&KEYS_KEPT.to_string()).is_some());
        assert_eq!(mailbox.replays.len(), KEYS_KEPT);
    }

    #[test]
    fn a_recipient_is_found_however_it_is_written() {
        assert!(message("Sara <Sara@b.co>").is_to(" sara@B.co"));
        assert!(message("966501234567").is_to("+966501234567"));
        assert!(!message("sara@b.co").is_to("ara@b.co"));
    }
}

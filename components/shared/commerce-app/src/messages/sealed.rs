//! A message's body at rest: sealed, and bound to the row it belongs to.

use commerce_db::auth::{Channel, NewMessage};
use commerce_identity::seal::{KeyRing, SealError};
use uuid::Uuid;

use super::{Body, Content, Language};
use crate::random;

/// What the seal is for; keeps a sealed body from being taken for anything else that the same keys seal.
const PURPOSE: &[u8] = b"message\0";

/// Minutes after which a notice is old news.
const NOTICE_MIN: u32 = 3 * 24 * 60;

/// Why a message cannot be sealed or opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MessageError {
    /// No randomness for the nonce.
    #[error("no randomness available")]
    Random,
    /// The seal cannot be made, or is none of ours.
    #[error("the message's seal")]
    Seal,
    /// What was sealed is no body.
    #[error("the message's body")]
    Body,
}

impl From<SealError> for MessageError {
    fn from(_: SealError) -> Self {
        Self::Seal
    }
}

/// A message to be.
#[derive(Clone, Debug)]
pub struct Draft {
    /// What to tell.
    pub content: Content,
    /// By what it goes.
    pub channel: Channel,
    /// The reader's language; `None`: the shop's.
    pub language: Option<Language>,
    /// How long its code or link is good, in seconds; `None` for a notice.
    pub ttl_s: Option<u32>,
    /// Seconds since 1970.
    pub now: i64,
}

impl Draft {
    /// An e-mail that tells of something that has happened.
    #[must_use]
    pub const fn notice(content: Content, language: Option<Language>, now: i64) -> Self {
        Self { content, channel: Channel::Email, language, ttl_s: None, now }
    }

    /// The outbox row of the message, for the function that stores it.
    ///
    /// # Errors
    /// [`MessageError`].
    pub fn seal(self, keys: &KeyRing) -> Result<NewMessage, MessageError> {
        let valid_min = self.ttl_s.map_or(NOTICE_MIN, |ttl_s| ttl_s / 60);
        let kind = self.content.kind().to_owned();
        let body = Body {
            content: self.content,
            language: self.language,
            expires_at: self.now.saturating_add(i64::from(valid_min) * 60),
            valid_min,
        };
        let plain = serde_json::to_vec(&body).map_err(|_| MessageError::Body)?;
        let id = random::id();
        let nonce = random::bytes().map_err(|_| MessageError::Random)?;
        let sealed_body = keys.seal(&plain, &aad(id), nonce)?;
        Ok(NewMessage { id, kind, channel: self.channel, sealed_body })
    }
}

/// Opens the body of a row.
///
/// # Errors
/// [`MessageError`] for a seal of an unknown key, of another row, or broken.
pub fn open(keys: &KeyRing, id: Uuid, sealed_body: &str) -> Result<Body, MessageError> {
    let plain = keys.open(sealed_body, &aad(id))?;
    serde_json::from_slice(&plain).map_err(|_| MessageError::Body)
}

/// The row's id: a body that was moved to another row does not open. It is unique over all shops, so it stands for the shop too.
fn aad(id: Uuid) -> Vec<u8> {
    [PURPOSE, id.as_bytes()].concat()
}

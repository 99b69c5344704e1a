//! What every sign-in draws before its statement, and what it hands out afterwards.

use commerce_db::auth::{Account, Channel, NewMessage, NewSession, PresentedDevice, SignedIn};
use commerce_identity::opaque::{DeviceToken, RefreshToken};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::tokens::{self, ACCESS_TTL_S, REFRESH_TTL_S, SESSION_CAP_S, Subject};
use super::{IdentityError, Keys, Origin};
use crate::messages::{Content, Draft, Language};
use crate::random::{self, NoRandomness};

/// A session to be, with the secrets of which the database sees the hashes alone.
#[derive(Debug)]
pub struct NewSessionDraft {
    id: Uuid,
    device_id: Uuid,
    refresh: RefreshToken,
    new_device: DeviceToken,
}

/// A session that has begun, or goes on: what its owner gets.
pub struct Grant {
    /// Who.
    pub account: Account,
    /// The session.
    pub session_id: Uuid,
    /// Good for [`Grant::expires_in`] seconds.
    pub access_token: String,
    /// Seconds.
    pub expires_in: i64,
    /// Renews the session once.
    pub refresh_token: Zeroizing<String>,
    /// ISO 8601; the refresh token's end.
    pub refresh_expires_at: String,
    /// ISO 8601; the session's end, however often it is refreshed.
    pub session_expires_at: String,
    /// Proves the device at its next sign-in; a refresh says nothing of it.
    pub device_token: Option<Zeroizing<String>>,
    /// The customer's open cart after merging.
    pub cart_id: Option<Uuid>,
    /// Whether a guest's cart was merged into it.
    pub merged: bool,
}

commerce_domain::opaque_debug!(Grant);

impl NewSessionDraft {
    /// Draws ids and secrets.
    ///
    /// # Errors
    /// [`NoRandomness`].
    pub fn draw() -> Result<Self, NoRandomness> {
        Ok(Self {
            id: random::id(),
            device_id: random::id(),
            refresh: RefreshToken::from_random(random::bytes()?),
            new_device: DeviceToken::from_random(random::bytes()?),
        })
    }

    /// For the statement.
    #[must_use]
    pub fn session(&self, origin: &Origin) -> NewSession {
        NewSession {
            id: self.id,
            refresh_hash: self.refresh.storage_hash(),
            refresh_ttl_s: REFRESH_TTL_S,
            cap_s: SESSION_CAP_S,
            label: Some(origin.device_label()),
        }
    }

    /// For the statement.
    #[must_use]
    pub fn device(&self, origin: &Origin) -> PresentedDevice {
        PresentedDevice {
            presented_hash: origin.device_hash(),
            id: self.device_id,
            new_hash: self.new_device.storage_hash(),
        }
    }

    /// What the owner gets, once the statement has begun the session.
    ///
    /// # Errors
    /// `Internal` when no token can be made.
    pub fn grant(
        self,
        keys: &Keys,
        tenant: Uuid,
        signed_in: SignedIn,
        origin: &Origin,
        now: i64,
    ) -> Result<Grant, IdentityError> {
        let subject = Subject {
            tenant,
            kind: signed_in.account.kind,
            account: signed_in.account.id,
            session: signed_in.session_id,
            facts: &signed_in.token,
        };
        let access_token = tokens::mint(keys, &subject, now)?;
        let shown = if signed_in.device_known { origin.device.as_ref() } else { None };
        Ok(Grant {
            session_id: signed_in.session_id,
            access_token,
            expires_in: ACCESS_TTL_S,
            refresh_token: self.refresh.to_text(),
            refresh_expires_at: signed_in.refresh_expires_at,
            session_expires_at: signed_in.session_expires_at,
            device_token: Some(shown.unwrap_or(&self.new_device).to_text()),
            cart_id: signed_in.cart_id,
            merged: signed_in.merged,
            account: signed_in.account,
        })
    }
}

/// The notice of a new device. The database stores it only when the device is new to an account that has others.
pub(crate) fn notice(
    keys: &Keys,
    language: Option<Language>,
    origin: &Origin,
    now: i64,
) -> Result<NewMessage, IdentityError> {
    let content = Content::NewDevice { device: origin.device_label(), ip: origin.ip.map(|ip| ip.to_string()), at: now };
    let draft = Draft { content, channel: Channel::Email, language, ttl_s: None, now };
    Ok(draft.seal(&keys.seals)?)
}

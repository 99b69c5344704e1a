//! The claims of a token.

use commerce_domain::text::is_unprintable;
use commerce_domain::{AccountId, AccountKind, SessionId, TenantId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::error::{TokenError, TokenErrorKind};
use super::{CLOCK_SKEW_S, MAX_LIFETIME_S};

/// Latest time that is believed: the end of the year 9999.
const MAX_TIME: i64 = 253_402_300_799;
/// Most bytes in the name of a role or permission.
const MAX_NAME_LEN: usize = 64;
/// Most permissions in a token.
const MAX_PERMISSIONS: usize = 256;

/// What an access token says. All times in Unix seconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessClaims {
    /// Who issued it: the variable `token_issuer`.
    pub iss: String,
    /// For whom it speaks: the routes of staff or those of customers.
    pub aud: AccountKind,
    /// Whose it is; its kind is that of `aud`.
    pub sub: AccountId,
    /// The one tenant in which it is good.
    pub org: TenantId,
    /// The role of the membership, or `customer`.
    pub role: String,
    /// What the role permits.
    pub permissions: Vec<String>,
    /// The session it hangs on.
    pub session_id: SessionId,
    /// The sum of the epochs of account and membership; older tokens die with it.
    pub epoch: i64,
    /// Names this token.
    pub jti: Uuid,
    /// When it was issued.
    pub iat: i64,
    /// From when it is good.
    pub nbf: i64,
    /// From when it is not good any more.
    pub exp: i64,
}

impl AccessClaims {
    /// Whether the values make sense together, whatever the time.
    pub(super) fn check_shape(&self) -> Result<(), TokenError> {
        let times = [self.iat, self.nbf, self.exp].iter().all(|time| (0..=MAX_TIME).contains(time));
        let ordered = self.iat < self.exp && self.nbf < self.exp;
        let brief = self.exp.saturating_sub(self.iat) <= MAX_LIFETIME_S;
        let named = is_name(&self.role) && self.permissions.iter().all(|permission| is_name(permission));
        let few = self.permissions.len() <= MAX_PERMISSIONS;
        if times && ordered && brief && named && few && self.epoch >= 0 && self.sub.kind() == self.aud {
            Ok(())
        } else {
            Err(TokenError::new(TokenErrorKind::Malformed))
        }
    }

    /// Checks the times alone: for a token whose signature was verified before and remembered.
    ///
    /// # Errors
    /// The kinds `Expired` (at `exp`, without leeway) and `NotYet` (`nbf` or `iat` more than [`CLOCK_SKEW_S`] ahead).
    pub fn check_time(&self, now: i64) -> Result<(), TokenError> {
        if self.exp <= now {
            return Err(TokenError::new(TokenErrorKind::Expired));
        }
        let latest = now.saturating_add(CLOCK_SKEW_S);
        if self.nbf > latest || self.iat > latest {
            return Err(TokenError::new(TokenErrorKind::NotYet));
        }
        Ok(())
    }
}

/// Whether text is fit to name a role or permission. NUL above all would not pass the database.
fn is_name(text: &str) -> bool {
    (1..=MAX_NAME_LEN).contains(&text.len()) && !text.chars().any(is_unprintable)
}

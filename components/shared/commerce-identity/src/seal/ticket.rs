//! Tickets: what the client keeps between two steps and cannot read, change, or use elsewhere.

use commerce_domain::TenantId;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{KeyRing, NONCE_LEN, SealError};

/// What a ticket is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TicketScope {
    /// The step that takes it, in a word of ours.
    pub purpose: &'static str,
    /// The tenant in which it was given.
    pub tenant: TenantId,
}

impl TicketScope {
    fn aad(&self) -> Vec<u8> {
        [self.purpose.as_bytes(), &[0], self.tenant.as_uuid().as_bytes()].concat()
    }
}

/// Content with an end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ticket<T> {
    /// From when it is not good any more, in Unix seconds.
    pub expires_at: i64,
    /// What it carries.
    pub content: T,
}

impl<T: Serialize> Ticket<T> {
    /// Seals for a scope, with 12 fresh random bytes.
    ///
    /// # Errors
    /// [`SealError::Malformed`] for content that is too long or has no JSON form.
    pub fn seal(&self, ring: &KeyRing, scope: &TicketScope, nonce: [u8; NONCE_LEN]) -> Result<String, SealError> {
        let json = serde_json::to_vec(self).map(Zeroizing::new).map_err(|_| SealError::Malformed)?;
        ring.seal(&json, &scope.aad(), nonce)
    }
}

impl<T: DeserializeOwned> Ticket<T> {
    /// Opens a ticket of the same scope that has not expired.
    ///
    /// # Errors
    /// [`SealError`].
    pub fn open(text: &str, ring: &KeyRing, scope: &TicketScope, now: i64) -> Result<Self, SealError> {
        let json = ring.open(text, &scope.aad())?;
        let ticket: Self = serde_json::from_slice(&json).map_err(|_| SealError::Malformed)?;
        if ticket.expires_at <= now { Err(SealError::Expired) } else { Ok(ticket) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoding::base64url;
    use uuid::Uuid;

    #[test]
    fn a_ticket_is_good_in_its_scope_and_time_alone() {
        let ring = KeyRing::parse(&format!(r#"[{{"id":"k1","key":"{}"}}]"#, base64url(&[1; 32]))).unwrap();
        let scope = TicketScope { purpose: "second_factor", tenant: TenantId::new(Uuid::from_u128(1)) };
        let ticket = Ticket { expires_at: 100, content: vec!["x".to_owned()] };
        let text = ticket.seal(&ring, &scope, [9; 12]).unwrap();
        let open = |scope, now| Ticket::<Vec<String>>::open(&text, &ring, &scope, now);
        assert_eq!(open(scope, 99), Ok(ticket));
        assert_eq!(open(scope, 100), Err(SealError::Expired));
        assert_eq!(open(TicketScope { purpose: "enrol_totp", ..scope }, 99), Err(SealError::Forged));
        assert_eq!(
            open(TicketScope { tenant: TenantId::new(Uuid::from_u128(2)), ..scope }, 99),
            Err(SealError::Forged)
        );
        assert_eq!(Ticket::<u8>::open(&text, &ring, &scope, 99), Err(SealError::Malformed));
    }
}

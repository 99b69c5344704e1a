//! What follows a first factor that is no password, as its caller sees it.

use commerce_db::auth::FirstFactor;
use commerce_domain::AccountKind;
use uuid::Uuid;

use super::challenge::{SecondFactorTicket, TICKET_TTL_S};
use super::new_session::NewSessionDraft;
use super::sign_in::{Outcome, SecondFactor};
use super::{IdentityError, Keys, Origin};

/// A session, or a ticket for the authenticator.
pub(crate) fn outcome(
    keys: &Keys,
    (kind, tenant): (AccountKind, Uuid),
    draft: NewSessionDraft,
    proved: FirstFactor,
    origin: &Origin,
    now: i64,
) -> Result<Outcome, IdentityError> {
    match proved {
        FirstFactor::SignedIn(signed_in) => {
            Ok(Outcome::SignedIn(Box::new(draft.grant(keys, tenant, *signed_in, origin, now)?)))
        }
        FirstFactor::SecondFactor { second_factor } => {
            let ticket = SecondFactorTicket {
                challenge_id: second_factor.challenge_id,
                account_id: second_factor.account_id,
                totp_sealed: Some(second_factor.totp_sealed),
                language: origin.language(),
            };
            let ticket = ticket.seal(keys, kind, tenant, now)?;
            Ok(Outcome::SecondFactor(SecondFactor { ticket, methods: second_factor.methods, expires_in: TICKET_TTL_S }))
        }
    }
}

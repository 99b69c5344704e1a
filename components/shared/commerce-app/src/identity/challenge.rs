//! The second factor of a sign-in, in one statement: what it needs came back with the ticket.

use bytes::Bytes;
use commerce_db::CallContext;
use commerce_db::auth::{self, CartMerge, ChallengeInput};
use commerce_domain::{AccountKind, TenantId};
use commerce_identity::code::OneTimeCode;
use commerce_identity::seal::{Ticket, TicketScope};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::new_session::{self, Grant, NewSessionDraft};
use super::{IdentityError, Keys, Origin, authenticator};
use crate::messages::Language;
use crate::random;

/// Seconds that a ticket and its challenge are good.
pub const TICKET_TTL_S: u32 = 300;

/// What the client holds between the two steps of a sign-in, sealed. It proves that the first factor was right; the challenge that it
/// names is good once, for five tries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecondFactorTicket {
    /// The challenge's row.
    pub challenge_id: Uuid,
    /// Whose.
    pub account_id: Uuid,
    /// The authenticator's secret, sealed once more.
    pub totp_sealed: Option<String>,
    /// The language of the account's messages.
    pub language: Option<Language>,
}

/// By what somebody proves themselves the second time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = SecondFactorMethod)]
pub enum Method {
    /// A code of the authenticator.
    Totp,
    /// A recovery code.
    Recovery,
    /// A code that came by e-mail.
    Email,
    /// A code that came by SMS.
    Sms,
}

impl Method {
    /// Reads the name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Totp, Self::Recovery, Self::Email, Self::Sms].into_iter().find(|method| method.as_str() == name)
    }

    /// The name in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Totp => "totp",
            Self::Recovery => "recovery",
            Self::Email => "email",
            Self::Sms => "sms",
        }
    }
}

/// The answer to a challenge.
pub struct Challenge<'a> {
    /// Whose sign-in.
    pub kind: AccountKind,
    /// The tenant in which the ticket was given.
    pub tenant: Uuid,
    /// As it was given.
    pub ticket: &'a str,
    /// By what.
    pub method: Method,
    /// As it was typed.
    pub code: &'a str,
    /// A guest's cart, for customers.
    pub cart: Option<CartMerge>,
    /// Where from.
    pub origin: &'a Origin,
    /// Seconds since 1970.
    pub now: i64,
}

commerce_domain::opaque_debug!(Challenge<'_>);

impl SecondFactorTicket {
    /// Seals for one realm of one tenant.
    pub(super) fn seal(self, keys: &Keys, kind: AccountKind, tenant: Uuid, now: i64) -> Result<String, IdentityError> {
        let ticket = Ticket { expires_at: now.saturating_add(TICKET_TTL_S.into()), content: self };
        Ok(ticket.seal(&keys.seals, &scope(kind, tenant), random::bytes()?)?)
    }

    fn open(keys: &Keys, kind: AccountKind, tenant: Uuid, text: &str, now: i64) -> Result<Self, IdentityError> {
        let ticket = Ticket::open(text, &keys.seals, &scope(kind, tenant), now);
        ticket.map(|ticket| ticket.content).map_err(|_| IdentityError::InvalidCredentials { rate: None })
    }
}

const fn scope(kind: AccountKind, tenant: Uuid) -> TicketScope {
    let purpose = match kind {
        AccountKind::Staff => "second_factor:staff",
        AccountKind::Customer => "second_factor:customer",
    };
    TicketScope { purpose, tenant: TenantId::new(tenant) }
}

/// Ends a sign-in with its second factor. A wrong code reaches the database too, where it counts.
///
/// # Errors
/// [`IdentityError::InvalidCredentials`] for a ticket that is none, a wrong, used or late code, and the sixth try.
pub async fn answer(
    context: &CallContext,
    keys: &Keys,
    request: &Challenge<'_>,
) -> Result<(Grant, Option<Bytes>), IdentityError> {
    let Challenge { kind, tenant, origin, now, .. } = *request;
    let ticket = SecondFactorTicket::open(keys, kind, tenant, request.ticket, now)?;
    let draft = NewSessionDraft::draw()?;
    let proof = prove(keys, &ticket, request)?;
    let input = ChallengeInput {
        kind,
        challenge_id: ticket.challenge_id,
        method: request.method.as_str().to_owned(),
        totp_step: proof.totp_step,
        recovery_hash: proof.recovery_hash,
        code_hash: proof.code_hash,
        session: draft.session(origin),
        device: draft.device(origin),
        client: origin.client(),
        cart: request.cart,
        notice: Some(new_session::notice(keys, ticket.language, origin, now)?),
    };
    let reply = auth::CHALLENGE.call(context, &input).await;
    let reply = reply.map_err(|error| IdentityError::same_for_all(error, None))?;
    let grant = draft.grant(keys, tenant, reply.value, origin, now)?;
    Ok((grant, reply.tenant))
}

/// What the database compares.
#[derive(Debug, Default)]
struct Proof {
    totp_step: Option<u64>,
    recovery_hash: Option<String>,
    code_hash: Option<String>,
}

fn prove(keys: &Keys, ticket: &SecondFactorTicket, request: &Challenge<'_>) -> Result<Proof, IdentityError> {
    let mut proof = Proof::default();
    match request.method {
        Method::Totp => {
            if let Some(sealed) = &ticket.totp_sealed {
                let (account, code) = (ticket.account_id, request.code);
                proof.totp_step = authenticator::matched_step(&keys.seals, account, sealed, code, request.now)?;
            }
        }
        Method::Recovery => {
            proof.recovery_hash = authenticator::recovery_hash(&keys.codes, ticket.account_id, request.code);
        }
        Method::Email | Method::Sms => {
            let code = OneTimeCode::parse(request.code);
            proof.code_hash = code.map(|code| code.storage_hash(&keys.codes, ticket.challenge_id));
        }
    }
    Ok(proof)
}

#[cfg(test)]
mod tests {
    use super::*;
    use commerce_identity::totp::TotpSecret;

    const NOW: i64 = 1_800_000_000;

    fn ticket(keys: &Keys) -> (SecondFactorTicket, TotpSecret) {
        let secret = TotpSecret::from_random([5; 20]);
        let account_id = Uuid::from_u128(2);
        let totp_sealed = authenticator::seal_secret(&keys.seals, account_id, &secret).unwrap();
        let challenge_id = Uuid::from_u128(1);
        (SecondFactorTicket { challenge_id, account_id, totp_sealed: Some(totp_sealed), language: None }, secret)
    }

    fn proof(keys: &Keys, ticket: &SecondFactorTicket, method: Method, code: &str) -> Proof {
        let origin = Origin::default();
        let tenant = Uuid::from_u128(9);
        let kind = AccountKind::Staff;
        let request = Challenge { kind, tenant, ticket: "", method, code, cart: None, origin: &origin, now: NOW };
        prove(keys, ticket, &request).unwrap()
    }

    #[test]
    fn a_ticket_is_for_one_realm_of_one_tenant_and_for_five_minutes() {
        let keys = Keys::of_tests();
        let (ticket, _) = ticket(&keys);
        let (shop, other) = (Uuid::from_u128(9), Uuid::from_u128(8));
        let text = ticket.clone().seal(&keys, AccountKind::Staff, shop, NOW).unwrap();
        let open = |kind, tenant, now| SecondFactorTicket::open(&keys, kind, tenant, &text, now);
        assert_eq!(open(AccountKind::Staff, shop, NOW + 299).unwrap(), ticket);
        assert!(open(AccountKind::Staff, shop, NOW + 300).is_err());
        assert!(open(AccountKind::Customer, shop, NOW).is_err());
        assert!(open(AccountKind::Staff, other, NOW).is_err());
    }

    #[test]
    fn a_code_proves_by_its_own_method_alone() {
        let keys = Keys::of_tests();
        let (ticket, secret) = ticket(&keys);
        let step = u64::try_from(NOW / 30).unwrap();
        let code = secret.code_at(step);
        assert_eq!(proof(&keys, &ticket, Method::Totp, code.as_str()).totp_step, Some(step));
        assert_eq!(proof(&keys, &ticket, Method::Totp, "nonsense").totp_step, None);
        let sent = proof(&keys, &ticket, Method::Email, code.as_str());
        assert!(sent.totp_step.is_none() && sent.recovery_hash.is_none());
        assert_eq!(sent.code_hash, Some(code.storage_hash(&keys.codes, ticket.challenge_id)));
        let recovery = proof(&keys, &ticket, Method::Recovery, "7K2MQ-X04ZD");
        assert!(recovery.recovery_hash.is_some() && recovery.code_hash.is_none());
    }
}

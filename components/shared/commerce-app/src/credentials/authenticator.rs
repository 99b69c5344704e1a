//! Enrolling and removing an authenticator app, and its recovery codes (MFA-01, MFA-04).
//!
//! Between showing the secret and confirming it with a first code, the client keeps the secret in a sealed ticket, so nothing that was
//! never finished is stored.

use bytes::Bytes;
use commerce_db::auth::{self, RecoveryCodesInput, TotpConfirmInput};
use commerce_db::system::NoInput;
use commerce_db::{CallContext, DbError};
use commerce_domain::TenantId;
use commerce_identity::recovery::{self, RecoveryCode};
use commerce_identity::seal::{Ticket, TicketScope};
use commerce_identity::totp::{self, TotpSecret};
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::address::code_invalid;
use crate::identity::authenticator::{matched_step, seal_secret};
use crate::identity::{IdentityError, Keys};
use crate::random;

/// Seconds between showing the secret and its confirmation.
pub const TICKET_TTL_S: u32 = 600;

/// What the client keeps, sealed.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Enrolment {
    account: Uuid,
    /// Sealed once more, as it will be stored.
    totp_sealed: String,
}

/// What is shown to who enrols an authenticator.
pub struct Offer {
    /// Base32, for those who type it.
    pub secret: Zeroizing<String>,
    /// For authenticators on the same device.
    pub otpauth_uri: Zeroizing<String>,
    /// The same as a QR code.
    pub qr_svg: String,
    /// Comes back with the first code.
    pub ticket: String,
    /// Seconds that the ticket is good.
    pub expires_in: u32,
}

commerce_domain::opaque_debug!(Offer);

/// Whose authenticator, and where.
#[derive(Clone, Copy, Debug)]
pub struct Owner {
    /// The account that is signed in.
    pub account: Uuid,
    /// The tenant that it is signed in to.
    pub tenant: TenantId,
}

/// Draws a secret for an account that has none. `issuer` is the name that the app shows above the code.
///
/// # Errors
/// [`IdentityError`]; 409 `totp_already_enrolled`.
pub async fn offer(
    context: &CallContext,
    keys: &Keys,
    owner: Owner,
    issuer: &str,
    now: i64,
) -> Result<(Offer, Option<Bytes>), IdentityError> {
    let reply = auth::ME.call(context, &NoInput {}).await?;
    if reply.value.has_totp {
        let code = "totp_already_enrolled".to_owned();
        return Err(DbError::Refused { status: 409, code, detail: None }.into());
    }
    let label = reply.value.email.as_deref().or(reply.value.phone.as_deref()).unwrap_or_default();
    let secret = TotpSecret::from_random(random::bytes()?);
    let otpauth_uri = secret.otpauth_uri(issuer, label);
    let qr_svg = totp::qr_svg(&otpauth_uri).ok_or(IdentityError::Internal("qr_code"))?;
    let totp_sealed = seal_secret(&keys.seals, owner.account, &secret)?;
    let content = Enrolment { account: owner.account, totp_sealed };
    let ticket = Ticket { expires_at: now.saturating_add(TICKET_TTL_S.into()), content };
    let ticket = ticket.seal(&keys.seals, &scope(owner), random::bytes()?)?;
    let offer = Offer { secret: secret.to_base32(), otpauth_uri, qr_svg, ticket, expires_in: TICKET_TTL_S };
    Ok((offer, reply.tenant))
}

/// Enrols the authenticator whose first code is right; gives ten recovery codes, which are never shown again.
///
/// # Errors
/// [`IdentityError`]; 401 `invalid_code` for another code or a ticket that is none, 403 `step_up_required` and 409
/// `totp_already_enrolled` from the database.
pub async fn confirm(
    context: &CallContext,
    keys: &Keys,
    owner: Owner,
    ticket: &str,
    code: &str,
    now: i64,
) -> Result<(Vec<Zeroizing<String>>, Option<Bytes>), IdentityError> {
    let (totp_sealed, step) = first_code(keys, owner, ticket, code, now)?.ok_or_else(code_invalid)?;
    let codes = draw()?;
    let recovery_hashes = hashes(keys, owner, &codes);
    let reply = auth::TOTP_CONFIRM.call(context, &TotpConfirmInput { totp_sealed, step, recovery_hashes }).await?;
    Ok((shown(&codes), reply.tenant))
}

/// Removes the authenticator and its recovery codes.
///
/// # Errors
/// [`IdentityError`]; 403 `step_up_required` from the database.
pub async fn remove(context: &CallContext) -> Result<((), Option<Bytes>), IdentityError> {
    let reply = auth::TOTP_REMOVE.call(context, &NoInput {}).await?;
    Ok(((), reply.tenant))
}

/// Replaces the recovery codes.
///
/// # Errors
/// [`IdentityError`]; 403 `step_up_required` and 409 `totp_not_enrolled` from the database.
pub async fn renew_recovery_codes(
    context: &CallContext,
    keys: &Keys,
    owner: Owner,
) -> Result<(Vec<Zeroizing<String>>, Option<Bytes>), IdentityError> {
    let codes = draw()?;
    let recovery_hashes = hashes(keys, owner, &codes);
    let reply = auth::RECOVERY_CODES.call(context, &RecoveryCodesInput { recovery_hashes }).await?;
    Ok((shown(&codes), reply.tenant))
}

/// The sealed secret and the step of its first code; `None` when either is not what it should be.
fn first_code(
    keys: &Keys,
    owner: Owner,
    ticket: &str,
    code: &str,
    now: i64,
) -> Result<Option<(String, u64)>, IdentityError> {
    let opened = Ticket::<Enrolment>::open(ticket, &keys.seals, &scope(owner), now);
    let Some(enrolment) = opened.ok().map(|ticket| ticket.content).filter(|ours| ours.account == owner.account) else {
        return Ok(None);
    };
    let step = matched_step(&keys.seals, owner.account, &enrolment.totp_sealed, code, now)?;
    Ok(step.map(|step| (enrolment.totp_sealed, step)))
}

const fn scope(owner: Owner) -> TicketScope {
    TicketScope { purpose: "enrol_totp", tenant: owner.tenant }
}

fn draw() -> Result<[RecoveryCode; recovery::RECOVERY_CODES], IdentityError> {
    Ok(recovery::draw(random::bytes()?))
}

fn hashes(keys: &Keys, owner: Owner, codes: &[RecoveryCode]) -> Vec<String> {
    codes.iter().map(|code| code.storage_hash(&keys.codes, owner.account)).collect()
}

fn shown(codes: &[RecoveryCode]) -> Vec<Zeroizing<String>> {
    codes.iter().map(RecoveryCode::to_text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_800_000_000;

    fn owner(account: u128) -> Owner {
        Owner { account: Uuid::from_u128(account), tenant: TenantId::new(Uuid::from_u128(9)) }
    }

    #[test]
    fn a_ticket_enrols_its_own_account_with_a_right_code_in_time() {
        let keys = Keys::of_tests();
        let secret = TotpSecret::from_random([5; 20]);
        let totp_sealed = seal_secret(&keys.seals, owner(1).account, &secret).unwrap();
        let content = Enrolment { account: owner(1).account, totp_sealed };
        let ticket = Ticket { expires_at: NOW + 600, content }.seal(&keys.seals, &scope(owner(1)), [1; 12]).unwrap();
        let step = u64::try_from(NOW / 30).unwrap();
        let code = secret.code_at(step).as_str().to_owned();
        let try_it = |who, code: &str, now| first_code(&keys, who, &ticket, code, now).unwrap().map(|(_, step)| step);
        assert_eq!(try_it(owner(1), &code, NOW), Some(step));
        assert_eq!(try_it(owner(2), &code, NOW), None);
        assert_eq!(try_it(owner(1), "nonsense", NOW), None);
        assert_eq!(try_it(owner(1), &code, NOW + 600), None);
        let elsewhere = Owner { tenant: TenantId::new(Uuid::from_u128(8)), ..owner(1) };
        assert_eq!(try_it(elsewhere, &code, NOW), None);
        assert_eq!(first_code(&keys, owner(1), "s1.k1.x", &code, NOW).unwrap(), None);
    }
}

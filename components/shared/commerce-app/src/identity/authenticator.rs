//! The secret of an authenticator app at rest, sealed and bound to its account; and what people type, compared with it.

use commerce_identity::CodeKey;
use commerce_identity::code::OneTimeCode;
use commerce_identity::recovery::RecoveryCode;
use commerce_identity::seal::KeyRing;
use commerce_identity::totp::TotpSecret;
use uuid::Uuid;

use super::IdentityError;
use crate::random;

/// Keeps a sealed secret from being taken for anything else that the same keys seal.
const PURPOSE: &[u8] = b"totp\0";

/// Seals a secret for its account's row.
///
/// # Errors
/// [`IdentityError`] without randomness.
pub fn seal_secret(keys: &KeyRing, account: Uuid, secret: &TotpSecret) -> Result<String, IdentityError> {
    Ok(keys.seal(secret.as_bytes(), &aad(account), random::bytes()?)?)
}

/// Opens the secret of an account.
///
/// # Errors
/// `Internal` for what was sealed for another account, or with a key that the ring no longer holds.
pub fn open_secret(keys: &KeyRing, account: Uuid, sealed: &str) -> Result<TotpSecret, IdentityError> {
    let bytes = keys.open(sealed, &aad(account))?;
    TotpSecret::from_bytes(&bytes).ok_or(IdentityError::Internal("totp_secret"))
}

/// The time step whose code was typed; `None` for what is no code, or none of these minutes.
///
/// # Errors
/// As [`open_secret`].
pub fn matched_step(
    keys: &KeyRing,
    account: Uuid,
    sealed: &str,
    typed: &str,
    now: i64,
) -> Result<Option<u64>, IdentityError> {
    let secret = open_secret(keys, account, sealed)?;
    Ok(OneTimeCode::parse(typed).and_then(|code| secret.verify(&code, now)))
}

/// What is stored of a recovery code as it was typed; `None` for what is none.
#[must_use]
pub fn recovery_hash(key: &CodeKey, account: Uuid, typed: &str) -> Option<String> {
    RecoveryCode::parse(typed).map(|code| code.storage_hash(key, account))
}

fn aad(account: Uuid) -> Vec<u8> {
    [PURPOSE, account.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::Keys;

    #[test]
    fn a_secret_opens_for_its_own_account_alone() {
        let keys = Keys::of_tests();
        let secret = TotpSecret::from_random([5; 20]);
        let sealed = seal_secret(&keys.seals, Uuid::from_u128(1), &secret).unwrap();
        let opened = open_secret(&keys.seals, Uuid::from_u128(1), &sealed).unwrap();
        assert_eq!(opened.as_bytes(), secret.as_bytes());
        assert!(open_secret(&keys.seals, Uuid::from_u128(2), &sealed).is_err());
    }
}

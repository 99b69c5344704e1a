//! A second factor that comes along with the password, so that neither answer nor time says which of the two was wrong.

use commerce_db::auth::{FoundAccount, SecondFactorUsed};

use super::{IdentityError, Keys, authenticator};

/// What a code proves: it is one of the account's authenticator that was not used yet, or a recovery code. `None` for any other code,
/// and for an account without authenticator, of which no code is right.
///
/// # Errors
/// `Internal` when the stored secret does not open.
pub(super) fn prove(
    keys: &Keys,
    account: &FoundAccount,
    code: &str,
    now: i64,
) -> Result<Option<SecondFactorUsed>, IdentityError> {
    let (Some(sealed), Some(last), Some(set_at)) = (&account.totp_sealed, account.totp_step, &account.totp_set_at)
    else {
        return Ok(None);
    };
    if let Some(totp_step) = authenticator::matched_step(&keys.seals, account.id, sealed, code, now)? {
        let totp_set_at = set_at.clone();
        return Ok((totp_step > last).then_some(SecondFactorUsed::Totp { totp_step, totp_set_at }));
    }
    let hash = authenticator::recovery_hash(&keys.codes, account.id, code);
    let known = hash.filter(|hash| account.recovery_hashes.contains(hash));
    Ok(known.map(|recovery_hash| SecondFactorUsed::Recovery { recovery_hash }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use commerce_identity::recovery::RecoveryCode;
    use commerce_identity::totp::TotpSecret;
    use uuid::Uuid;

    const NOW: i64 = 1_800_000_000;
    const STEP: u64 = 60_000_000;

    fn enrolled(keys: &Keys, id: Uuid) -> (FoundAccount, TotpSecret, String) {
        let secret = TotpSecret::from_random([5; 20]);
        let recovery = RecoveryCode::from_random([7; 10]);
        let account = FoundAccount {
            id,
            epoch: 1,
            password_hash: None,
            totp_sealed: Some(authenticator::seal_secret(&keys.seals, id, &secret).unwrap()),
            totp_step: Some(STEP - 1),
            totp_set_at: Some("2026-01-01T00:00:00.000001+00:00".into()),
            recovery_hashes: vec![recovery.storage_hash(&keys.codes, id)],
            email: None,
            phone: None,
            locale: "ar".into(),
            role: "owner".into(),
            given_name: None,
        };
        (account, secret, recovery.to_text().to_string())
    }

    #[test]
    fn a_code_is_right_once_and_for_its_own_account() {
        let keys = Keys::of_tests();
        let (mut account, secret, recovery) = enrolled(&keys, Uuid::from_u128(1));
        let code = |step: u64| secret.code_at(step).as_str().to_owned();
        let proved = |account: &FoundAccount, code: &str| prove(&keys, account, code, NOW).unwrap();
        let totp_set_at = account.totp_set_at.clone().unwrap();
        assert_eq!(proved(&account, &code(STEP)), Some(SecondFactorUsed::Totp { totp_step: STEP, totp_set_at }));
        assert_eq!(proved(&account, &code(STEP - 1)), None, "used before");
        assert_eq!(proved(&account, &code(STEP + 40)), None, "of another time");
        let hash = account.recovery_hashes[0].clone();
        assert_eq!(proved(&account, &recovery), Some(SecondFactorUsed::Recovery { recovery_hash: hash }));
        for wrong in ["", "nonsense", "7K2MQ-X04ZD", &"1".repeat(64)] {
            assert_eq!(proved(&account, wrong), None, "{wrong}");
        }
        let (mut other, ..) = enrolled(&keys, Uuid::from_u128(2));
        other.recovery_hashes.clone_from(&account.recovery_hashes);
        assert_eq!(proved(&other, &recovery), None, "another's");
        account.recovery_hashes.clear();
        assert_eq!(proved(&account, &recovery), None, "used before");
    }

    #[test]
    fn no_code_is_right_for_who_has_no_authenticator() {
        let keys = Keys::of_tests();
        let (mut account, secret, recovery) = enrolled(&keys, Uuid::from_u128(1));
        (account.totp_sealed, account.totp_step, account.totp_set_at) = (None, None, None);
        for code in [secret.code_at(STEP).as_str(), &recovery] {
            assert_eq!(prove(&keys, &account, code, NOW).unwrap(), None);
        }
    }
}

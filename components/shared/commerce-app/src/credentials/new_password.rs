//! A password that somebody wants to set.

use commerce_db::auth::PasswordTraits;
use commerce_domain::FieldError;
use commerce_identity::password::Password;
use commerce_identity::policy::{self, Composition};
use uuid::Uuid;

use crate::identity::{IdentityError, Keys};
use crate::random;

/// A password that may be set.
#[derive(Debug)]
pub struct ChosenPassword {
    password: Password,
    traits: PasswordTraits,
}

/// What of a new password goes to the database.
#[derive(Debug)]
pub(super) struct NewPassword {
    /// PHC string.
    pub hash: String,
    /// For the history of passwords.
    pub fingerprint: String,
    /// For the tenant's rules of composition.
    pub traits: PasswordTraits,
}

impl NewPassword {
    /// Hashes a password for an account: two hashes of some tens of milliseconds each.
    ///
    /// # Errors
    /// [`IdentityError`].
    pub(super) fn hash(keys: &Keys, account: Uuid, chosen: &ChosenPassword) -> Result<Self, IdentityError> {
        Ok(Self {
            hash: keys.passwords.hash(&chosen.password, random::bytes()?)?,
            fingerprint: fingerprint(keys, account, &chosen.password)?,
            traits: chosen.traits,
        })
    }
}

/// What the database compares passwords of one account by.
pub(super) fn fingerprint(keys: &Keys, account: Uuid, password: &Password) -> Result<String, IdentityError> {
    let bytes = keys.passwords.fingerprint(&keys.codes, account, password)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

impl ChosenPassword {
    /// Reads a password that somebody wants to set. `personal`: what is known of the person and the shop, which it may not be made of.
    /// The tenant's own rules of composition are checked in the statement that sets it.
    ///
    /// # Errors
    /// The field, with the code of the first rule that is broken.
    pub fn parse(text: &str, personal: &[&str]) -> Result<Self, FieldError> {
        let refused = |error: policy::PolicyError| FieldError::new("password", error.code());
        let password = Password::parse(text).map_err(refused)?;
        policy::check(&password, personal, &Composition::default()).map_err(refused)?;
        Ok(Self { password, traits: traits(text) })
    }
}

/// What a password consists of. Scripts without case count as letters and are neither lower nor upper.
fn traits(password: &str) -> PasswordTraits {
    let any = |kind: fn(char) -> bool| password.chars().any(kind);
    PasswordTraits {
        length: password.chars().count(),
        lower: any(char::is_lowercase),
        upper: any(char::is_uppercase),
        digit: any(char::is_numeric),
        symbol: any(|character| !character.is_alphanumeric()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_rule_has_its_code() {
        let code = |text: &str| ChosenPassword::parse(text, &["noura@example.com", "Qahwa"]).unwrap_err().code;
        assert_eq!(code("short"), "password_too_short");
        assert_eq!(code(&"x".repeat(2_000)), "password_too_long");
        assert_eq!(code("password1234"), "password_common");
        assert_eq!(code("noura-noura-2026"), "password_personal");
        assert!(ChosenPassword::parse("قافلة الليل تمضي بعيدا", &["Qahwa"]).is_ok());
    }

    #[test]
    fn a_password_is_told_by_its_kinds_of_characters() {
        let expected = PasswordTraits { length: 7, lower: true, upper: true, digit: true, symbol: true };
        assert_eq!(traits("aBc 123"), expected);
        assert_eq!(traits("قهوة"), PasswordTraits { length: 4, ..PasswordTraits::default() });
    }

    #[test]
    fn a_hash_differs_each_time_and_a_fingerprint_does_not() {
        let keys = Keys::of_tests();
        let password = ChosenPassword::parse("correct horse battery staple", &[]).unwrap();
        let hash = |account| NewPassword::hash(&keys, Uuid::from_u128(account), &password).unwrap();
        let (one, two, other) = (hash(1), hash(1), hash(2));
        assert_ne!(one.hash, two.hash);
        assert_eq!(one.fingerprint, two.fingerprint);
        assert_eq!(one.fingerprint.len(), 64);
        assert_ne!(one.fingerprint, other.fingerprint);
    }
}

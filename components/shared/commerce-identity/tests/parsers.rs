//! No input makes a parser panic, and what a parser accepts it writes back the same.

use commerce_domain::AccountId;
use commerce_identity::KeyError;
use commerce_identity::code::OneTimeCode;
use commerce_identity::device::{Device, fingerprint};
use commerce_identity::identifier::{Identifier, network};
use commerce_identity::jwk::JwkSet;
use commerce_identity::opaque::{DeviceToken, LinkToken, RefreshToken};
use commerce_identity::password::{Password, PasswordHasher};
use commerce_identity::policy::{self, Composition};
use commerce_identity::recovery::RecoveryCode;
use commerce_identity::seal::KeyRing;
use commerce_identity::token::Signer;
use commerce_identity::totp::{TotpSecret, qr_svg};
use proptest::prelude::*;
use uuid::Uuid;

fn ring() -> Result<KeyRing, KeyError> {
    KeyRing::parse(r#"[{"id":"k1","key":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}]"#)
}

/// Bytes as text, printable text, and text near what the parsers expect.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..300).prop_map(|bytes| String::from_utf8_lossy(&bytes).into_owned()),
        "\\PC{0,120}",
        "(usr_|cus_|wr_|wd_|s1\\.k1\\.|\\$2b\\$|\\$argon2id\\$)[A-Za-z0-9$=,._-]{0,120}",
        "[0-9٠-٩۰-۹A-Za-z \\-]{0,14}",
        "\\{\"(keys|kty|kid|id|key|x)\":[\\[\\]{}\"a-zA-Z0-9,:]{0,80}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn nothing_panics(text in text(), other in text()) {
        if let Ok(id) = AccountId::parse(&text) {
            prop_assert_eq!(id.to_string(), text.clone());
        }
        if let Some(token) = RefreshToken::parse(&text) {
            prop_assert!(*token.to_text() == text);
        }
        if let Some(token) = DeviceToken::parse(&text) {
            prop_assert!(*token.to_text() == text);
        }
        if let Some(token) = LinkToken::parse(&text) {
            prop_assert!(*token.to_text() == text);
        }
        if let Some(code) = OneTimeCode::parse(&text) {
            prop_assert!(code.as_str().len() == 6 && code.as_str().bytes().all(|byte| byte.is_ascii_digit()));
        }
        if let Some(code) = RecoveryCode::parse(&text) {
            let shown = code.to_text();
            prop_assert_eq!(RecoveryCode::parse(&shown).unwrap().to_text(), shown);
        }
        if let Ok(email) = Identifier::email(&text) {
            prop_assert_eq!(Identifier::email(email.as_str()).unwrap(), email);
        }
        if let Ok(phone) = Identifier::phone(&text, &other) {
            prop_assert!(phone.as_str().starts_with('+'));
        }
        if let Ok(password) = Password::parse(&text) {
            let _ = policy::check(&password, &[&other], &Composition { upper: true, lower: true, digit: true, symbol: true });
        }
        let _ = (JwkSet::parse(&text), Signer::from_jwk(&text), KeyRing::parse(&text), qr_svg(&text));
        prop_assert!(ring().unwrap().open(&text, other.as_bytes()).is_err());
        prop_assert_eq!(fingerprint(Some(&text), Some(&other)).len(), 64);
        prop_assert!(!Device::from_user_agent(&text).to_string().is_empty());
        prop_assert!(TotpSecret::from_random([1; 20]).otpauth_uri(&text, &other).is_ascii());
    }

    #[test]
    fn no_stored_hash_panics(text in text()) {
        let hasher = PasswordHasher::new("a pepper of thirty-two characters", "argon2id").unwrap();
        prop_assert!(hasher.verify(&Password::parse("x").unwrap(), Some(&text)).is_err());
        prop_assert!(hasher.needs_upgrade(&text));
    }

    #[test]
    fn what_is_sealed_opens(content in prop::collection::vec(any::<u8>(), 0..300), aad: Vec<u8>, nonce: [u8; 12]) {
        let sealed = ring().unwrap().seal(&content, &aad, nonce).unwrap();
        prop_assert_eq!(ring().unwrap().open(&sealed, &aad).unwrap().to_vec(), content);
    }

    #[test]
    fn every_address_has_a_network(four: [u8; 4], six: [u8; 16]) {
        prop_assert!(network(four.into()).ends_with(".0/24"));
        prop_assert!(network(six.into()).contains('/'));
    }

    #[test]
    fn every_random_secret_reads_back(bytes: [u8; 32], account: u128, ten: [u8; 10]) {
        prop_assert!(RefreshToken::parse(&RefreshToken::from_random(bytes).to_text()).is_some());
        prop_assert!(LinkToken::parse(&LinkToken::new(Uuid::from_u128(account), bytes).to_text()).is_some());
        prop_assert!(RecoveryCode::parse(&RecoveryCode::from_random(ten).to_text()).is_some());
    }
}

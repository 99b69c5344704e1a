//! Secrets that people and their programs show: tokens without content, codes, and what guests read their orders with.

use commerce_app::order_token;
use commerce_db::variables::Secret;
use commerce_domain::SessionId;
use commerce_identity::CodeKey;
use commerce_identity::code::OneTimeCode;
use commerce_identity::opaque::{DeviceToken, LinkToken, RefreshToken, csrf_matches, csrf_token};
use commerce_identity::recovery::RecoveryCode;
use commerce_identity::totp::{STEP_S, TotpSecret, qr_svg};
use uuid::Uuid;

use crate::target::Target;

const SOMEBODY: Uuid = Uuid::from_u128(0x0190_c0de_0000_7000_8000_0000_0000_00ff);

fn key() -> CodeKey {
    CodeKey::parse(&"k".repeat(32)).unwrap()
}

/// The digits and letters of a code, read by other means: digits of three scripts, letters in capitals, nothing else but separators.
fn typed(text: &str) -> String {
    let read = |character: char| match character {
        '٠'..='٩' => char::from_digit(u32::from(character) - u32::from('٠'), 10),
        '۰'..='۹' => char::from_digit(u32::from(character) - u32::from('۰'), 10),
        _ if character.is_alphanumeric() => Some(character.to_ascii_uppercase()),
        _ => None,
    };
    text.chars().filter_map(read).collect()
}

fn opaque() -> Vec<Target> {
    let refresh = RefreshToken::from_random([0xfb; 32]).to_text().to_string();
    let device = DeviceToken::from_random([0x5a; 32]).to_text().to_string();
    let link = LinkToken::new(SOMEBODY, [0xa7; 32]).to_text().to_string();
    vec![
        Target::text("refresh token", [refresh], |text, _| {
            RefreshToken::parse(text).is_some_and(|token| {
                assert!(*token.to_text() == text, "a second text form");
                true
            })
        }),
        Target::text("device token", [device], |text, _| {
            DeviceToken::parse(text).is_some_and(|token| {
                assert!(*token.to_text() == text, "a second text form");
                true
            })
        }),
        Target::text("link token", [link.clone()], move |text, _| {
            let Some(token) = LinkToken::parse(text) else { return false };
            assert!(*token.to_text() == text, "a second text form");
            let same = token.account() == SOMEBODY
                && token.storage_hash() == LinkToken::new(SOMEBODY, [0xa7; 32]).storage_hash();
            assert_eq!(same, text == link);
            true
        }),
    ]
}

fn one_time_code() -> Target {
    let stored = OneTimeCode::parse("012345").unwrap().storage_hash(&key(), SOMEBODY);
    let key = key();
    Target::text("one-time code", ["012345", "٠١٢ ٣٤٥", "۰۱۲-۳۴۵"], move |text, _| {
        let Some(code) = OneTimeCode::parse(text) else { return false };
        assert!(code.as_str().len() == 6 && code.as_str() == typed(text), "{text:?} was read as {}", code.as_str());
        assert_eq!(code.storage_hash(&key, SOMEBODY) == stored, typed(text) == "012345");
        true
    })
}

fn recovery_code() -> Target {
    let read = |text: &str| typed(text).replace('O', "0").replace(['I', 'L'], "1");
    let stored = RecoveryCode::parse("01234-HJMYZ").unwrap().storage_hash(&key(), SOMEBODY);
    let key = key();
    Target::text("recovery code", ["01234-HJMYZ", "oi234hjmyz", " ٠١٢٣٤ – hjmyz"], move |text, _| {
        let Some(code) = RecoveryCode::parse(text) else { return false };
        assert_eq!(code.to_text().replace('-', ""), read(text), "{text:?}");
        assert_eq!(code.storage_hash(&key, SOMEBODY) == stored, read(text) == "01234HJMYZ");
        true
    })
}

/// A code at any time whatever, and what becomes of names in the address for the app.
fn totp() -> Vec<Target> {
    let secret = TotpSecret::from_random(*b"12345678901234567890");
    let now = 1_800_000_000;
    let step = u64::try_from(now / STEP_S).unwrap();
    let good: Vec<String> = (step - 1..=step + 1).map(|step| secret.code_at(step).as_str().to_owned()).collect();
    let right = good.clone();
    let shown = secret.clone();
    vec![
        Target::text("authenticator code", good, move |text, rng| {
            let Some(code) = OneTimeCode::parse(text) else { return false };
            let found = secret.verify(&code, now);
            assert_eq!(found.is_some(), right.iter().any(|right| right == code.as_str()), "{text:?}");
            let any = rng.integer();
            if let Some(step) = secret.verify(&code, any) {
                assert!(i128::from(step).abs_diff(i128::from(any.div_euclid(STEP_S))) <= 1);
            }
            found.is_some()
        }),
        Target::text("authenticator address", ["Qahwa", "قهوة: وأكثر", "a@b.co"], move |text, rng| {
            let uri = shown.otpauth_uri(text, text);
            assert!(uri.is_ascii() && uri.starts_with("otpauth://totp/") && uri.matches('?').count() == 1, "{text:?}");
            // A picture takes as long as thousands of addresses.
            rng.below(50) > 0 || qr_svg(text).is_some() || text.len() > 500
        }),
        Target::bytes("authenticator secret", [b"12345678901234567890"], |bytes, rng| {
            let Some(secret) = TotpSecret::from_bytes(bytes) else { return false };
            assert!(secret.as_bytes() == bytes && secret.code_at(rng.next()).as_str().len() == 6);
            true
        }),
    ]
}

fn csrf() -> Target {
    let (key, session) = (key(), SessionId::new(SOMEBODY));
    let good = csrf_token(&key, session);
    Target::text("CSRF token", [good.clone()], move |text, _| {
        assert_eq!(csrf_matches(&key, session, text), text == good);
        text == good
    })
}

fn guests_order_token() -> Target {
    let key = Secret::new("0123456789abcdef0123456789abcdef");
    let good = order_token::issue(&key, SOMEBODY, SOMEBODY).unwrap();
    Target::text("order token", [good.clone()], move |text, _| {
        let accepted = order_token::verify(&key, SOMEBODY, SOMEBODY, text).unwrap();
        assert!(!accepted || text == good, "a second token");
        accepted
    })
}

pub fn all() -> Vec<Target> {
    let rest = [one_time_code(), recovery_code(), csrf(), guests_order_token()];
    opaque().into_iter().chain(totp()).chain(rest).collect()
}

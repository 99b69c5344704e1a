//! Passwords as typed, and the hashes that a row may hold.

use commerce_identity::password::{Password, PasswordHasher};
use commerce_identity::policy::{self, Composition};

use crate::target::Target;

const PEPPER: &str = "a pepper of thirty-two characters";
/// Of the password "right" under this pepper, as cheap as the algorithms can be: [`cheap`] ones are made here.
const SALT: [u8; 16] = [7; 16];

/// Numbers in a hash that make it cost more than microseconds are read and not computed.
fn cheap(stored: &str) -> bool {
    if stored.starts_with("$2") {
        return stored.get(3..7) == Some("$04$");
    }
    let cost = stored.split('$').nth(3).unwrap_or_default();
    cost.split(|byte: char| !byte.is_ascii_digit()).all(|number| number.len() < 3)
}

/// Hashes of "right", made with the crates themselves, since ours makes expensive ones alone.
fn stored() -> [String; 2] {
    use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, Version};
    let peppered = peppered("right");
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(8, 1, 1, Some(32)).unwrap());
    let argon2 = argon2.hash_password_with_salt(peppered.as_bytes(), &SALT).unwrap().to_string();
    [argon2, bcrypt::hash_with_salt(peppered.as_bytes(), 4, SALT).unwrap().to_string()]
}

/// What the hash is made of: base64 of HMAC-SHA-256.
fn peppered(password: &str) -> String {
    use base64::Engine;
    use hmac::{Hmac, KeyInit, Mac};
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(PEPPER.as_bytes()).unwrap();
    mac.update(password.as_bytes());
    base64::engine::general_purpose::STANDARD.encode(mac.finalize().into_bytes())
}

fn stored_hash() -> Target {
    let hashers = ["argon2id", "bcrypt"].map(|algorithm| PasswordHasher::new(PEPPER, algorithm).unwrap());
    let (right, wrong) = (Password::parse("right").unwrap(), Password::parse("wrong").unwrap());
    Target::text("stored hash", stored(), move |text, _| {
        let [hasher, other] = &hashers;
        let _ = (hasher.needs_upgrade(text), other.needs_upgrade(text));
        if !cheap(text) {
            return false;
        }
        assert_ne!(hasher.verify(&wrong, Some(text)), Ok(true), "a wrong password is right");
        hasher.verify(&right, Some(text)) == Ok(true)
    })
}

fn typed() -> Target {
    let composition = |rng: &mut crate::input::Rng| Composition {
        upper: rng.below(2) > 0,
        lower: rng.below(2) > 0,
        digit: rng.below(2) > 0,
        symbol: rng.below(2) > 0,
    };
    let good = ["نخلة horse battery 7", "correct horse battery staple"];
    Target::text("password", good, move |text, rng| {
        let Ok(password) = Password::parse(text) else {
            assert!(text.len() > 1_024, "refused for another reason than its length");
            return false;
        };
        let _ = policy::check(&password, &[text, "noura@example.com", "قهوة"], &composition(rng));
        let accepted = policy::check(&password, &["noura@example.com"], &Composition::default()).is_ok();
        assert!(!accepted || text.len() >= 8, "too short a password was accepted");
        accepted
    })
}

pub fn all() -> Vec<Target> {
    vec![stored_hash(), typed()]
}

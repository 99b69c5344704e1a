//! Passwords: prepared, peppered, hashed with Argon2id or bcrypt, verified.
//!
//! The pepper comes first: HMAC-SHA-256 of the password under a key outside the database, in base64 (44 characters), is what
//! the slow hash sees. So a stolen database alone cannot be guessed at, every byte of a long password counts in spite of
//! bcrypt's limit of 72 bytes, and no byte (NUL included) ends the input early.

use std::fmt;
use std::hint::black_box;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use unicode_normalization::UnicodeNormalization;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::encoding::equal;
use crate::keys::{CodeKey, KeyError, MacKey};
use crate::policy::PolicyError;

/// Most bytes of a password, as typed.
pub const MAX_PASSWORD_LEN: usize = 1024;

/// Argon2id: memory in KiB, passes, lanes (OWASP Password Storage Cheat Sheet; 29 to 36 ms in wasm).
const ARGON2_COST: (u32, u32, u32) = (19 * 1024, 2, 1);
/// Most that a stored hash may ask for: a forged row must not exhaust the instance.
const ARGON2_COST_MAX: (u32, u32, u32) = (64 * 1024, 8, 4);
/// bcrypt: log2 of the rounds.
const BCRYPT_COST: u32 = 12;
/// As above, for bcrypt.
const BCRYPT_COST_MAX: u32 = 15;

/// A password as typed, in the form that is hashed. Cleared when dropped, not printable.
pub struct Password(Zeroizing<String>);

impl Password {
    /// Prepares a password after RFC 8265 §4.2 (`OpaqueString`): spaces of other scripts become U+0020, then Unicode form NFC.
    ///
    /// NFC lets a password match from every keyboard: `é` and Arabic `أ` may arrive composed or not. NIST SP 800-63B asks for a
    /// normalised form before hashing; its NFKC is not used because it equates characters that people see and type as
    /// different ones (`²` and `2`, `ﬁ` and `fi`), and so would let a wrong password in. Case, white space at the ends and length stay.
    ///
    /// # Errors
    /// [`PolicyError::TooLong`] over [`MAX_PASSWORD_LEN`] bytes.
    pub fn parse(typed: &str) -> Result<Self, PolicyError> {
        if typed.len() > MAX_PASSWORD_LEN {
            return Err(PolicyError::TooLong);
        }
        // NFC triples the length at most; with the room there from the start, no stale copy is left by growing.
        let mut text = Zeroizing::new(String::with_capacity(typed.len().saturating_mul(3)));
        text.extend(typed.nfc().map(|character| if is_space(character) { ' ' } else { character }));
        Ok(Self(text))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(..)")
    }
}

/// Unicode category Zs.
const fn is_space(character: char) -> bool {
    matches!(character, ' ' | '\u{A0}' | '\u{1680}' | '\u{2000}'..='\u{200A}' | '\u{202F}' | '\u{205F}' | '\u{3000}')
}

/// What new passwords are hashed with: the variable `password_hash`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// Argon2id, 19 MiB, two passes, one lane: the default (ruling C-14).
    Argon2id,
    /// bcrypt of cost 12, for those who must have it.
    Bcrypt,
}

/// A stored hash that cannot be used. A fault of ours or of the row, never of the password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HashError {
    /// Not the text of a hash that this crate makes, or one that asks for too much.
    #[error("stored password hash is malformed")]
    Malformed,
    /// The computation was not possible (memory).
    #[error("password hash could not be computed")]
    Failed,
}

/// Hashes and verifies passwords, as configured.
#[derive(Debug)]
pub struct PasswordHasher {
    pepper: MacKey,
    algorithm: Algorithm,
    argon2: Argon2<'static>,
}

impl PasswordHasher {
    /// Takes the values of the variables `password_pepper` and `password_hash`.
    ///
    /// # Errors
    /// [`KeyError`] for a pepper under 32 characters, or an algorithm other than `argon2id` and `bcrypt`.
    pub fn new(pepper: &str, algorithm: &str) -> Result<Self, KeyError> {
        let algorithm = match algorithm {
            "argon2id" => Algorithm::Argon2id,
            "bcrypt" => Algorithm::Bcrypt,
            _ => return Err(KeyError::new("password_hash", "must be argon2id or bcrypt")),
        };
        let (memory, passes, lanes) = ARGON2_COST;
        let params = Params::new(memory, passes, lanes, Some(32))
            .map_err(|_| KeyError::new("password_hash", "has parameters that Argon2 refuses"))?;
        let argon2 = Argon2::new(argon2::Algorithm::Argon2id, Version::V0x13, params);
        Ok(Self { pepper: MacKey::parse("password_pepper", pepper)?, algorithm, argon2 })
    }

    /// The configured algorithm.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Hashes a new password with 16 random bytes of salt, to the text that is stored (PHC string, or bcrypt's `$2b$12$…`).
    ///
    /// # Errors
    /// [`HashError::Failed`] when there is no memory for it.
    pub fn hash(&self, password: &Password, salt: [u8; 16]) -> Result<String, HashError> {
        let peppered = self.pepper(password);
        match self.algorithm {
            Algorithm::Argon2id => {
                let hash = self.argon2.hash_password_with_salt(peppered.as_bytes(), &salt);
                hash.map(|hash| hash.to_string()).map_err(|_| HashError::Failed)
            }
            Algorithm::Bcrypt => {
                let hash = bcrypt::hash_with_salt(peppered.as_bytes(), BCRYPT_COST, salt);
                hash.map(|hash| hash.to_string()).map_err(|_| HashError::Failed)
            }
        }
    }

    /// Whether the password is the stored one, whichever algorithm hashed it. Without a stored hash (unknown account, or one
    /// without password) the answer is no, after the same time.
    ///
    /// # Errors
    /// [`HashError::Malformed`] when the stored text is no hash.
    pub fn verify(&self, password: &Password, stored: Option<&str>) -> Result<bool, HashError> {
        let Some(stored) = stored else {
            return self.dummy_verify(password).map(|()| false);
        };
        let peppered = self.pepper(password);
        if stored.starts_with("$2") {
            if bcrypt_cost(stored).is_none_or(|cost| cost > BCRYPT_COST_MAX) {
                return Err(HashError::Malformed);
            }
            return bcrypt::verify(peppered.as_bytes(), stored).map_err(|_| HashError::Malformed);
        }
        let (hash, _) = argon2_cost(stored).ok_or(HashError::Malformed)?;
        match self.argon2.verify_password(peppered.as_bytes(), &hash) {
            Ok(()) => Ok(true),
            Err(argon2::password_hash::Error::PasswordInvalid) => Ok(false),
            Err(_) => Err(HashError::Failed),
        }
    }

    /// Does the work of a verification against nothing, so that an unknown account takes the time of a known one.
    ///
    /// # Errors
    /// As [`Self::hash`].
    pub fn dummy_verify(&self, password: &Password) -> Result<(), HashError> {
        let hash = self.hash(password, *b"nobody's salt 16")?;
        black_box(equal(hash.as_bytes(), black_box(b"")));
        Ok(())
    }

    /// Whether a password that just proved right should be hashed anew: it was hashed by another algorithm than the
    /// configured one, or more cheaply.
    #[must_use]
    pub fn needs_upgrade(&self, stored: &str) -> bool {
        match self.algorithm {
            Algorithm::Bcrypt => bcrypt_cost(stored).is_none_or(|cost| cost < BCRYPT_COST),
            Algorithm::Argon2id => argon2_cost(stored)
                .is_none_or(|(_, (memory, passes, _))| memory < ARGON2_COST.0 || passes < ARGON2_COST.1),
        }
    }

    /// The fingerprint of an account's password: Argon2id with a salt that the account's id and the code key determine. Equal
    /// for equal passwords of one account, so that the database can refuse the last five and prove the current one in the
    /// statement that changes it, without a read before. As costly to guess from as the hash itself.
    ///
    /// # Errors
    /// As [`Self::hash`].
    pub fn fingerprint(&self, key: &CodeKey, account: Uuid, password: &Password) -> Result<[u8; 32], HashError> {
        let peppered = self.pepper(password);
        let salt = key.mac("password history", &[account.as_bytes()]);
        let (salt, _) = salt.split_at(16);
        let mut fingerprint = [0; 32];
        let done = self.argon2.hash_password_into(peppered.as_bytes(), salt, &mut fingerprint);
        done.map(|()| fingerprint).map_err(|_| HashError::Failed)
    }

    fn pepper(&self, password: &Password) -> Zeroizing<String> {
        Zeroizing::new(STANDARD.encode(Zeroizing::new(self.pepper.mac(&[password.as_str().as_bytes()]))))
    }
}

/// The cost in `$2b$12$…`.
fn bcrypt_cost(stored: &str) -> Option<u32> {
    stored.parse::<bcrypt::HashParts>().ok().map(|parts| parts.get_cost())
}

/// Reads an Argon2id hash and its memory, passes and lanes, if they are bearable.
fn argon2_cost(stored: &str) -> Option<(PasswordHash, (u32, u32, u32))> {
    let hash = PasswordHash::new(stored).ok()?;
    let params = Params::try_from(&hash).ok()?;
    let cost = (params.m_cost(), params.t_cost(), params.p_cost());
    let bearable = cost.0 <= ARGON2_COST_MAX.0 && cost.1 <= ARGON2_COST_MAX.1 && cost.2 <= ARGON2_COST_MAX.2;
    let ours = hash.algorithm == argon2::ARGON2ID_IDENT && hash.version == Some(Version::V0x13.into());
    let whole = hash.salt.is_some() && hash.hash.is_some_and(|hash| hash.len() >= 32);
    (bearable && ours && whole).then_some((hash, cost))
}

#[cfg(test)]
mod tests;

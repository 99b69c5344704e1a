//! Sealing: AES-256-GCM under a ring of keys, for secrets that rest in the database and for tickets that the client holds.

mod ticket;

pub use ticket::{Ticket, TicketScope};

use std::fmt;

use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes256Gcm, KeyInit, Nonce};
use serde::Deserialize;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::encoding::{array_from_base64url, base64url, from_base64url};
use crate::jwk::is_key_id;
use crate::keys::KeyError;

const VARIABLE: &str = "sealing_keys";
/// Version of the text form.
const VERSION: &str = "s1";
/// Bytes of a nonce.
pub const NONCE_LEN: usize = 12;
/// Longest sealed text that is opened, in bytes.
const MAX_SEALED_LEN: usize = 64 * 1024;

/// Why something was not sealed or opened. Says nothing of the content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// Not the text form of something sealed, or its content is not what was expected.
    #[error("sealed text is malformed")]
    Malformed,
    /// Sealed with a key that the ring does not hold.
    #[error("sealed with an unknown key")]
    UnknownKey,
    /// Changed, or sealed for another purpose, tenant or row.
    #[error("sealed text does not open")]
    Forged,
    /// A ticket past its time.
    #[error("ticket has expired")]
    Expired,
}

/// The keys of the variable `sealing_keys`: the first seals, all open. So a key is rotated by putting a new one before it, and
/// dropped when nothing sealed with it is left ([`KeyRing::needs_reseal`]).
pub struct KeyRing {
    current: SealingKey,
    older: Vec<SealingKey>,
}

struct SealingKey {
    id: String,
    cipher: Aes256Gcm,
}

#[derive(Deserialize, Zeroize, ZeroizeOnDrop)]
#[serde(deny_unknown_fields)]
struct RawKey {
    id: String,
    key: String,
}

impl KeyRing {
    /// Reads `[{"id":"k1","key":"<base64url of 32 bytes>"}, …]`.
    ///
    /// # Errors
    /// [`KeyError`] for anything else, an empty ring, and an id that comes twice or is not 1 to 64 of `A–Z a–z 0–9 _ -`.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let raw: Vec<RawKey> =
            serde_json::from_str(text).map_err(|_| KeyError::new(VARIABLE, "is not a JSON array of {id, key}"))?;
        let mut keys: Vec<SealingKey> = Vec::with_capacity(raw.len());
        for one in &raw {
            if !is_key_id(&one.id) || keys.iter().any(|known| known.id == one.id) {
                return Err(KeyError::new(VARIABLE, "needs ids of 1 to 64 of A-Z a-z 0-9 _ -, each another"));
            }
            let bytes = array_from_base64url::<32>(&one.key).map(Zeroizing::new);
            let bytes = bytes.ok_or(KeyError::new(VARIABLE, "has a key that is not base64url of 32 bytes"))?;
            keys.push(SealingKey { id: one.id.clone(), cipher: Aes256Gcm::new((&*bytes).into()) });
        }
        let mut keys = keys.into_iter();
        let current = keys.next().ok_or(KeyError::new(VARIABLE, "holds no key"))?;
        Ok(Self { current, older: keys.collect() })
    }

    /// Seals to `s1.<key id>.<base64url of nonce and ciphertext>`. `aad` is not stored: who opens must name the same, so it ties
    /// the text to its place (purpose, tenant, row). `nonce`: 12 fresh random bytes.
    ///
    /// # Errors
    /// [`SealError::Malformed`] for content too long to be opened again.
    pub fn seal(&self, content: &[u8], aad: &[u8], nonce: [u8; NONCE_LEN]) -> Result<String, SealError> {
        let head = format!("{VERSION}.{}.", self.current.id);
        let aad = [head.as_bytes(), aad].concat();
        let sealed = self.current.cipher.encrypt(&Nonce::from(nonce), Payload { msg: content, aad: &aad });
        let sealed = sealed.map_err(|_| SealError::Malformed)?;
        let text = format!("{head}{}", base64url(&[&nonce[..], &sealed].concat()));
        if text.len() > MAX_SEALED_LEN { Err(SealError::Malformed) } else { Ok(text) }
    }

    /// Opens what any key of the ring sealed with the same `aad`.
    ///
    /// # Errors
    /// [`SealError`].
    pub fn open(&self, text: &str, aad: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let (id, body) = split(text).ok_or(SealError::Malformed)?;
        let mut keys = std::iter::once(&self.current).chain(&self.older);
        let key = keys.find(|key| key.id == id).ok_or(SealError::UnknownKey)?;
        let bytes = from_base64url(body).ok_or(SealError::Malformed)?;
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE_LEN>().ok_or(SealError::Malformed)?;
        let aad = [VERSION.as_bytes(), b".", id.as_bytes(), b".", aad].concat();
        let opened = key.cipher.decrypt(&Nonce::from(*nonce), Payload { msg: sealed, aad: &aad });
        opened.map(Zeroizing::new).map_err(|_| SealError::Forged)
    }

    /// Whether a sealed text is of another key than the one that seals now.
    #[must_use]
    pub fn needs_reseal(&self, text: &str) -> bool {
        split(text).is_none_or(|(id, _)| id != self.current.id)
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyRing").field("current", &self.current.id).finish_non_exhaustive()
    }
}

/// Key id and body.
fn split(text: &str) -> Option<(&str, &str)> {
    if text.len() > MAX_SEALED_LEN {
        return None;
    }
    text.strip_prefix(VERSION)?.strip_prefix('.')?.split_once('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring(ids: &[&str]) -> KeyRing {
        let keys: Vec<_> =
            ids.iter().map(|id| format!(r#"{{"id":"{id}","key":"{}"}}"#, base64url(&[id.as_bytes()[1]; 32]))).collect();
        KeyRing::parse(&format!("[{}]", keys.join(","))).unwrap()
    }

    #[test]
    fn aes_256_gcm_matches_the_published_vector() {
        // NIST CAVS / GCM specification, test case 14: zero key, zero nonce, sixteen zero bytes.
        let cipher = Aes256Gcm::new(&[0; 32].into());
        let sealed = cipher.encrypt(&Nonce::from([0; 12]), &[0_u8; 16][..]).unwrap();
        assert_eq!(crate::encoding::hex(&sealed), "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919");
    }

    #[test]
    fn the_first_key_seals_and_all_open() {
        let old = ring(&["k1"]).seal(b"secret", b"row 7", [3; 12]).unwrap();
        let both = ring(&["k2", "k1"]);
        assert_eq!(both.open(&old, b"row 7").unwrap().as_slice(), b"secret");
        assert!(both.needs_reseal(&old));
        let new = both.seal(b"secret", b"row 7", [3; 12]).unwrap();
        assert!(new.starts_with("s1.k2.") && !both.needs_reseal(&new));
        assert_eq!(ring(&["k2"]).open(&old, b"row 7").unwrap_err(), SealError::UnknownKey);
        assert_eq!(both.open(&old.replace("k1", "k2"), b"row 7").unwrap_err(), SealError::Forged);
    }

    #[test]
    fn no_changed_byte_opens() {
        let ring = ring(&["k1"]);
        let sealed = ring.seal(b"secret", b"row 7", [3; 12]).unwrap();
        assert_eq!(ring.open(&sealed, b"row 8").unwrap_err(), SealError::Forged);
        for index in 0..sealed.len() {
            for flip in [1_u8, 2, 0x20] {
                let mut bytes = sealed.clone().into_bytes();
                bytes[index] ^= flip;
                assert!(ring.open(&String::from_utf8(bytes).unwrap(), b"row 7").is_err(), "{index}");
            }
            assert!(ring.open(&sealed[..index], b"row 7").is_err(), "{index}");
        }
    }

    #[test]
    fn unusable_rings_are_refused() {
        let key = base64url(&[1; 32]);
        for text in [
            String::new(),
            "[]".into(),
            "{}".into(),
            format!(r#"[{{"id":"","key":"{key}"}}]"#),
            format!(r#"[{{"id":"a.b","key":"{key}"}}]"#),
            format!(r#"[{{"id":"a","key":"{key}"}},{{"id":"a","key":"{key}"}}]"#),
            format!(r#"[{{"id":"a","key":"{key}=","x":1}}]"#),
            r#"[{"id":"a","key":"AAAA"}]"#.into(),
        ] {
            assert_eq!(KeyRing::parse(&text).unwrap_err().variable, "sealing_keys", "{text}");
        }
        assert_eq!(format!("{:?}", ring(&["k1"])), r#"KeyRing { current: "k1", .. }"#);
    }
}

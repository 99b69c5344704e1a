//! API keys (DEV-02): `wsk_`, the key's id, `_`, and 256 random bits. The first part recognises the key, in the shop's list as in a secret that somebody found;
//! the second proves it, and is kept as its SHA-256.

use commerce_domain::ApiKeyId;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::encoding::{array_from_base64url, base64url, hex};

/// What every key begins with.
pub const PREFIX: &str = "wsk_";

/// Digits of the id in a key.
const ID_LEN: usize = 32;

/// A key that somebody shows: whose it says it is, and the hash of what proves it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ShownKey {
    /// Which key.
    pub id: ApiKeyId,
    hash: [u8; 32],
}

commerce_domain::opaque_debug!(ShownKey);

impl ShownKey {
    /// Reads a key. `None` for every other text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (id, secret) = text.strip_prefix(PREFIX)?.split_once('_')?;
        let plain = id.len() == ID_LEN && id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        let id = Uuid::try_parse(id).ok().filter(|_| plain)?;
        let secret: [u8; 32] = array_from_base64url(secret)?;
        Some(Self { id: ApiKeyId::new(id), hash: Sha256::digest(secret).into() })
    }

    /// The hash as the database takes it.
    #[must_use]
    pub fn secret_hash(&self) -> String {
        hex(&self.hash)
    }
}

/// A new key's text, which is shown once.
#[must_use]
pub fn text(id: ApiKeyId, secret: &[u8; 32]) -> String {
    format!("{PREFIX}{}_{}", id.as_uuid().simple(), base64url(secret))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_back_and_nothing_else_is() {
        let id = ApiKeyId::new(Uuid::from_u128(0xabc));
        let key = text(id, &[7; 32]);
        let shown = ShownKey::parse(&key).unwrap();
        assert_eq!((shown.id, shown.secret_hash().len()), (id, 64));
        assert_eq!(shown.secret_hash(), hex(&Sha256::digest([7; 32])));
        for other in [
            "",
            "wsk_",
            &key[1..],
            &key[..key.len() - 1],
            &format!("{key}A"),
            &key.replace("abc", "ABC"),
            &key.replace("wsk", "wst"),
        ] {
            assert!(ShownKey::parse(other).is_none(), "{other}");
        }
        assert!(!format!("{shown:?}").contains("abc"));
    }
}

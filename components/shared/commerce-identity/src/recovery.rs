//! Recovery codes: ten, on paper, each good once in place of a second factor.

use std::fmt;

use commerce_domain::text::fold_digits;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::code::is_separator;
use crate::encoding::hex;
use crate::keys::CodeKey;

/// Codes in a set.
pub const RECOVERY_CODES: usize = 10;
/// Characters of a code: 50 bits.
const LEN: usize = 10;
/// Crockford's base 32: digits and letters without I, L, O (read as 1, 1, 0) and U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Most bytes of typed text that are looked at.
const MAX_INPUT_LEN: usize = 64;

/// A recovery code. Cleared when dropped, not printable.
#[derive(Clone)]
pub struct RecoveryCode(Zeroizing<String>);

impl RecoveryCode {
    /// Makes a code of ten random bytes, five bits of each.
    #[must_use]
    pub fn from_random(bytes: [u8; 10]) -> Self {
        let digit = |byte: u8| ALPHABET.get(usize::from(byte & 31)).copied().map_or('0', char::from);
        Self(Zeroizing::new(bytes.into_iter().map(digit).collect()))
    }

    /// Reads a code as people type it: case, spaces and dashes do not count, `O` is zero, `I` and `L` are one, digits may be Arabic-Indic
    /// or Persian.
    #[must_use]
    pub fn parse(typed: &str) -> Option<Self> {
        if typed.len() > MAX_INPUT_LEN {
            return None;
        }
        let typed = Zeroizing::new(fold_digits(typed));
        let mut code = Zeroizing::new(String::with_capacity(LEN));
        for character in typed.chars().filter(|one| !is_separator(*one)) {
            let character = match character.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            };
            if code.len() == LEN || !ALPHABET.iter().any(|known| char::from(*known) == character) {
                return None;
            }
            code.push(character);
        }
        (code.len() == LEN).then_some(Self(code))
    }

    /// The code as it is shown, in two groups: `7K2MQ-X04ZD`.
    #[must_use]
    pub fn to_text(&self) -> Zeroizing<String> {
        let (one, two) = self.0.split_at_checked(LEN / 2).unwrap_or((&self.0, ""));
        Zeroizing::new(format!("{one}-{two}"))
    }

    /// What is stored: HMAC-SHA-256 of account and code, in hexadecimal. Keyed, because 50 bits can be searched.
    #[must_use]
    pub fn storage_hash(&self, key: &CodeKey, account: Uuid) -> String {
        hex(&key.mac("recovery", &[account.as_bytes(), self.0.as_bytes()]))
    }
}

impl fmt::Debug for RecoveryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecoveryCode(..)")
    }
}

/// Draws a set of codes from 100 random bytes.
#[must_use]
pub fn draw(bytes: [u8; RECOVERY_CODES * LEN]) -> [RecoveryCode; RECOVERY_CODES] {
    let bytes = Zeroizing::new(bytes);
    std::array::from_fn(|index| {
        let mut own = [0; LEN];
        for (to, from) in own.iter_mut().zip(bytes.iter().skip(index * LEN)) {
            *to = *from;
        }
        RecoveryCode::from_random(own)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_as_people_type_them() {
        let code = RecoveryCode::from_random([0, 1, 2, 3, 32 + 4, 17, 18, 20, 30, 255]);
        assert_eq!(code.to_text().as_str(), "01234-HJMYZ");
        for typed in ["01234-HJMYZ", "01234hjmyz", " o1234 - hjmyz", "OI234HJMYZ", "OL234HJMYZ", "٠١٢٣٤-hjmyz"] {
            assert_eq!(RecoveryCode::parse(typed).unwrap().to_text(), code.to_text(), "{typed}");
        }
        for wrong in ["", "01234-HJMY", "01234-HJMYZ0", "01234-HJMYU", "01234_HJMYZ", &"0".repeat(65)] {
            assert!(RecoveryCode::parse(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn a_set_uses_every_byte_once() {
        let bytes = std::array::from_fn(|index| u8::try_from(index).unwrap());
        let codes = draw(bytes);
        assert_eq!(codes[0].to_text().as_str(), "01234-56789");
        assert_eq!(codes[1].to_text().as_str(), "ABCDE-FGHJK");
        let mut texts: Vec<String> = codes.iter().map(|code| code.to_text().to_string()).collect();
        texts.sort();
        texts.dedup();
        assert_eq!(texts.len(), RECOVERY_CODES);
    }

    #[test]
    fn the_hash_is_bound_to_account_and_key() {
        let (key, other) = (CodeKey::parse(&"k".repeat(32)).unwrap(), CodeKey::parse(&"o".repeat(32)).unwrap());
        let code = RecoveryCode::from_random([7; 10]);
        let hash = code.storage_hash(&key, Uuid::nil());
        assert_eq!(hash, RecoveryCode::parse(&code.to_text().to_lowercase()).unwrap().storage_hash(&key, Uuid::nil()));
        assert_ne!(hash, code.storage_hash(&key, Uuid::max()));
        assert_ne!(hash, code.storage_hash(&other, Uuid::nil()));
    }
}

//! One-time codes: six digits, sent by message or shown by an authenticator app.

use std::fmt;

use commerce_domain::text::fold_digits;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::encoding::{equal, hex};
use crate::keys::CodeKey;

/// Digits of a code.
pub const CODE_LEN: usize = 6;
/// Most bytes of typed text that are looked at.
const MAX_INPUT_LEN: usize = 64;

/// A code of six digits. Cleared when dropped, not printable.
#[derive(Clone)]
pub struct OneTimeCode(Zeroizing<String>);

impl OneTimeCode {
    /// Draws a code from 16 random bytes. With 128 bits the likeliest code is likelier than the least by less than 2⁻¹⁰⁸, so
    /// none is favoured.
    #[must_use]
    pub fn from_random(bytes: [u8; 16]) -> Self {
        Self::from_number(u128::from_be_bytes(bytes))
    }

    /// The last six digits of a number.
    pub(crate) fn from_number(number: u128) -> Self {
        Self(Zeroizing::new(format!("{:06}", number % 1_000_000)))
    }

    /// Reads a code as people type it: digits may be Arabic-Indic (٠–٩) or Persian (۰–۹), spaces and dashes do not count.
    #[must_use]
    pub fn parse(typed: &str) -> Option<Self> {
        if typed.len() > MAX_INPUT_LEN {
            return None;
        }
        let typed = Zeroizing::new(fold_digits(typed));
        let digits: Zeroizing<String> = Zeroizing::new(typed.chars().filter(|one| !is_separator(*one)).collect());
        (digits.len() == CODE_LEN && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(Self(digits))
    }

    /// The six digits, for the message.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What is stored: HMAC-SHA-256 of challenge and code, in hexadecimal. Keyed, because a million codes are soon tried; bound to the
    /// challenge, so that equal codes are not seen to be equal.
    #[must_use]
    pub fn storage_hash(&self, key: &CodeKey, challenge: Uuid) -> String {
        hex(&key.mac("code", &[challenge.as_bytes(), self.0.as_bytes()]))
    }

    /// Whether both are the same code, in constant time.
    pub(crate) fn matches(&self, other: &Self) -> bool {
        equal(self.0.as_bytes(), other.0.as_bytes())
    }
}

impl fmt::Debug for OneTimeCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OneTimeCode(..)")
    }
}

/// Spaces, dashes, and the invisible marks that come along when a number is copied out of Arabic text.
pub(crate) fn is_separator(character: char) -> bool {
    character.is_whitespace()
        || matches!(character, '-' | '\u{2010}'..='\u{2015}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_as_people_type_them() {
        for typed in ["042917", " 042 917 ", "042-917", "٠٤٢٩١٧", "۰۴۲۹۱۷", "٠٤2 9١7", "\u{200f}042917\u{200e}"]
        {
            assert_eq!(OneTimeCode::parse(typed).unwrap().as_str(), "042917", "{typed:?}");
        }
        for wrong in
            ["", "04291", "0429170", "04291x", "+42917", "４２９１７１", "042.917", &"0".repeat(65), &" ".repeat(65)]
        {
            assert!(OneTimeCode::parse(wrong).is_none(), "{wrong:?}");
        }
    }

    #[test]
    fn every_code_can_be_drawn_and_keeps_its_zeros() {
        assert_eq!(OneTimeCode::from_random([0; 16]).as_str(), "000000");
        assert_eq!(OneTimeCode::from_random(42_917_u128.to_be_bytes()).as_str(), "042917");
        assert_eq!(OneTimeCode::from_random([0xff; 16]).as_str(), "211455");
    }

    #[test]
    fn the_hash_depends_on_code_challenge_and_key() {
        let (key, other) = (CodeKey::parse(&"k".repeat(32)).unwrap(), CodeKey::parse(&"o".repeat(32)).unwrap());
        let code = OneTimeCode::parse("042917").unwrap();
        let hash = code.storage_hash(&key, Uuid::nil());
        assert_eq!(hash, OneTimeCode::parse("٠٤٢٩١٧").unwrap().storage_hash(&key, Uuid::nil()));
        assert_ne!(hash, code.storage_hash(&key, Uuid::max()));
        assert_ne!(hash, code.storage_hash(&other, Uuid::nil()));
        assert_ne!(hash, OneTimeCode::parse("042918").unwrap().storage_hash(&key, Uuid::nil()));
        assert_eq!((hash.len(), format!("{code:?}").as_str()), (64, "OneTimeCode(..)"));
    }
}

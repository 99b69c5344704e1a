//! Bounded, printable text, and the folding of digits.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::field_error::code;

/// Text without surrounding white space, of `MIN` to `MAX` characters (Unicode scalar values), on one line, free of NUL,
/// control characters and characters that reorder text.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct BoundedText<const MIN: usize, const MAX: usize>(String);

impl<const MIN: usize, const MAX: usize> BoundedText<MIN, MAX> {
    /// Trims and checks.
    ///
    /// # Errors
    /// A code of [`crate::field_error::code`]: `required`, `too_short`, `too_long` or `invalid_characters`.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let text = text.trim();
        if text.is_empty() && MIN > 0 {
            return Err(code::REQUIRED);
        }
        // Four bytes is the most that a character takes: longer input is refused without being read.
        if text.len() > MAX.saturating_mul(4) {
            return Err(code::TOO_LONG);
        }
        let length = text.chars().count();
        if length > MAX {
            return Err(code::TOO_LONG);
        }
        if length < MIN {
            return Err(code::TOO_SHORT);
        }
        if text.chars().any(is_unprintable) {
            return Err(code::INVALID_CHARACTERS);
        }
        Ok(Self(text.to_owned()))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text, owned.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0
    }
}

impl<const MIN: usize, const MAX: usize> fmt::Display for BoundedText<MIN, MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<const MIN: usize, const MAX: usize> Serialize for BoundedText<MIN, MAX> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de, const MIN: usize, const MAX: usize> Deserialize<'de> for BoundedText<MIN, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

/// Whether a character has no place in one line of text: controls (NUL included), line and paragraph separators, the byte
/// order mark, and the directional embeddings, overrides and isolates that can make text read as something else.
/// Joiners (U+200C, U+200D), which Arabic-script names use, are fine.
#[must_use]
pub fn is_unprintable(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{2028}' | '\u{2029}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

/// Whether the text is fit to be a key that people choose and databases keep, of a role or a plan: `counter`, `night_shift`, of 50 bytes at most.
#[must_use]
pub fn is_key(text: &str) -> bool {
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase());
    text.len() <= 50 && text.split('_').all(is_word)
}

/// Replaces Arabic-Indic (٠–٩) and Persian (۰–۹) digits by ASCII ones; all else stays.
#[must_use]
pub fn fold_digits(text: &str) -> String {
    text.chars().map(fold_digit).collect()
}

fn fold_digit(character: char) -> char {
    let zero = match character {
        '\u{0660}'..='\u{0669}' => 0x0660,
        '\u{06F0}'..='\u{06F9}' => 0x06F0,
        _ => return character,
    };
    char::from_digit(u32::from(character).saturating_sub(zero), 10).unwrap_or(character)
}

#[cfg(test)]
mod tests {
    use super::*;

    type Name = BoundedText<2, 5>;

    #[test]
    fn bounds_count_characters_after_trimming() {
        assert_eq!(Name::parse("  سارة ").unwrap().as_str(), "سارة");
        assert_eq!(Name::parse("نورة!").unwrap().as_str(), "نورة!");
        assert_eq!(Name::parse(""), Err(code::REQUIRED));
        assert_eq!(Name::parse(" \t\n"), Err(code::REQUIRED));
        assert_eq!(Name::parse("a"), Err(code::TOO_SHORT));
        assert_eq!(Name::parse("abcdef"), Err(code::TOO_LONG));
        assert_eq!(Name::parse(&"x".repeat(1_000_000)), Err(code::TOO_LONG));
        assert_eq!(BoundedText::<0, 3>::parse(" ").unwrap().as_str(), "");
    }

    #[test]
    fn what_hides_or_breaks_text_is_refused() {
        for bad in ["a\0b", "a\nb", "a\u{7f}b", "a\u{85}b", "a\u{202e}b", "a\u{2066}b", "a\u{feff}b", "a\u{2028}b"] {
            assert_eq!(Name::parse(bad), Err(code::INVALID_CHARACTERS), "{bad:?}");
        }
        assert!(Name::parse("می\u{200c}م").is_ok());
        assert!(serde_json::from_str::<Name>("\"a\\u0000b\"").is_err());
    }

    #[test]
    fn keys_are_words() {
        for key in ["free", "night_shift", "a_b_c", &"a".repeat(50)] {
            assert!(is_key(key), "{key}");
        }
        for text in ["", "_", "Free", "a__b", "_a", "a_", "a-b", "a1", "\u{661}", &"a".repeat(51)] {
            assert!(!is_key(text), "{text}");
        }
    }

    #[test]
    fn digits_fold_to_ascii() {
        assert_eq!(fold_digits("٠١٢٣٤٥٦٧٨٩ ۰۱۲۳۴۵۶۷۸۹ 07 abc"), "0123456789 0123456789 07 abc");
    }
}

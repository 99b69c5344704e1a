//! Which passwords may be set (NIST SP 800-63B: length and a blocklist; ruling C-28: composition only where a tenant asks for it).

mod blocklist;

use serde::{Deserialize, Serialize};

use crate::password::Password;

/// Fewest characters (Unicode scalar values) of a new password.
pub const MIN_PASSWORD_CHARS: usize = 12;
/// Fewest characters of a personal word that a password may not contain; shorter ones are in everything.
const MIN_PERSONAL_CHARS: usize = 4;

/// Why a password may not be set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// Under [`MIN_PASSWORD_CHARS`].
    #[error("password is too short")]
    TooShort,
    /// Over [`crate::password::MAX_PASSWORD_LEN`].
    #[error("password is too long")]
    TooLong,
    /// One of the passwords that are tried first, or close to one.
    #[error("password is common")]
    Common,
    /// Made of what a stranger knows of the person or the shop.
    #[error("password is personal")]
    Personal,
    /// Lacks a kind of character that the tenant asks for.
    #[error("password lacks a kind of character")]
    Composition,
}

impl PolicyError {
    /// The code in answers.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooShort => "password_too_short",
            Self::TooLong => "password_too_long",
            Self::Common => "password_common",
            Self::Personal => "password_personal",
            Self::Composition => "password_composition",
        }
    }
}

/// Kinds of characters that a tenant asks for; none by default.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Composition {
    /// An upper-case letter.
    pub upper: bool,
    /// A lower-case letter.
    pub lower: bool,
    /// A digit of any script.
    pub digit: bool,
    /// Something that is neither letter nor digit; a space counts.
    pub symbol: bool,
}

impl Composition {
    fn is_met_by(self, password: &str) -> bool {
        let lacks = |asked: bool, kind: fn(char) -> bool| asked && !password.chars().any(kind);
        !(lacks(self.upper, char::is_uppercase)
            || lacks(self.lower, char::is_lowercase)
            || lacks(self.digit, char::is_numeric)
            || lacks(self.symbol, |character| !character.is_alphanumeric()))
    }
}

/// Checks a password that someone wants to set. `personal`: what the password may not be made of, as it is known: the e-mail
/// (its local part is meant), the person's names, the shop's name.
///
/// # Errors
/// The first rule that is broken, in the order of [`PolicyError`].
pub fn check(password: &Password, personal: &[&str], composition: &Composition) -> Result<(), PolicyError> {
    let text = password.as_str();
    if text.chars().count() < MIN_PASSWORD_CHARS {
        return Err(PolicyError::TooShort);
    }
    let lower = zeroize::Zeroizing::new(text.to_lowercase());
    if blocklist::is_common(&lower) {
        return Err(PolicyError::Common);
    }
    if personal.iter().any(|words| contains_personal(&lower, words)) {
        return Err(PolicyError::Personal);
    }
    if composition.is_met_by(text) { Ok(()) } else { Err(PolicyError::Composition) }
}

/// Whether the password contains `words`, whole or without its separators, or is little more than one of them.
fn contains_personal(password: &str, words: &str) -> bool {
    let words = words.split_once('@').map_or(words, |(local, _)| local).to_lowercase();
    let joined = |text: &str| text.chars().filter(|character| character.is_alphanumeric()).collect::<String>();
    let (joined_password, joined_words) = (zeroize::Zeroizing::new(joined(password)), joined(&words));
    if joined_words.chars().count() >= MIN_PERSONAL_CHARS && joined_password.contains(&joined_words) {
        return true;
    }
    let parts = words.split(|character: char| !character.is_alphanumeric());
    parts.filter(|part| part.chars().count() >= MIN_PERSONAL_CHARS).any(|part| {
        let rest: usize = password.split(part).map(|rest| rest.chars().count()).sum();
        password.contains(part) && rest < MIN_PASSWORD_CHARS - MIN_PERSONAL_CHARS
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::password::MAX_PASSWORD_LEN;

    fn verdict(password: &str, personal: &[&str], composition: Composition) -> Result<(), &'static str> {
        let checked = Password::parse(password).and_then(|password| check(&password, personal, &composition));
        checked.map_err(PolicyError::code)
    }

    fn plain(password: &str) -> Result<(), &'static str> {
        verdict(password, &[], Composition::default())
    }

    #[test]
    fn length_counts_characters_below_and_bytes_above() {
        assert_eq!(plain("jkw!vzpqmx7"), Err("password_too_short"));
        assert_eq!(plain("jkw!vzpqmx7d"), Ok(()));
        assert_eq!(plain("قهوةالصباحي"), Err("password_too_short"), "eleven characters, more bytes");
        assert_eq!(plain("قهوة الصباح عند البحر"), Ok(()));
        let long: String = ('a'..='z').cycle().step_by(7).take(MAX_PASSWORD_LEN).collect();
        assert_eq!(plain(&long), Ok(()));
        assert_eq!(plain(&format!("{long}x")), Err("password_too_long"));
    }

    #[test]
    fn common_ones_are_refused_in_any_case() {
        assert_eq!(plain("123QweAsdZxc"), Err("password_common"));
        assert_eq!(plain("Password1234"), Err("password_common"));
        assert_eq!(plain("Password of a tall tree"), Ok(()));
    }

    #[test]
    fn what_strangers_know_is_refused() {
        let known = ["Noura.Alharbi@example.com", "Noura Alharbi", "Gulf Coffee"];
        for personal in
            ["noura.alharbi-88", "my NouraAlharbi pass", "GulfCoffee2026!!", "alharbi!2026", "2026-COFFEE-1"]
        {
            assert_eq!(verdict(personal, &known, Composition::default()), Err("password_personal"), "{personal}");
        }
        for fine in ["morning coffee by the sea", "example.com tall tree", "nou-ra tall tree ra"] {
            assert_eq!(verdict(fine, &known, Composition::default()), Ok(()), "{fine}");
        }
        assert_eq!(verdict("a tall tree in a bay", &["a", "", "@", "@example.com"], Composition::default()), Ok(()));
    }

    #[test]
    fn a_tenant_may_ask_for_kinds_of_characters() {
        let all = Composition { upper: true, lower: true, digit: true, symbol: true };
        assert_eq!(verdict("Tall-tree7bay", &[], all), Ok(()));
        assert_eq!(verdict("Tall-tree٧bay", &[], all), Ok(()));
        for lacking in ["tall-tree7bay", "TALL-TREE7BAY", "Tall-treexbay", "Tallxtree7bay"] {
            assert_eq!(verdict(lacking, &[], all), Err("password_composition"), "{lacking}");
        }
        assert_eq!(
            serde_json::from_str::<Composition>(r#"{"digit":true}"#).unwrap(),
            Composition { digit: true, ..Composition::default() }
        );
    }
}

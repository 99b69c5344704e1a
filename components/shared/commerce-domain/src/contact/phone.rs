//! Phone numbers, kept as E.164: `+`, country code, subscriber number; at most 15 digits.

use std::fmt;

use serde::Serialize;

use crate::field_error::code;
use crate::text::fold_digits;

/// A phone number in E.164.
#[derive(Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Phone(String);

crate::opaque_debug!(Phone);

/// How numbers of a country are written.
struct Plan {
    /// ISO 3166-1 alpha-2.
    country: &'static str,
    /// Country calling code.
    calling_code: &'static str,
    /// Whether local notation puts a 0 before the national number.
    trunk_zero: bool,
    /// Shortest and longest national number, without the 0.
    national: (usize, usize),
}

/// The numbering plans of the Gulf (ITU-T E.164 national plans). Other countries are held to E.164 alone.
const PLANS: [Plan; 6] = [
    Plan { country: "SA", calling_code: "966", trunk_zero: true, national: (9, 9) },
    Plan { country: "KW", calling_code: "965", trunk_zero: false, national: (8, 8) },
    Plan { country: "AE", calling_code: "971", trunk_zero: true, national: (8, 9) },
    Plan { country: "BH", calling_code: "973", trunk_zero: false, national: (8, 8) },
    Plan { country: "QA", calling_code: "974", trunk_zero: false, national: (8, 8) },
    Plan { country: "OM", calling_code: "968", trunk_zero: false, national: (8, 8) },
];

impl Plan {
    /// E.164 of a number given without or with the trunk 0.
    fn complete(&self, national: &str) -> Option<String> {
        let national = match national.strip_prefix('0') {
            Some(rest) if self.trunk_zero => rest,
            Some(_) => return None,
            None => national,
        };
        let (shortest, longest) = self.national;
        let fits = (shortest..=longest).contains(&national.len()) && !national.starts_with('0');
        fits.then(|| format!("+{}{national}", self.calling_code))
    }
}

impl Phone {
    /// Most bytes of input that are looked at.
    const MAX_INPUT_LEN: usize = 64;

    /// Reads a number: Arabic-Indic or Persian digits, spaces, dashes, dots and parentheses are fine, and `00` stands for `+`.
    /// Without either it is a number of `home_country` (in the Gulf: `05XXXXXXXX` in Saudi Arabia, eight digits in Kuwait, …).
    ///
    /// # Errors
    /// The code `required`, `too_long` or `invalid`.
    pub fn parse(text: &str, home_country: &str) -> Result<Self, &'static str> {
        let text = text.trim();
        if text.is_empty() {
            return Err(code::REQUIRED);
        }
        if text.len() > Self::MAX_INPUT_LEN {
            return Err(code::TOO_LONG);
        }
        let digits: String = fold_digits(text).chars().filter(|character| !is_separator(*character)).collect();
        let number = match digits.strip_prefix('+').or_else(|| digits.strip_prefix("00")) {
            Some(international) => complete_international(international),
            None => complete_local(&digits, home_country),
        };
        number.map(Self).ok_or(code::INVALID)
    }

    /// The number: `+` and digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What people and phones put between digits, the direction marks around right-to-left text among it.
const fn is_separator(character: char) -> bool {
    matches!(character, ' ' | '\u{A0}' | '-' | '.' | '(' | ')' | '\u{200E}' | '\u{200F}' | '\u{202A}' | '\u{202C}')
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

fn complete_international(digits: &str) -> Option<String> {
    if !is_digits(digits) || !(8..=15).contains(&digits.len()) || digits.starts_with('0') {
        return None;
    }
    let plan = PLANS.iter().find_map(|plan| digits.strip_prefix(plan.calling_code).map(|rest| (plan, rest)));
    match plan {
        Some((plan, national)) => plan.complete(national),
        None => Some(format!("+{digits}")),
    }
}

fn complete_local(digits: &str, home_country: &str) -> Option<String> {
    if !is_digits(digits) {
        return None;
    }
    let plan = PLANS.iter().find(|plan| plan.country == home_country)?;
    // A number that already has the country code, only without its plus.
    let with_code = || digits.strip_prefix(plan.calling_code).and_then(|national| plan.complete(national));
    plan.complete(digits).or_else(with_code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_notations_become_e164() {
        for (given, home, kept) in [
            ("0501234567", "SA", "+966501234567"),
            ("٠٥٠ ١٢٣ ٤٥٦٧", "SA", "+966501234567"),
            ("501234567", "SA", "+966501234567"),
            ("966501234567", "SA", "+966501234567"),
            ("+966 50 123-4567", "KW", "+966501234567"),
            ("+966 (0)50 123 4567", "KW", "+966501234567"),
            ("00966501234567", "KW", "+966501234567"),
            ("011 234 5678", "SA", "+966112345678"),
            ("\u{200e}+965 9912 3456", "SA", "+96599123456"),
            ("۹۹۱۲۳۴۵۶", "KW", "+96599123456"),
            ("9912 3456", "KW", "+96599123456"),
            ("0501234567", "AE", "+971501234567"),
            ("+44 20 7946 0958", "SA", "+442079460958"),
        ] {
            assert_eq!(Phone::parse(given, home).as_ref().map(Phone::as_str), Ok(kept), "{given} in {home}");
        }
    }

    #[test]
    fn everything_else_is_refused() {
        for (bad, home) in [
            ("12", "SA"),
            ("050123456", "SA"),
            ("05012345678", "SA"),
            ("0991234567", "KW"),
            ("991234567", "KW"),
            ("++966501234567", "SA"),
            ("+0501234567", "SA"),
            ("+1234567890123456", "SA"),
            ("05o1234567", "SA"),
            ("050123456\0", "SA"),
            ("0501234567x12", "SA"),
            ("0501234567", "FR"),
            ("0501234567", ""),
            ("+96650123456", "SA"),
            ("+965 991 234", "SA"),
            ("-", "SA"),
        ] {
            assert_eq!(Phone::parse(bad, home), Err(code::INVALID), "{bad:?}");
        }
        assert_eq!(Phone::parse("", "SA"), Err(code::REQUIRED));
        assert_eq!(Phone::parse(&"5".repeat(10_000), "SA"), Err(code::TOO_LONG));
    }
}

//! Passwords that an attacker tries first. Data and sources: `data/README.md`.

/// The most common passwords of published leaks.
const COMMON: &[u8] = include_bytes!("../../data/common-passwords.txt");
/// What passwords of the region are often built from.
const REGIONAL: &[u8] = include_bytes!("../../data/regional-passwords.txt");

/// Most characters around a listed word that do not yet make it another password (`Riyadh@2026!`, `password123456`).
const MAX_TRIMMINGS: usize = 6;
/// Longest unit whose repetition is refused whatever it is (`abcabcabcabc`).
const MAX_REPEATED_UNIT: usize = 4;

/// Whether `password`, in lower case, is a listed one, or a listed one dressed up: with digits and symbols around it, repeated,
/// or a run of neighbouring characters.
pub(super) fn is_common(password: &str) -> bool {
    is_listed(password) || is_listed_with_trimmings(password) || is_repetition(password) || is_run(password)
}

fn is_listed(word: &str) -> bool {
    contains(COMMON, word.as_bytes()) || contains(REGIONAL, word.as_bytes())
}

fn is_listed_with_trimmings(password: &str) -> bool {
    let core = password.trim_matches(|character: char| !character.is_alphabetic());
    let trimmings = password.chars().count().saturating_sub(core.chars().count());
    !core.is_empty() && trimmings <= MAX_TRIMMINGS && is_listed(core)
}

/// Whether a short or listed unit repeated makes the whole (a part of the unit at the end included).
fn is_repetition(password: &str) -> bool {
    let total = password.chars().count();
    let units =
        password.char_indices().enumerate().skip(1).map(|(length, (end, _))| (length, password.split_at(end).0));
    units.take_while(|(length, _)| length * 2 <= total).any(|(length, unit)| {
        let repeats = password.chars().eq(unit.chars().cycle().take(total));
        repeats && (length <= MAX_REPEATED_UNIT || is_listed(unit))
    })
}

/// Whether every character is a neighbour of the one before it, all in one direction: `abcdefghijkl`, `123456789012`.
fn is_run(password: &str) -> bool {
    let runs = |step: i64| {
        let mut pairs = password.chars().zip(password.chars().skip(1));
        pairs.all(|(one, next)| {
            let wraps = matches!((step, one, next), (1, '9', '0') | (-1, '0', '9'));
            wraps || i64::from(u32::from(next)) == i64::from(u32::from(one)).saturating_add(step)
        })
    };
    runs(1) || runs(-1)
}

/// Binary search in sorted lines, without an index and without copying.
fn contains(lines: &[u8], word: &[u8]) -> bool {
    let mut rest = lines;
    while !rest.is_empty() {
        let (before, after) = rest.split_at(rest.len() / 2);
        let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at.saturating_add(1));
        let (head, _) = before.split_at(start);
        let end = after.iter().position(|byte| *byte == b'\n').unwrap_or(after.len());
        let (tail_of_line, tail) = after.split_at(end);
        let line = before.iter().skip(start).chain(tail_of_line);
        match line.cmp(word) {
            std::cmp::Ordering::Equal => return true,
            std::cmp::Ordering::Greater => rest = head,
            std::cmp::Ordering::Less => rest = tail.split_first().map_or(&[], |(_, lines)| lines),
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(data: &'static [u8]) -> Vec<&'static str> {
        std::str::from_utf8(data).unwrap().strip_suffix('\n').unwrap().split('\n').collect()
    }

    #[test]
    fn the_data_is_sorted_lower_case_and_large_enough() {
        for data in [COMMON, REGIONAL] {
            assert!(lines(data).is_sorted_by(|one, next| one < next));
            assert!(lines(data).iter().all(|line| *line == line.to_lowercase() && !line.is_empty()));
        }
        assert_eq!(lines(COMMON).len(), 49_193);
    }

    #[test]
    fn every_entry_is_found_and_nothing_between_them() {
        for data in [COMMON, REGIONAL] {
            for line in lines(data) {
                assert!(contains(data, line.as_bytes()), "{line}");
                assert!(!contains(data, format!("{line}\u{1}").as_bytes()), "{line}");
            }
            for absent in ["", "\n", "\u{0}", "\u{10ffff}", "password\n", "assword1x"] {
                assert!(!contains(data, absent.as_bytes()), "{absent:?}");
            }
        }
    }

    #[test]
    fn dressed_up_passwords_stay_common() {
        for common in [
            "123qweasdzxc",
            "password1234",
            "!!password!!1",
            "riyadh@2026!",
            "mohamed123456",
            "السعودية2030",
            "passwordpassword",
            "passwordpasswordpassw",
            "aaaaaaaaaaaaa",
            "abcabcabcabca",
            "abcdefghijklm",
            "123456789012",
            "987654321098",
        ] {
            assert!(is_common(common), "{common}");
        }
        for fine in [
            "correct horse battery",
            "password-of-the-tall-tree",
            "8842719-butterfly-9",
            "قهوة الصباح عند البحر",
            "kxwqpzrvbnmt",
        ] {
            assert!(!is_common(fine), "{fine}");
        }
    }
}

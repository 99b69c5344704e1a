//! Inputs: a good one with some changes, or something else altogether. The same number always gives the same input.

/// Longest input that is made.
const MAX_LEN: usize = 128 * 1024;

/// What tends to surprise parsers.
const FRAGMENTS: &[&str] = &[
    "",
    " ",
    "\t",
    "\n",
    "\r\n",
    "\0",
    "\u{1b}",
    "\u{7f}",
    "\u{85}",
    "\u{a0}",
    "\u{200f}",
    "\u{202e}",
    "\u{2028}",
    "\u{feff}",
    "\u{fffd}",
    "٠",
    "٣",
    "۷",
    "İ",
    "ı",
    "ﬁ",
    "é",
    "e\u{301}",
    "ß",
    "Ω",
    "𝒳",
    "👩‍👩‍👧‍👦",
    "سارة",
    "xn--",
    "xn--a",
    "。",
    ".",
    "..",
    ",",
    ";",
    ":",
    "@",
    "=",
    "==",
    "&",
    "+",
    "-",
    "_",
    "/",
    "\\",
    "%",
    "%00",
    "%2e",
    "%ff",
    "%zz",
    "\"",
    "'",
    "`",
    "$",
    "#",
    "*",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "[]",
    "{}",
    "[[[[",
    "{\"a\":",
    "null",
    "true",
    "false",
    "0",
    "-0",
    "-1",
    "1",
    "00",
    "01",
    "1.0",
    "1.5",
    "1e2",
    "1e400",
    "-1e-400",
    "0x10",
    "65536",
    "2147483648",
    "4294967296",
    "9007199254740993",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775809",
    "18446744073709551616",
    "340282366920938463463374607431768211456",
    "NaN",
    "Infinity",
    "\\u0000",
    "\\ud800",
    "\\u0061",
    "\\n",
    "\"\"",
    "\"a\"",
    "A",
    "AA",
    "AAA",
    "AAAA",
    "a",
    "z",
    "Z",
    "9",
    "none",
    "HS256",
    "EdDSA",
    "RS256",
    "crit",
    "jwk",
    "aud",
    "kid",
    "secret_token",
    "v1,",
    "v1a,",
    "s1.",
    "wr_",
    "wd_",
    "whsec_",
    "$2b$04$",
    "$argon2id$",
    "m=",
    "t=",
    "p=",
    "lang=ar",
    "q=0",
    "q=1.000",
    "localhost",
    "127.0.0.1",
    "[::1]",
    "cus_",
    "usr_",
    "ten_",
    "' or 1=1 --",
];

/// A sequence of numbers that a seed determines (splitmix64).
#[derive(Clone, Debug)]
pub struct Rng(u64);

impl Rng {
    /// The sequence of a seed.
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The sequence of the n-th input of a target.
    pub fn of(seed: u64, target: usize, number: u64) -> Self {
        let mut rng = Self::new(seed ^ (target as u64).wrapping_mul(0xA24B_AED4_963E_E407));
        let start = rng.next() ^ number.wrapping_mul(0x9FB2_1C65_1E98_DF25);
        Self::new(start)
    }

    /// The next number.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`, which is not 0.
    pub fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    /// One of some.
    pub fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.below(from.len())]
    }

    /// Any whole number, often one at a border.
    pub fn integer(&mut self) -> i64 {
        let borders = [i64::MIN, i64::MIN + 1, -1, 0, 1, 30, 1_800_000_000, i64::MAX - 1, i64::MAX];
        match self.below(3) {
            0 => borders[self.below(borders.len())],
            1 => (self.next() >> self.below(64)).cast_signed(),
            _ => self.next().cast_signed(),
        }
    }
}

/// An input made from one of the seeds.
pub fn make(rng: &mut Rng, seeds: &[Vec<u8>]) -> Vec<u8> {
    let mut input = match rng.below(40) {
        0 => (0..rng.below(300)).map(|_| rng.next() as u8).collect(),
        1 => (0..rng.below(30)).flat_map(|_| rng.pick(FRAGMENTS).bytes()).collect(),
        _ => {
            let mut input = seeds[rng.below(seeds.len())].clone();
            for _ in 0..1 + rng.below(4) * rng.below(3) {
                change(&mut input, rng, seeds);
            }
            input
        }
    };
    input.truncate(MAX_LEN);
    input
}

/// One change.
fn change(input: &mut Vec<u8>, rng: &mut Rng, seeds: &[Vec<u8>]) {
    let length = input.len();
    let at = rng.below(length + 1);
    let end = at + rng.below((length - at).min(24) + 1);
    let fragment = rng.pick(FRAGMENTS).as_bytes();
    match rng.below(15) {
        0 if at < length => input[at] ^= 1 << rng.below(8),
        1 if at < length => input[at] = rng.next() as u8,
        2 if at < length => input[at] = b"0123456789abcdefABCXYZ-_.,:=\"{}[]"[rng.below(33)],
        3 if at < length => input[at] ^= 0x20,
        4 => drop(input.drain(at..end)),
        5 => input.truncate(at),
        6 => _ = input.splice(at..at, fragment.iter().copied()),
        7 => _ = input.splice(at..end, fragment.iter().copied()),
        8 => {
            let copied = input[at..end].to_vec();
            let to = rng.below(length + 1);
            _ = input.splice(to..to, copied);
        }
        9 if length > 0 => {
            let other = rng.below(length);
            input.swap(at.min(length - 1), other);
        }
        10 => {
            let other = &seeds[rng.below(seeds.len())];
            let from = rng.below(other.len() + 1);
            input.truncate(at);
            input.extend_from_slice(&other[from..]);
        }
        11 | 12 => replace_word(input, at, fragment),
        13 => {
            let word = word_at(input, at);
            let copied = input[word].to_vec();
            replace_word(input, rng.below(length + 1), &copied);
        }
        14 if rng.below(30) == 0 => {
            let times = 1 + rng.below(MAX_LEN / fragment.len().max(1));
            _ = input.splice(at..at, fragment.repeat(times));
        }
        _ => input.extend_from_slice(fragment),
    }
}

/// The letters, digits and signs without meaning around a place.
fn word_at(input: &[u8], at: usize) -> std::ops::Range<usize> {
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | 128..);
    let before = input[..at].iter().rev().take_while(|byte| is_word(byte)).count();
    let after = input[at..].iter().take_while(|byte| is_word(byte)).count();
    at - before..at + after
}

fn replace_word(input: &mut Vec<u8>, at: usize, by: &[u8]) {
    let word = word_at(input, at);
    _ = input.splice(word, by.iter().copied());
}

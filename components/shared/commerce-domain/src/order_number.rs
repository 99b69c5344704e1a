//! Order numbers: what a shopper reads out on the phone.
//!
//! Ten digits: nine from a random source, the first not zero, and a check digit by Luhn (ISO/IEC 7812-1), which catches every
//! mistyped digit and nearly every swap of neighbours. Numbers do not follow one another, so they tell nobody how much a shop
//! sells. 900 million values: the caller offers several candidates and the database takes the first that the shop has not used.

const LOWEST: u64 = 100_000_000;
const COUNT: u64 = 900_000_000;

/// Makes an order number from 64 random bits. The bias of the remainder is below 2⁻³⁴.
#[must_use]
pub fn from_random(bits: u64) -> String {
    let body = (LOWEST + bits % COUNT).to_string();
    let check = check_digit(&body);
    format!("{body}{check}")
}

/// Whether text is an order number: ten ASCII digits, the first not zero, with the right check digit.
#[must_use]
pub fn is_valid(text: &str) -> bool {
    let well_formed = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
    well_formed && text.split_at_checked(9).is_some_and(|(body, check)| check == check_digit(body).to_string())
}

/// Luhn: from the right, double every other digit beginning with the last, add the digits of the results.
fn check_digit(body: &str) -> u32 {
    let sum: u32 = body
        .chars()
        .rev()
        .filter_map(|digit| digit.to_digit(10))
        .enumerate()
        .map(|(position, digit)| match (position % 2, digit) {
            (0, 5..) => digit * 2 - 9,
            (0, _) => digit * 2,
            _ => digit,
        })
        .sum();
    (10 - sum % 10) % 10
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_check_digit_is_luhns() {
        // The textbook example 7992739871 has check digit 3.
        assert_eq!(check_digit("7992739871"), 3);
        assert_eq!(from_random(0), "1000000008");
        assert!(is_valid("1000000008"));
        for bad in ["", "1000000007", "0000000000", "100000000", "10000000080", "10000000٨8", "+100000008"] {
            assert!(!is_valid(bad), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn every_number_is_valid_and_no_single_slip_is(bits: u64, place in 0..10_usize, slip in 1..10_u8) {
            let number = from_random(bits);
            prop_assert!(is_valid(&number));
            let mut digits = number.into_bytes();
            digits[place] = b'0' + (digits[place] - b'0' + slip) % 10;
            prop_assert!(!is_valid(&String::from_utf8(digits).unwrap()));
        }
    }
}

//! Durations as people write them: `500ms`, `30s`, `5m`, `1h`.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize as _, Deserializer, de::Error as _};

/// Reads `<digits>ms`, `<digits>s`, `<digits>m` or `<digits>h`; zero is refused, since no limit or interval here can be zero.
pub fn parse(text: &str) -> Result<Duration, String> {
    let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let unit = text.strip_prefix(digits).unwrap_or_default();
    let millis_per_unit = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return Err(format!("{text:?} is not a duration such as \"500ms\", \"30s\", \"5m\" or \"1h\"")),
    };
    let count: u64 = digits.parse().map_err(|_| format!("{text:?} does not begin with a whole number"))?;
    match count.checked_mul(millis_per_unit) {
        Some(millis) if millis > 0 => Ok(Duration::from_millis(millis)),
        _ => Err(format!("{text:?} is out of range")),
    }
}

pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    parse(&String::deserialize(deserializer)?).map_err(D::Error::custom)
}

pub fn deserialize_map<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, Duration>, D::Error> {
    BTreeMap::<String, String>::deserialize(deserializer)?
        .into_iter()
        .map(|(path, text)| parse(&text).map(|interval| (path, interval)).map_err(D::Error::custom))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_carry_their_unit() {
        assert_eq!(parse("250ms"), Ok(Duration::from_millis(250)));
        assert_eq!(parse("30s"), Ok(Duration::from_secs(30)));
        assert_eq!(parse("1h"), Ok(Duration::from_secs(3_600)));
        assert_eq!(parse("5m"), Ok(Duration::from_secs(300)));
        for wrong in ["", "5", "s", "0s", "-1s", "1.5s", "5 s", "5d", "99999999999999999999s", "18446744073709551615m"]
        {
            assert!(parse(wrong).is_err(), "{wrong:?} was accepted");
        }
    }
}

//! Postal addresses, by the parts of the Saudi National Address, which the other Gulf states' addresses fit into.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::collect;
use crate::field_error::{FieldError, code};
use crate::text::{BoundedText, fold_digits};

/// The alpha-2 codes of ISO 3166-1.
const COUNTRIES: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ \
    CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF \
    GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW \
    KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL \
    NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST \
    SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW";

/// Whether ISO 3166-1 has the alpha-2 code.
#[must_use]
pub fn is_country(code: &str) -> bool {
    COUNTRIES.split(' ').any(|country| country == code)
}

/// An address as a request brings it.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddressInput {
    /// ISO 3166-1 alpha-2 code.
    pub country: String,
    /// City.
    pub city: String,
    /// District, area or block.
    pub district: String,
    /// Street.
    pub street: String,
    /// Building number or name.
    pub building: String,
    /// Postal code; empty where the country has none.
    pub postal_code: String,
    /// Short code of the Saudi National Address.
    #[serde(default)]
    pub short_address: Option<String>,
}

crate::opaque_debug!(AddressInput);

/// A valid address.
#[derive(Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Address {
    /// ISO 3166-1 alpha-2 code, upper case.
    pub country: String,
    /// City, 1 to 80 characters.
    #[schema(value_type = String)]
    pub city: BoundedText<1, 80>,
    /// District, 1 to 80 characters.
    #[schema(value_type = String)]
    pub district: BoundedText<1, 80>,
    /// Street, 1 to 120 characters.
    #[schema(value_type = String)]
    pub street: BoundedText<1, 120>,
    /// Building, 1 to 20 characters, digits folded to ASCII.
    #[schema(value_type = String)]
    pub building: BoundedText<1, 20>,
    /// Postal code: five digits in Saudi Arabia; may be empty in the Emirates and Qatar, which have none.
    pub postal_code: String,
    /// Four letters and four digits (RRRD2929), upper case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub short_address: Option<String>,
}

crate::opaque_debug!(Address);

impl Address {
    /// Checks every part; the country must be one of `countries`.
    ///
    /// # Errors
    /// Every wrong field, named `shipping_address.<part>`.
    pub fn parse(input: &AddressInput, countries: &[&str]) -> Result<Self, Vec<FieldError>> {
        Self::parse_as("shipping_address", input, |country| countries.contains(&country))
    }

    /// Checks every part of an address that some later order may go to, in any country of ISO 3166-1.
    ///
    /// # Errors
    /// Every wrong field, named `address.<part>`.
    pub fn parse_saved(input: &AddressInput) -> Result<Self, Vec<FieldError>> {
        Self::parse_as("address", input, is_country)
    }

    fn parse_as(name: &str, input: &AddressInput, accepts: impl Fn(&str) -> bool) -> Result<Self, Vec<FieldError>> {
        let field = |part: &str| format!("{name}.{part}");
        let mut errors = Vec::new();
        let country = collect(&mut errors, &field("country"), parse_country(&input.country, accepts));
        let city = collect(&mut errors, &field("city"), BoundedText::parse(&input.city));
        let district = collect(&mut errors, &field("district"), BoundedText::parse(&input.district));
        let street = collect(&mut errors, &field("street"), BoundedText::parse(&input.street));
        let building = BoundedText::parse(&fold_digits(&input.building));
        let building = collect(&mut errors, &field("building"), building);
        let postal_code = parse_postal_code(&input.postal_code, country.as_deref().unwrap_or_default());
        let postal_code = collect(&mut errors, &field("postal_code"), postal_code);
        let short_address = parse_short_address(input.short_address.as_deref().unwrap_or_default());
        let short_address = collect(&mut errors, &field("short_address"), short_address);
        match (country, city, district, street, building, postal_code, short_address) {
            (
                Some(country),
                Some(city),
                Some(district),
                Some(street),
                Some(building),
                Some(postal_code),
                Some(short_address),
            ) => Ok(Self { country, city, district, street, building, postal_code, short_address }),
            _ => Err(errors),
        }
    }
}

fn parse_country(text: &str, accepts: impl Fn(&str) -> bool) -> Result<String, &'static str> {
    let text = text.trim();
    if text.is_empty() {
        return Err(code::REQUIRED);
    }
    if text.len() != 2 || !text.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return Err(code::INVALID);
    }
    let country = text.to_ascii_uppercase();
    if accepts(&country) { Ok(country) } else { Err(code::UNSUPPORTED) }
}

fn parse_postal_code(text: &str, country: &str) -> Result<String, &'static str> {
    let text = BoundedText::<0, 12>::parse(&fold_digits(text))?.into_string().to_ascii_uppercase();
    let has_none = matches!(country, "AE" | "QA");
    if text.is_empty() {
        return if has_none { Ok(text) } else { Err(code::REQUIRED) };
    }
    let well_formed = match country {
        "SA" => text.len() == 5 && text.bytes().all(|byte| byte.is_ascii_digit()),
        _ => text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b' ' | b'-')),
    };
    if well_formed { Ok(text) } else { Err(code::INVALID) }
}

/// Forms send an empty field for what was left out, so empty is absent.
fn parse_short_address(text: &str) -> Result<Option<String>, &'static str> {
    let text = BoundedText::<0, 8>::parse(&fold_digits(text))?.into_string().to_ascii_uppercase();
    if text.is_empty() {
        return Ok(None);
    }
    let (letters, digits) = text.split_at_checked(4).ok_or(code::INVALID)?;
    let well_formed = digits.len() == 4
        && letters.bytes().all(|byte| byte.is_ascii_uppercase())
        && digits.bytes().all(|byte| byte.is_ascii_digit());
    if well_formed { Ok(Some(text)) } else { Err(code::INVALID) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn postal_codes_follow_the_country() {
        assert_eq!(parse_postal_code("١٢٢١١", "SA").as_deref(), Ok("12211"));
        assert_eq!(parse_postal_code("35151", "KW").as_deref(), Ok("35151"));
        assert_eq!(parse_postal_code("", "QA").as_deref(), Ok(""));
        assert_eq!(parse_postal_code("", "SA"), Err(code::REQUIRED));
        for bad in ["1221", "122112", "1221a", "12 11"] {
            assert_eq!(parse_postal_code(bad, "SA"), Err(code::INVALID), "{bad}");
        }
        assert_eq!(parse_postal_code("12\u{0}11", "KW"), Err(code::INVALID_CHARACTERS));
        assert_eq!(parse_postal_code("12;11", "KW"), Err(code::INVALID));
    }

    #[test]
    fn short_addresses_are_four_letters_and_four_digits() {
        assert_eq!(parse_short_address(" rrrd٢٩٢٩ "), Ok(Some("RRRD2929".to_owned())));
        assert_eq!(parse_short_address(" "), Ok(None));
        for bad in ["RRR2929", "RRRDD929", "2929RRRD", "رررد2929", "RRRD292"] {
            assert_eq!(parse_short_address(bad), Err(code::INVALID), "{bad}");
        }
        assert_eq!(parse_short_address("RRRD29290"), Err(code::TOO_LONG));
    }

    #[test]
    fn countries_come_from_the_shop() {
        let served = |country: &str| ["SA", "KW"].contains(&country);
        assert_eq!(parse_country("sa", served).as_deref(), Ok("SA"));
        assert_eq!(parse_country("FR", served), Err(code::UNSUPPORTED));
        assert_eq!(parse_country("SAU", served), Err(code::INVALID));
        assert_eq!(parse_country("", served), Err(code::REQUIRED));
    }

    #[test]
    fn a_saved_address_may_be_in_any_country_that_exists() {
        assert_eq!(parse_country("fr", is_country).as_deref(), Ok("FR"));
        assert_eq!(parse_country("ZZ", is_country), Err(code::UNSUPPORTED));
        assert!(!is_country("A A") && !is_country(" A") && !is_country(""));
    }
}

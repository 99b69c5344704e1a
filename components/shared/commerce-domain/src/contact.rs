//! Who ordered and where it goes: e-mail, phone, name, postal address.
//!
//! Each part is a type that is only built from valid input. [`NewOrderContact::parse`] reads them together and reports every
//! wrong field at once.

mod address;
mod email;
mod phone;
mod saved;

pub use address::{Address, AddressInput, is_country};
pub use email::Email;
pub use phone::Phone;
pub use saved::{NewSavedAddress, SavedAddressInput, SavedAddressPatch, SavedAddressPatchInput};

use serde::{Deserialize, Serialize};

use crate::field_error::FieldError;
use crate::text::BoundedText;

/// A person's name as they write it: 1 to 120 characters.
pub type PersonName = BoundedText<1, 120>;

/// Contact data as a request brings it.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContactInput {
    /// E-mail address.
    pub email: String,
    /// Phone number in any usual notation.
    pub phone: String,
    /// Name of the person.
    pub name: String,
    /// Where to deliver.
    pub shipping_address: AddressInput,
}

crate::opaque_debug!(ContactInput);

/// Valid contact data of a new order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NewOrderContact {
    /// E-mail address.
    pub email: Email,
    /// Phone number.
    pub phone: Phone,
    /// Name of the person.
    pub name: PersonName,
    /// Where to deliver.
    pub shipping_address: Address,
}

impl NewOrderContact {
    /// Checks everything. A phone number without country code is read as one of the address's country, else of `home_country`
    /// (ISO 3166-1 alpha-2, the shop's); the address must be in one of `countries`.
    ///
    /// # Errors
    /// Every wrong field, in the order of the request.
    pub fn parse(input: &ContactInput, home_country: &str, countries: &[&str]) -> Result<Self, Vec<FieldError>> {
        let mut errors = Vec::new();
        let email = collect(&mut errors, "email", Email::parse(&input.email));
        let phone = Phone::parse(&input.phone, input.shipping_address.country.trim())
            .or_else(|_| Phone::parse(&input.phone, home_country));
        let phone = collect(&mut errors, "phone", phone);
        let name = collect(&mut errors, "name", PersonName::parse(&input.name));
        let address =
            Address::parse(&input.shipping_address, countries).map_err(|mut wrong| errors.append(&mut wrong)).ok();
        match (email, phone, name, address) {
            (Some(email), Some(phone), Some(name), Some(shipping_address)) if errors.is_empty() => {
                Ok(Self { email, phone, name, shipping_address })
            }
            _ => Err(errors),
        }
    }
}

/// Keeps the value, or notes the field and its code.
fn collect<T>(errors: &mut Vec<FieldError>, field: &str, parsed: Result<T, &'static str>) -> Option<T> {
    parsed.map_err(|code| errors.push(FieldError::new(field, code))).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field_error::code;

    fn input() -> ContactInput {
        serde_json::from_value(serde_json::json!({
            "email": "sara@example.com", "phone": "0501234567", "name": "سارة القحطاني",
            "shipping_address": {
                "country": "SA", "city": "الرياض", "district": "العليا", "street": "طريق الملك فهد",
                "building": "٧٥٤٢", "postal_code": "12211", "short_address": "rrrd2929"
            }
        }))
        .unwrap()
    }

    #[test]
    fn a_good_contact_is_normalised() {
        let contact = NewOrderContact::parse(&input(), "SA", &["SA", "KW"]).unwrap();
        assert_eq!(contact.phone.as_str(), "+966501234567");
        let json = serde_json::to_value(&contact).unwrap();
        assert_eq!(json["shipping_address"]["short_address"], "RRRD2929");
        assert_eq!(json["shipping_address"]["building"], "7542");
    }

    #[test]
    fn a_local_phone_is_of_the_addresss_country_or_the_shops() {
        let phone = |country: &str, phone: &str, home| {
            let mut contact = input();
            contact.shipping_address.country = country.into();
            contact.shipping_address.short_address = None;
            contact.phone = phone.into();
            NewOrderContact::parse(&contact, home, &["SA", "KW"]).map(|contact| contact.phone.as_str().to_owned())
        };
        assert_eq!(phone("SA", "0501234567", "KW").unwrap(), "+966501234567");
        assert_eq!(phone("KW", "50123456", "SA").unwrap(), "+96550123456");
        assert_eq!(phone("KW", "0501234567", "SA").unwrap(), "+966501234567");
        assert!(phone("KW", "0501234567", "KW").is_err());
    }

    #[test]
    fn all_wrong_fields_are_named_at_once() {
        let mut bad = input();
        bad.email = "nobody".into();
        bad.phone = "12".into();
        bad.name = "\0".into();
        bad.shipping_address.city = String::new();
        bad.shipping_address.postal_code = "1221".into();
        let errors = NewOrderContact::parse(&bad, "SA", &["SA"]).unwrap_err();
        let expected = [
            ("email", code::INVALID),
            ("phone", code::INVALID),
            ("name", code::INVALID_CHARACTERS),
            ("shipping_address.city", code::REQUIRED),
            ("shipping_address.postal_code", code::INVALID),
        ];
        assert_eq!(errors, expected.map(|(field, code)| FieldError::new(field, code)));
    }
}

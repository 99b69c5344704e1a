//! Addresses that a customer keeps for later orders.

use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use super::{Address, AddressInput, PersonName, Phone, collect};
use crate::field_error::FieldError;
use crate::text::BoundedText;

/// What a customer calls an address: 1 to 60 characters.
pub type AddressLabel = BoundedText<1, 60>;

/// A new address as a request brings it.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewAddress)]
pub struct SavedAddressInput {
    /// What the customer calls it.
    #[serde(default)]
    pub label: Option<String>,
    /// The recipient.
    pub name: String,
    /// Phone number in any usual notation.
    pub phone: String,
    /// The address.
    pub address: AddressInput,
    /// Whether a checkout offers it first.
    #[serde(default)]
    pub is_default: bool,
}

crate::opaque_debug!(SavedAddressInput);

/// A valid new address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NewSavedAddress {
    /// What the customer calls it.
    pub label: Option<AddressLabel>,
    /// The recipient.
    pub name: PersonName,
    /// Phone number.
    pub phone: Phone,
    /// The address.
    pub address: Address,
    /// Whether a checkout offers it first.
    pub is_default: bool,
}

impl NewSavedAddress {
    /// Checks everything. A phone number without country code is read as one of the address's country, else of `home_country` (ISO
    /// 3166-1 alpha-2, the shop's).
    ///
    /// # Errors
    /// Every wrong field, in the order of the request.
    pub fn parse(input: &SavedAddressInput, home_country: &str) -> Result<Self, Vec<FieldError>> {
        let mut errors = Vec::new();
        let label = collect(&mut errors, "label", parse_label(input.label.as_deref()));
        let name = collect(&mut errors, "name", PersonName::parse(&input.name));
        let phone = parse_phone(&input.phone, Some(&input.address), home_country);
        let phone = collect(&mut errors, "phone", phone);
        let address = Address::parse_saved(&input.address).map_err(|mut wrong| errors.append(&mut wrong)).ok();
        match (label, name, phone, address) {
            (Some(label), Some(name), Some(phone), Some(address)) => {
                Ok(Self { label, name, phone, address, is_default: input.is_default })
            }
            _ => Err(errors),
        }
    }
}

/// What changes of an address, as a request brings it. A field that is absent stays; `null` clears the label.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AddressChanges)]
pub struct SavedAddressPatchInput {
    /// What the customer calls it.
    #[serde(default, deserialize_with = "present")]
    pub label: Option<Option<String>>,
    /// The recipient.
    #[serde(default)]
    pub name: Option<String>,
    /// Phone number in any usual notation.
    #[serde(default)]
    pub phone: Option<String>,
    /// The whole address.
    #[serde(default)]
    pub address: Option<AddressInput>,
    /// `true` makes it the one that a checkout offers first; another one must take its place to make it `false`.
    #[serde(default)]
    pub is_default: Option<bool>,
}

crate::opaque_debug!(SavedAddressPatchInput);

/// Valid changes of an address.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SavedAddressPatch {
    /// What the customer calls it.
    pub label: Option<Option<AddressLabel>>,
    /// The recipient.
    pub name: Option<PersonName>,
    /// Phone number.
    pub phone: Option<Phone>,
    /// The address.
    pub address: Option<Address>,
    /// Whether a checkout offers it first.
    pub is_default: Option<bool>,
}

impl SavedAddressPatch {
    /// Checks what is there, as [`NewSavedAddress::parse`] does.
    ///
    /// # Errors
    /// Every wrong field, in the order of the request.
    pub fn parse(input: &SavedAddressPatchInput, home_country: &str) -> Result<Self, Vec<FieldError>> {
        let mut errors = Vec::new();
        let label = input.label.as_ref().map(|label| parse_label(label.as_deref()));
        let label = label.and_then(|label| collect(&mut errors, "label", label));
        let name = input.name.as_deref().map(PersonName::parse);
        let name = name.and_then(|name| collect(&mut errors, "name", name));
        let phone = input.phone.as_deref().map(|phone| parse_phone(phone, input.address.as_ref(), home_country));
        let phone = phone.and_then(|phone| collect(&mut errors, "phone", phone));
        let address = input
            .address
            .as_ref()
            .and_then(|address| Address::parse_saved(address).map_err(|mut wrong| errors.append(&mut wrong)).ok());
        if errors.is_empty() {
            Ok(Self { label, name, phone, address, is_default: input.is_default })
        } else {
            Err(errors)
        }
    }
}

/// Forms send an empty field for what was left out, so empty is absent.
fn parse_label(label: Option<&str>) -> Result<Option<AddressLabel>, &'static str> {
    label.filter(|label| !label.trim().is_empty()).map(AddressLabel::parse).transpose()
}

fn parse_phone(phone: &str, address: Option<&AddressInput>, home_country: &str) -> Result<Phone, &'static str> {
    let country = address.map_or(home_country, |address| address.country.trim());
    Phone::parse(phone, country).or_else(|_| Phone::parse(phone, home_country))
}

/// Tells a field that is `null` from one that is absent.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field_error::code;
    use serde_json::json;

    fn input() -> serde_json::Value {
        json!({
            "label": " المنزل ", "name": "سارة", "phone": "0501234567",
            "address": {"country": "SA", "city": "الرياض", "district": "العليا", "street": "التحلية", "building": "٧",
                "postal_code": "12345"},
        })
    }

    #[test]
    fn a_good_address_is_normalised() {
        let saved = NewSavedAddress::parse(&serde_json::from_value(input()).unwrap(), "KW").unwrap();
        assert_eq!((saved.label.unwrap().as_str(), saved.phone.as_str()), ("المنزل", "+966501234567"));
        assert_eq!((saved.address.building.as_str(), saved.is_default), ("7", false));
    }

    #[test]
    fn all_wrong_fields_are_named_at_once() {
        let mut bad = input();
        bad["label"] = json!("x".repeat(61));
        bad["name"] = json!(" ");
        bad["phone"] = json!("12");
        bad["address"]["country"] = json!("ZZ");
        let errors = NewSavedAddress::parse(&serde_json::from_value(bad).unwrap(), "SA").unwrap_err();
        let expected = [
            ("label", code::TOO_LONG),
            ("name", code::REQUIRED),
            ("phone", code::INVALID),
            ("address.country", code::UNSUPPORTED),
        ];
        assert_eq!(errors, expected.map(|(field, code)| FieldError::new(field, code)));
    }

    #[test]
    fn a_patch_tells_clearing_from_leaving() {
        let patch = |value| SavedAddressPatch::parse(&serde_json::from_value(value).unwrap(), "SA");
        assert_eq!(patch(json!({})).unwrap(), SavedAddressPatch::default());
        assert_eq!(patch(json!({"label": null})).unwrap().label, Some(None));
        assert_eq!(patch(json!({"label": ""})).unwrap().label, Some(None));
        assert_eq!(patch(json!({"phone": "0501234567"})).unwrap().phone.unwrap().as_str(), "+966501234567");
        assert_eq!(patch(json!({"name": "", "phone": "1"})).unwrap_err().len(), 2);
    }
}

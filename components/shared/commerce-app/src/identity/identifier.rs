//! What somebody signs in with.

use commerce_domain::AccountKind;
use commerce_identity::CodeKey;
use commerce_identity::identifier::Identifier;
use uuid::Uuid;

/// Keeps the attempts of customers apart from those of staff. Their rows are apart by realm as well; the hash need not know the tenant,
/// which may be unknown before the first statement.
const CUSTOMERS: Uuid = Uuid::max();

/// What attempts are counted by.
#[must_use]
pub fn identifier_hash(key: &CodeKey, kind: AccountKind, identifier: &Identifier) -> String {
    let realm = match kind {
        AccountKind::Staff => Uuid::nil(),
        AccountKind::Customer => CUSTOMERS,
    };
    identifier.hash(key, realm)
}

/// Reads an e-mail address or a phone number, exactly one of them. A phone number without country code is one of `home_country`.
///
/// # Errors
/// The field and what is wrong with it.
pub fn read_identifier(
    email: Option<&str>,
    phone: Option<&str>,
    home_country: &str,
) -> Result<Identifier, (&'static str, &'static str)> {
    match (email, phone) {
        (Some(email), None) => Identifier::email(email).map_err(|code| ("email", code)),
        (None, Some(phone)) => Identifier::phone(phone, home_country).map_err(|code| ("phone", code)),
        (Some(_), Some(_)) => Err(("phone", "unsupported")),
        (None, None) => Err(("email", "required")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_of_both_is_read() {
        assert_eq!(read_identifier(Some(" Sara@Example.com "), None, "SA").unwrap().as_str(), "sara@example.com");
        assert_eq!(read_identifier(None, Some("0501234567"), "SA").unwrap().as_str(), "+966501234567");
        assert_eq!(read_identifier(None, None, "SA").unwrap_err(), ("email", "required"));
        assert_eq!(read_identifier(Some("a@b.sa"), Some("0501234567"), "SA").unwrap_err().0, "phone");
        assert_eq!(read_identifier(Some("a"), None, "SA").unwrap_err().0, "email");
    }

    #[test]
    fn staff_and_customers_are_counted_apart() {
        let key = CodeKey::parse(&"c".repeat(32)).unwrap();
        let sara = Identifier::email("sara@example.com").unwrap();
        assert_ne!(
            identifier_hash(&key, AccountKind::Staff, &sara),
            identifier_hash(&key, AccountKind::Customer, &sara)
        );
    }
}

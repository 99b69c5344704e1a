//! The record by which a shop proves that it runs a domain: TXT at a name of its own beneath it, as RFC 8555 §8.4 has it for certificates.

/// The label of the record.
const LABEL: &str = "_wasla-challenge";

/// Longest name in the DNS (RFC 1035 §2.3.4), written without the root's dot.
const MAX_NAME: usize = 253;

/// Longest domain that can be proved: the record's name must fit into the DNS, too.
pub const MAX_DOMAIN: usize = MAX_NAME - LABEL.len() - 1;

/// The type of the record.
pub const RECORD_TYPE: &str = "TXT";

/// The name of the record that proves a domain.
#[must_use]
pub fn record_name(domain: &str) -> String {
    format!("{LABEL}.{domain}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_record_of_the_longest_domain_fits() {
        assert_eq!(record_name("shop.example"), "_wasla-challenge.shop.example");
        assert_eq!(record_name(&"a".repeat(MAX_DOMAIN)).len(), MAX_NAME);
    }
}

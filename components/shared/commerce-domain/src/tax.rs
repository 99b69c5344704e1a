//! Tax of one amount.
//!
//! # The rounding rule
//! Tax is computed **for each line on its own**, on the line's total (unit price × quantity), rounded **half up** to the
//! currency's minor unit. The tax of an order is the sum of its lines' taxes and the tax of its shipping; it is never
//! computed again from the sum. So lines always add up to totals, whatever the number of lines.
//!
//! With a rate of `r` basis points (15 % = 1500):
//! - included in the price: `tax = round_half_up(gross × r / (10000 + r))`
//! - added to the price: `tax = round_half_up(net × r / 10000)`

use serde::{Deserialize, Serialize};

use crate::money::MoneyError;

/// One whole in basis points.
const WHOLE_BP: u32 = 10_000;

/// A rate above 100 %.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a tax rate is at most 10000 basis points")]
pub struct InvalidTaxRate;

/// A shop's tax: its rate, and whether shown prices contain it. Rate 0 is a shop without tax (Kuwait).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "UncheckedTaxRule")]
pub struct TaxRule {
    rate_bp: u32,
    included: bool,
}

#[derive(Deserialize)]
struct UncheckedTaxRule {
    rate_bp: u32,
    included: bool,
}

impl TryFrom<UncheckedTaxRule> for TaxRule {
    type Error = InvalidTaxRate;

    fn try_from(rule: UncheckedTaxRule) -> Result<Self, Self::Error> {
        Self::new(rule.rate_bp, rule.included)
    }
}

impl TaxRule {
    /// No tax.
    pub const NONE: Self = Self { rate_bp: 0, included: true };

    /// A rate in basis points, and whether prices include the tax.
    ///
    /// # Errors
    /// [`InvalidTaxRate`] above 100 %.
    pub const fn new(rate_bp: u32, included: bool) -> Result<Self, InvalidTaxRate> {
        if rate_bp > WHOLE_BP { Err(InvalidTaxRate) } else { Ok(Self { rate_bp, included }) }
    }

    /// The rate in basis points.
    #[must_use]
    pub const fn rate_bp(self) -> u32 {
        self.rate_bp
    }

    /// Whether shown prices contain the tax.
    #[must_use]
    pub const fn included(self) -> bool {
        self.included
    }

    /// The tax inside (included) or on top of (not included) an amount, by the rounding rule above.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`] for a negative amount: no rule is stated for those.
    pub fn tax_minor(self, amount_minor: i64) -> Result<i64, MoneyError> {
        if amount_minor < 0 {
            return Err(MoneyError::Overflow);
        }
        let rate = i128::from(self.rate_bp);
        let base = i128::from(WHOLE_BP) + if self.included { rate } else { 0 };
        let tax = (2 * i128::from(amount_minor) * rate + base) / (2 * base);
        i64::try_from(tax).map_err(|_| MoneyError::Overflow)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SAUDI_VAT: TaxRule = TaxRule { rate_bp: 1500, included: true };

    #[test]
    fn included_tax_is_extracted_half_up() {
        // 115 → 15 exactly; 4500 × 1500 / 11500 = 586.96 → 587; 4 → 0.52 → 1; 3 → 0.39 → 0.
        for (gross, tax) in [(0, 0), (115, 15), (4500, 587), (4, 1), (3, 0), (23_000, 3000)] {
            assert_eq!(SAUDI_VAT.tax_minor(gross), Ok(tax), "{gross}");
        }
        // 21 × 500 / 10500 is exactly 1.
        let five = TaxRule::new(500, true).unwrap();
        assert_eq!(five.tax_minor(21), Ok(1));
    }

    #[test]
    fn a_half_goes_up() {
        let ten = TaxRule::new(1000, false).unwrap();
        for (net, tax) in [(4, 0), (5, 1), (14, 1), (15, 2), (25, 3)] {
            assert_eq!(ten.tax_minor(net), Ok(tax), "{net}");
        }
        let whole = TaxRule::new(10_000, true).unwrap();
        assert_eq!(whole.tax_minor(1), Ok(1), "0.5 goes up");
        assert_eq!(whole.tax_minor(2), Ok(1));
    }

    #[test]
    fn bounds_are_kept() {
        assert_eq!(TaxRule::new(10_001, true), Err(InvalidTaxRate));
        assert_eq!(SAUDI_VAT.tax_minor(-1), Err(MoneyError::Overflow));
        assert_eq!(TaxRule::NONE.tax_minor(i64::MAX), Ok(0));
        assert!(SAUDI_VAT.tax_minor(i64::MAX).is_ok());
        assert!(serde_json::from_str::<TaxRule>(r#"{"rate_bp":20000,"included":true}"#).is_err());
        let rule: TaxRule = serde_json::from_str(r#"{"rate_bp":1500,"included":true}"#).unwrap();
        assert_eq!(rule, SAUDI_VAT);
    }

    proptest! {
        /// The stated rule, restated as an inequality: the rounded tax is within half a unit of the exact one, ties up.
        #[test]
        fn tax_is_the_nearest_unit(amount in 0..i64::MAX, rate in 0..=10_000_u32, included: bool) {
            let rule = TaxRule::new(rate, included).unwrap();
            let tax = i128::from(rule.tax_minor(amount).unwrap());
            let base = i128::from(if included { 10_000 + rate } else { 10_000 });
            let exact = i128::from(amount) * i128::from(rate);
            let doubled_error = 2 * (tax * base - exact);
            prop_assert!(-base < doubled_error && doubled_error <= base);
            prop_assert!((0..=i128::from(amount)).contains(&tax));
        }
    }
}

//! Money: an integer count of minor units and the currency that says what a unit is.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Arithmetic or parsing that has no right answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// The result does not fit.
    #[error("amount out of range")]
    Overflow,
    /// Two different currencies were put into one sum.
    #[error("amounts in different currencies")]
    CurrencyMismatch,
    /// The code is not in the table of [`Currency`].
    #[error("unknown currency code")]
    UnknownCurrency,
}

macro_rules! currencies {
    ($($(#[$doc:meta])* $variant:ident = $code:literal, $exponent:literal;)*) => {
        /// A currency of ISO 4217, from a closed table. Its code is its JSON form.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum Currency {
            $($(#[$doc])* #[serde(rename = $code)] $variant,)*
        }

        impl Currency {
            /// Every currency known here.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The alphabetic code of ISO 4217.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// Number of decimals of ISO 4217: one major unit is 10^exponent minor units.
            #[must_use]
            pub const fn exponent(self) -> u32 {
                match self { $(Self::$variant => $exponent,)* }
            }

            /// Finds a currency by its code, which is case-sensitive.
            ///
            /// # Errors
            /// [`MoneyError::UnknownCurrency`] when the table does not have it.
            pub fn parse(code: &str) -> Result<Self, MoneyError> {
                match code {
                    $($code => Ok(Self::$variant),)*
                    _ => Err(MoneyError::UnknownCurrency),
                }
            }
        }
    };
}

currencies! {
    /// United Arab Emirates dirham.
    Aed = "AED", 2;
    /// Bahraini dinar.
    Bhd = "BHD", 3;
    /// Canadian dollar.
    Cad = "CAD", 2;
    /// Egyptian pound.
    Egp = "EGP", 2;
    /// Euro.
    Eur = "EUR", 2;
    /// Pound sterling.
    Gbp = "GBP", 2;
    /// Indian rupee.
    Inr = "INR", 2;
    /// Iraqi dinar.
    Iqd = "IQD", 3;
    /// Jordanian dinar.
    Jod = "JOD", 3;
    /// Yen.
    Jpy = "JPY", 0;
    /// Kuwaiti dinar.
    Kwd = "KWD", 3;
    /// Moroccan dirham.
    Mad = "MAD", 2;
    /// Omani rial.
    Omr = "OMR", 3;
    /// Pakistan rupee.
    Pkr = "PKR", 2;
    /// Qatari riyal.
    Qar = "QAR", 2;
    /// Saudi riyal.
    Sar = "SAR", 2;
    /// Tunisian dinar.
    Tnd = "TND", 3;
    /// Turkish lira.
    Try = "TRY", 2;
    /// United States dollar.
    Usd = "USD", 2;
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Currency {
    type Err = MoneyError;

    fn from_str(code: &str) -> Result<Self, Self::Err> {
        Self::parse(code)
    }
}

/// An amount of money. May be negative (a refund, a correction).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Money {
    /// Count of the currency's minor units: 4500 is 45.00 SAR and 4.500 KWD.
    pub amount_minor: i64,
    /// What is counted.
    pub currency: Currency,
}

impl Money {
    /// An amount in minor units.
    #[must_use]
    pub const fn new(amount_minor: i64, currency: Currency) -> Self {
        Self { amount_minor, currency }
    }

    /// Nothing, in a currency.
    #[must_use]
    pub const fn zero(currency: Currency) -> Self {
        Self::new(0, currency)
    }

    /// The sum of two amounts of one currency.
    ///
    /// # Errors
    /// [`MoneyError::CurrencyMismatch`] or [`MoneyError::Overflow`].
    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::CurrencyMismatch);
        }
        let sum = self.amount_minor.checked_add(other.amount_minor).ok_or(MoneyError::Overflow)?;
        Ok(Self::new(sum, self.currency))
    }

    /// The amount, `factor` times.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`].
    pub fn checked_mul(self, factor: i64) -> Result<Self, MoneyError> {
        let product = self.amount_minor.checked_mul(factor).ok_or(MoneyError::Overflow)?;
        Ok(Self::new(product, self.currency))
    }

    /// The amount in major units with the currency's own number of decimals and ASCII digits: `45.00`, `4.500`, `-0.05`, `45`.
    #[must_use]
    pub fn format_decimal(self) -> String {
        let sign = if self.amount_minor < 0 { "-" } else { "" };
        let magnitude = self.amount_minor.unsigned_abs();
        let unit = 10_u64.pow(self.currency.exponent());
        let (major, minor) = (magnitude / unit, magnitude % unit);
        match self.currency.exponent() {
            0 => format!("{sign}{major}"),
            exponent => format!("{sign}{major}.{minor:0width$}", width = exponent as usize),
        }
    }
}

impl fmt::Display for Money {
    /// `45.00 SAR`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.format_decimal(), self.currency)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_consistent() {
        for currency in Currency::ALL {
            assert_eq!(Currency::parse(currency.code()), Ok(*currency));
            assert_eq!(serde_json::to_string(currency).unwrap(), format!("\"{}\"", currency.code()));
            assert!(currency.exponent() <= 3);
        }
        for three in [Currency::Kwd, Currency::Bhd, Currency::Omr, Currency::Jod, Currency::Iqd, Currency::Tnd] {
            assert_eq!(three.exponent(), 3);
        }
        for unknown in ["", "sar", "SAR ", "XXX", "S\0R"] {
            assert_eq!(Currency::parse(unknown), Err(MoneyError::UnknownCurrency));
        }
    }

    #[test]
    fn decimals_follow_the_currency() {
        let text = |amount, currency| Money::new(amount, currency).format_decimal();
        assert_eq!(text(4500, Currency::Sar), "45.00");
        assert_eq!(text(4500, Currency::Kwd), "4.500");
        assert_eq!(text(4500, Currency::Jpy), "4500");
        assert_eq!(text(7, Currency::Kwd), "0.007");
        assert_eq!(text(-5, Currency::Sar), "-0.05");
        assert_eq!(text(i64::MIN, Currency::Sar), "-92233720368547758.08");
        assert_eq!(Money::new(100, Currency::Sar).to_string(), "1.00 SAR");
    }

    #[test]
    fn sums_never_wrap_or_mix() {
        let (sar, kwd) = (Money::new(i64::MAX, Currency::Sar), Money::new(1, Currency::Kwd));
        assert_eq!(sar.checked_add(Money::new(1, Currency::Sar)), Err(MoneyError::Overflow));
        assert_eq!(sar.checked_add(kwd), Err(MoneyError::CurrencyMismatch));
        assert_eq!(sar.checked_mul(2), Err(MoneyError::Overflow));
        assert_eq!(Money::new(150, Currency::Sar).checked_mul(3), Ok(Money::new(450, Currency::Sar)));
        assert_eq!(Money::zero(Currency::Kwd).checked_add(kwd), Ok(kwd));
    }

    #[test]
    fn json_is_integer_minor_units() {
        let money = Money::new(4500, Currency::Sar);
        let json = r#"{"amount_minor":4500,"currency":"SAR"}"#;
        assert_eq!(serde_json::to_string(&money).unwrap(), json);
        assert_eq!(serde_json::from_str::<Money>(json).unwrap(), money);
        for bad in [
            r#"{"amount_minor":45.0,"currency":"SAR"}"#,
            r#"{"amount_minor":"4500","currency":"SAR"}"#,
            r#"{"amount_minor":4500,"currency":"sar"}"#,
            r#"{"amount_minor":9223372036854775808,"currency":"SAR"}"#,
            r#"{"amount_minor":1,"currency":"SAR","exponent":2}"#,
        ] {
            assert!(serde_json::from_str::<Money>(bad).is_err(), "{bad}");
        }
    }
}

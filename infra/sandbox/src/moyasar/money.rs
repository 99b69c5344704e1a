//! Amounts as Moyasar prints them.

/// Decimals of a currency's minor unit (ISO 4217): SAR 2, KWD 3, JPY 0.
fn exponent(currency: &str) -> usize {
    match currency {
        "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
        "CLP" | "ISK" | "JPY" | "KRW" | "UGX" | "VND" | "XAF" | "XOF" => 0,
        _ => 2,
    }
}

/// `6091` in `SAR` is `60.91 SAR`, with thousands separated: the `*_format` fields.
pub(crate) fn format_amount(amount: i64, currency: &str) -> String {
    let exponent = exponent(currency);
    let digits = format!("{:0>width$}", amount.unsigned_abs(), width = exponent + 1);
    let (whole, fraction) = digits.split_at(digits.len() - exponent);
    let mut text = String::with_capacity(digits.len() + 10);
    if amount < 0 {
        text.push('-');
    }
    for (position, digit) in whole.chars().enumerate() {
        if position > 0 && (whole.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if !fraction.is_empty() {
        text.push('.');
        text.push_str(fraction);
    }
    text.push(' ');
    text.push_str(currency);
    text
}

#[cfg(test)]
mod tests {
    use super::format_amount;

    #[test]
    fn amounts_have_the_decimals_of_their_currency() {
        assert_eq!(format_amount(6_091, "SAR"), "60.91 SAR");
        assert_eq!(format_amount(5, "SAR"), "0.05 SAR");
        assert_eq!(format_amount(3_000_000, "SAR"), "30,000.00 SAR");
        assert_eq!(format_amount(12_345, "KWD"), "12.345 KWD");
        assert_eq!(format_amount(1_500, "JPY"), "1,500 JPY");
        assert_eq!(format_amount(-100, "SAR"), "-1.00 SAR");
    }
}

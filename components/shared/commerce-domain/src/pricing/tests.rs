//! Carts priced by example and by property.

use crate::pricing::{LineInput, MAX_TOTAL_MINOR, PricingError, ShippingRate, Totals, price_cart};
use crate::tax::TaxRule;
use crate::{Currency, MAX_CART_ITEMS, Quantity};
use proptest::prelude::*;

const STANDARD: ShippingRate = ShippingRate { flat_minor: 2500, free_above_minor: Some(20_000) };

fn line(unit_price_minor: i64, quantity: i64) -> LineInput {
    LineInput { unit_price_minor, quantity: Quantity::new(quantity).unwrap() }
}

fn saudi(lines: &[LineInput], shipping: Option<ShippingRate>) -> Totals {
    price_cart(lines, shipping, TaxRule::new(1500, true).unwrap(), Currency::Sar).unwrap()
}

#[test]
fn vat_is_inside_the_price_and_the_total_is_what_was_shown() {
    let totals = saudi(&[line(4500, 2), line(333, 3)], Some(STANDARD));
    // 9000 × 15/115 = 1173.9 → 1174; 999 × 15/115 = 130.3 → 130; 2500 × 15/115 = 326.1 → 326.
    assert_eq!(
        totals.lines.iter().map(|line| (line.total_minor, line.tax_minor)).collect::<Vec<_>>(),
        [(9000, 1174), (999, 130)]
    );
    assert_eq!((totals.subtotal_minor, totals.shipping_minor, totals.shipping_tax_minor), (9999, 2500, 326));
    assert_eq!((totals.tax_minor, totals.total_minor), (1174 + 130 + 326, 12_499));
}

#[test]
fn tax_on_top_is_added_to_the_total() {
    let totals = price_cart(&[line(1000, 1)], None, TaxRule::new(500, false).unwrap(), Currency::Aed).unwrap();
    assert_eq!((totals.subtotal_minor, totals.tax_minor, totals.total_minor), (1000, 50, 1050));
}

#[test]
fn a_shop_without_tax_has_none() {
    let totals = price_cart(&[line(4500, 1)], Some(STANDARD), TaxRule::NONE, Currency::Kwd).unwrap();
    assert_eq!((totals.tax_minor, totals.total_minor), (0, 7000));
}

#[test]
fn shipping_is_free_from_the_limit_on_and_for_an_empty_cart() {
    assert_eq!(saudi(&[line(19_999, 1)], Some(STANDARD)).shipping_minor, 2500);
    assert_eq!(saudi(&[line(20_000, 1)], Some(STANDARD)).shipping_minor, 0);
    assert_eq!(
        saudi(&[line(20_000, 1)], Some(ShippingRate { free_above_minor: None, ..STANDARD })).shipping_minor,
        2500
    );
    let empty = saudi(&[], Some(STANDARD));
    assert_eq!((empty.subtotal_minor, empty.shipping_minor, empty.tax_minor, empty.total_minor), (0, 0, 0, 0));
}

#[test]
fn what_cannot_be_priced_is_an_error() {
    let price = |lines: &[LineInput], shipping| price_cart(lines, shipping, TaxRule::NONE, Currency::Sar);
    assert_eq!(price(&[line(-1, 1)], None), Err(PricingError::NegativePrice));
    assert_eq!(
        price(&[line(1, 1)], Some(ShippingRate { flat_minor: -1, ..STANDARD })),
        Err(PricingError::NegativePrice)
    );
    assert_eq!(price(&vec![line(1, 1); MAX_CART_ITEMS + 1], None), Err(PricingError::TooManyLines));
    assert_eq!(price(&[line(i64::MAX, 2)], None), Err(PricingError::OutOfRange));
    assert_eq!(price(&[line(MAX_TOTAL_MINOR, 1), line(1, 1)], None), Err(PricingError::OutOfRange));
    assert!(price(&[line(MAX_TOTAL_MINOR, 1)], None).is_ok());
}

fn any_line() -> impl Strategy<Value = LineInput> {
    (0..=10_000_000_i64, Quantity::MIN..=Quantity::MAX).prop_map(|(price, quantity)| line(price, quantity))
}

proptest! {
    #[test]
    fn lines_always_sum_to_totals(
        lines in proptest::collection::vec(any_line(), 0..=MAX_CART_ITEMS),
        flat_minor in 0..=1_000_000_i64,
        free_above_minor in proptest::option::of(0..=1_000_000_000_i64),
        rate_bp in 0..=10_000_u32,
        included: bool,
    ) {
        let rule = TaxRule::new(rate_bp, included).unwrap();
        let totals = price_cart(&lines, Some(ShippingRate { flat_minor, free_above_minor }), rule, Currency::Sar).unwrap();
        let line_sum: i64 = totals.lines.iter().map(|line| line.total_minor).sum();
        let tax_sum: i64 = totals.lines.iter().map(|line| line.tax_minor).sum();
        prop_assert_eq!(totals.subtotal_minor, line_sum);
        prop_assert_eq!(totals.tax_minor, tax_sum + totals.shipping_tax_minor);
        let on_top = if included { 0 } else { totals.tax_minor };
        prop_assert_eq!(totals.total_minor, line_sum + totals.shipping_minor + on_top);
        prop_assert!(totals.shipping_minor == 0 || totals.shipping_minor == flat_minor);
        for (input, priced) in lines.iter().zip(&totals.lines) {
            prop_assert_eq!(priced.total_minor, input.unit_price_minor * i64::from(input.quantity));
            prop_assert!((0..=priced.total_minor).contains(&priced.tax_minor));
        }
        // Rounding each line apart moves the tax by at most half a unit a line from the tax of the sum.
        let of_sum = rule.tax_minor(line_sum).unwrap();
        let drift = 2 * (tax_sum - of_sum).abs();
        prop_assert!(drift <= i64::try_from(lines.len()).unwrap() + 1);
    }
}

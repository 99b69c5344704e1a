//! The price of a cart: lines, subtotal, shipping, tax, total.
//!
//! - A line's total is its unit price × quantity, as prices are shown; its tax follows [`crate::tax`].
//! - `subtotal` = Σ line totals. `tax` = Σ line taxes + the tax of shipping.
//! - Tax included: `total = subtotal + shipping`. Tax on top: `total = subtotal + shipping + tax`.
//! - Shipping is free when the subtotal reaches `free_above_minor`, and for a cart without lines.

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use crate::money::{Currency, MoneyError};
use crate::quantity::{MAX_CART_ITEMS, Quantity};
use crate::tax::TaxRule;

/// Largest amount that a cart may reach, in minor units: the largest integer that every JSON reader keeps exact (RFC 8259 §6).
pub const MAX_TOTAL_MINOR: i64 = (1 << 53) - 1;

/// What one line is priced from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LineInput {
    /// Today's price of one unit, not negative.
    pub unit_price_minor: i64,
    /// How many units.
    pub quantity: Quantity,
}

/// What a shipping method costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShippingRate {
    /// The flat price, not negative.
    pub flat_minor: i64,
    /// The subtotal from which shipping is free (inclusive); `None`: never.
    pub free_above_minor: Option<i64>,
}

/// A priced line, in the order of the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineTotals {
    /// Unit price × quantity.
    pub total_minor: i64,
    /// The tax in (or on top of) the line's total.
    pub tax_minor: i64,
}

/// A priced cart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Currency of every amount here.
    pub currency: Currency,
    /// The rule that taxes were computed by.
    pub tax_rule: TaxRule,
    /// One entry for each line of the input.
    pub lines: Vec<LineTotals>,
    /// Σ line totals.
    pub subtotal_minor: i64,
    /// What shipping costs; 0 when free or not chosen.
    pub shipping_minor: i64,
    /// The part of `tax_minor` that is shipping's.
    pub shipping_tax_minor: i64,
    /// Σ line taxes + shipping's tax.
    pub tax_minor: i64,
    /// What the shopper pays.
    pub total_minor: i64,
}

/// A cart that cannot be priced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PricingError {
    /// A price or rate below zero.
    #[error("negative price")]
    NegativePrice,
    /// More than [`MAX_CART_ITEMS`] lines.
    #[error("too many lines")]
    TooManyLines,
    /// An amount above [`MAX_TOTAL_MINOR`].
    #[error("amount out of range")]
    OutOfRange,
}

impl From<MoneyError> for PricingError {
    fn from(_: MoneyError) -> Self {
        Self::OutOfRange
    }
}

/// Prices a cart. `shipping` is `None` while no method is chosen.
///
/// # Errors
/// [`PricingError`]; a cart of at most [`MAX_CART_ITEMS`] lines whose total is at most [`MAX_TOTAL_MINOR`] never fails.
pub fn price_cart(
    lines: &[LineInput],
    shipping: Option<ShippingRate>,
    tax: TaxRule,
    currency: Currency,
) -> Result<Totals, PricingError> {
    if lines.len() > MAX_CART_ITEMS {
        return Err(PricingError::TooManyLines);
    }
    let priced = lines.iter().map(|line| price_line(line, tax)).collect::<Result<Vec<_>, _>>()?;
    let subtotal_minor = sum(priced.iter().map(|line| line.total_minor))?;
    let shipping_minor = match shipping {
        Some(rate) if !lines.is_empty() => shipping_price(rate, subtotal_minor)?,
        _ => 0,
    };
    let shipping_tax_minor = tax.tax_minor(shipping_minor)?;
    let tax_minor = sum(priced.iter().map(|line| line.tax_minor).chain([shipping_tax_minor]))?;
    let on_top = if tax.included() { 0 } else { tax_minor };
    let total_minor = sum([subtotal_minor, shipping_minor, on_top])?;
    Ok(Totals {
        currency,
        tax_rule: tax,
        lines: priced,
        subtotal_minor,
        shipping_minor,
        shipping_tax_minor,
        tax_minor,
        total_minor,
    })
}

fn price_line(line: &LineInput, tax: TaxRule) -> Result<LineTotals, PricingError> {
    if line.unit_price_minor < 0 {
        return Err(PricingError::NegativePrice);
    }
    let total_minor = line
        .unit_price_minor
        .checked_mul(i64::from(line.quantity))
        .ok_or(PricingError::OutOfRange)
        .and_then(bounded)?;
    Ok(LineTotals { total_minor, tax_minor: tax.tax_minor(total_minor)? })
}

fn shipping_price(rate: ShippingRate, subtotal_minor: i64) -> Result<i64, PricingError> {
    if rate.flat_minor < 0 || rate.free_above_minor.is_some_and(|limit| limit < 0) {
        return Err(PricingError::NegativePrice);
    }
    let free = rate.free_above_minor.is_some_and(|limit| subtotal_minor >= limit);
    bounded(if free { 0 } else { rate.flat_minor })
}

fn sum(amounts: impl IntoIterator<Item = i64>) -> Result<i64, PricingError> {
    amounts
        .into_iter()
        .try_fold(0_i64, |total, amount| total.checked_add(amount).ok_or(PricingError::OutOfRange).and_then(bounded))
}

fn bounded(amount_minor: i64) -> Result<i64, PricingError> {
    if amount_minor > MAX_TOTAL_MINOR { Err(PricingError::OutOfRange) } else { Ok(amount_minor) }
}

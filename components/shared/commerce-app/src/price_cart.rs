//! Prices a cart from its facts: the one place where rules meet a cart, for showing it and for placing the order.

use commerce_db::carts::{CartFacts, CartItemFacts, ShippingMethodFacts, ShopFacts};
use commerce_domain::pricing::{self, LineInput, PricingError, ShippingRate, Totals};
use commerce_domain::tax::TaxRule;
use commerce_domain::{Currency, Quantity};

/// The database holds something that the rules do not know: an unknown currency, an impossible tax rate, a cart beyond all
/// bounds. A fault of ours, not of the shopper.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PriceCartError {
    /// The shop's currency is not in the table of currencies.
    #[error("unknown currency")]
    Currency,
    /// The shop's tax rate is out of range.
    #[error("impossible tax rate")]
    TaxRate,
    /// A quantity that no cart may hold.
    #[error("impossible quantity")]
    Quantity,
    /// The rules refuse the amounts.
    #[error(transparent)]
    Pricing(#[from] PricingError),
}

/// The items of a cart that can be bought, with their totals in the same order.
#[derive(Debug)]
pub struct PricedCart<'a> {
    /// Items whose variant and product are on sale.
    pub items: Vec<&'a CartItemFacts>,
    /// Totals; one line for each item.
    pub totals: Totals,
}

/// Prices the items of a cart that are on sale, with a shipping method or none.
///
/// # Errors
/// [`PriceCartError`].
pub fn price_cart<'a>(
    cart: &'a CartFacts,
    shipping: Option<&ShippingMethodFacts>,
) -> Result<PricedCart<'a>, PriceCartError> {
    let (currency, tax) = rules(&cart.shop)?;
    let items: Vec<_> = cart.items.iter().filter(|item| item.is_active).collect();
    let lines = items.iter().map(|item| line(item)).collect::<Result<Vec<_>, _>>()?;
    let totals = pricing::price_cart(&lines, shipping.map(rate), tax, currency)?;
    Ok(PricedCart { items, totals })
}

fn rules(shop: &ShopFacts) -> Result<(Currency, TaxRule), PriceCartError> {
    let currency = Currency::parse(&shop.currency).map_err(|_| PriceCartError::Currency)?;
    let tax = TaxRule::new(shop.tax.rate_bp, shop.tax.included).map_err(|_| PriceCartError::TaxRate)?;
    Ok((currency, tax))
}

fn line(item: &CartItemFacts) -> Result<LineInput, PriceCartError> {
    let quantity = Quantity::new(item.quantity).map_err(|_| PriceCartError::Quantity)?;
    Ok(LineInput { unit_price_minor: item.unit_price_minor, quantity })
}

fn rate(method: &ShippingMethodFacts) -> ShippingRate {
    ShippingRate { flat_minor: method.flat_minor, free_above_minor: method.free_above_minor }
}

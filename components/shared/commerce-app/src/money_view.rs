//! Money in answers.

use serde::Serialize;
use utoipa::ToSchema;

/// An amount in minor units with its currency (design §3).
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = Money)]
pub struct MoneyView<'a> {
    /// Halala, fils: integers.
    amount_minor: i64,
    /// ISO 4217.
    currency: &'a str,
}

impl<'a> MoneyView<'a> {
    /// An amount in minor units of a currency.
    #[must_use]
    pub const fn new(amount_minor: i64, currency: &'a str) -> Self {
        Self { amount_minor, currency }
    }
}

/// The sums of a cart or an order.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = Totals)]
pub struct TotalsView<'a> {
    /// Σ lines, as prices are shown.
    pub subtotal: MoneyView<'a>,
    /// What shipping costs.
    pub shipping: MoneyView<'a>,
    /// Tax of lines and shipping: within the total where prices include it.
    pub tax: MoneyView<'a>,
    /// What is paid.
    pub total: MoneyView<'a>,
}

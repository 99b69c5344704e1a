//! An order as its guest sees it. One shape for the answer of a checkout and for reading the order later.

use commerce_db::orders::{OrderFacts, OrderLineFacts};
use commerce_domain::contact::Address;
use commerce_domain::ids::{OrderId, OrderLineId, PaymentId, ProductId, VariantId};
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use crate::money_view::{MoneyView, TotalsView};

/// An order.
#[derive(Serialize, ToSchema)]
#[schema(as = Order)]
pub struct OrderView<'a> {
    id: OrderId,
    number: &'a str,
    status: &'a str,
    currency: &'a str,
    lines: Vec<LineView<'a>>,
    totals: TotalsView<'a>,
    tax: commerce_db::carts::TaxFacts,
    email: &'a str,
    phone: &'a str,
    name: &'a str,
    #[schema(value_type = Address)]
    shipping_address: &'a RawValue,
    shipping_method: &'a str,
    placed_at: &'a str,
    reservation_expires_at: &'a str,
    paid_at: Option<&'a str>,
    cancelled_at: Option<&'a str>,
}

commerce_domain::opaque_debug!(OrderView<'_>);

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OrderLine)]
struct LineView<'a> {
    id: OrderLineId,
    product_id: ProductId,
    variant_id: VariantId,
    sku: &'a str,
    name: &'a str,
    #[schema(value_type = BTreeMap<String, String>)]
    options: &'a RawValue,
    quantity: i64,
    unit_price: MoneyView<'a>,
    total: MoneyView<'a>,
    tax: MoneyView<'a>,
}

/// An order's payment. The address to pay at is shown only while paying there makes sense.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Payment)]
pub struct PaymentView<'a> {
    id: PaymentId,
    status: &'a str,
    method: &'a str,
    amount: MoneyView<'a>,
    /// Why the last attempt was declined, in the gateway's words.
    failure: Option<&'a str>,
    redirect_url: Option<&'a str>,
}

/// Shows an order in a language; texts that lack it are shown in the language the order was placed in.
#[must_use]
pub fn order_view<'a>(facts: &'a OrderFacts, lang: &str) -> OrderView<'a> {
    let money = |amount_minor| MoneyView::new(amount_minor, &facts.currency);
    OrderView {
        id: OrderId::new(facts.id),
        number: &facts.number,
        status: &facts.status,
        currency: &facts.currency,
        lines: facts.lines.iter().map(|line| line_view(line, lang, facts)).collect(),
        totals: TotalsView {
            subtotal: money(facts.subtotal_minor),
            shipping: money(facts.shipping_minor),
            tax: money(facts.tax_minor),
            total: money(facts.total_minor),
        },
        tax: facts.tax,
        email: &facts.email,
        phone: &facts.phone,
        name: &facts.name,
        shipping_address: &facts.shipping_address,
        shipping_method: &facts.shipping_method,
        placed_at: &facts.placed_at,
        reservation_expires_at: &facts.reservation_expires_at,
        paid_at: facts.paid_at.as_deref(),
        cancelled_at: facts.cancelled_at.as_deref(),
    }
}

/// Shows an order's payment.
#[must_use]
pub fn payment_view(facts: &OrderFacts) -> PaymentView<'_> {
    let payment = &facts.payment;
    let payable = facts.status == "pending" && matches!(payment.status.as_str(), "pending" | "failed");
    PaymentView {
        id: PaymentId::new(payment.id),
        status: &payment.status,
        method: &payment.method,
        amount: MoneyView::new(payment.amount_minor, &payment.currency),
        failure: payment.failure.as_deref(),
        redirect_url: payment.redirect_url.as_deref().filter(|_| payable),
    }
}

fn line_view<'a>(line: &'a OrderLineFacts, lang: &str, order: &'a OrderFacts) -> LineView<'a> {
    let money = |amount_minor| MoneyView::new(amount_minor, &order.currency);
    let name = line.name.get(lang).or_else(|| line.name.get(&order.locale)).or_else(|| line.name.values().next());
    LineView {
        id: OrderLineId::new(line.id),
        product_id: ProductId::new(line.product_id),
        variant_id: VariantId::new(line.variant_id),
        sku: &line.sku,
        name: name.map_or("", String::as_str),
        options: &line.options,
        quantity: line.quantity,
        unit_price: money(line.unit_price_minor),
        total: money(line.total_minor),
        tax: money(line.tax_minor),
    }
}

//! A cart as its holder sees it, at today's prices.

use commerce_db::carts::{CartFacts, CartItemFacts, ShippingMethodFacts, TaxFacts};
use commerce_domain::ids::{CartId, CartItemId, OrderId, ProductId, VariantId};
use commerce_domain::pricing::LineTotals;
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use crate::money_view::{MoneyView, TotalsView};
use crate::price_cart::{PriceCartError, price_cart};
use crate::shapes::Image;

/// A cart with its totals.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Cart)]
pub struct CartView<'a> {
    id: CartId,
    status: &'a str,
    order_id: Option<OrderId>,
    currency: &'a str,
    items: Vec<ItemView<'a>>,
    totals: TotalsView<'a>,
    tax: TaxFacts,
    shipping_method: Option<&'a str>,
    shipping_methods: Vec<ShippingMethodView<'a>>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CartItem)]
struct ItemView<'a> {
    id: CartItemId,
    variant_id: VariantId,
    product_id: ProductId,
    product_slug: &'a str,
    sku: &'a str,
    name: &'a str,
    #[schema(value_type = BTreeMap<String, String>)]
    options: &'a RawValue,
    #[schema(value_type = Option<Image>)]
    image: Option<&'a RawValue>,
    quantity: i64,
    unit_price: MoneyView<'a>,
    total: MoneyView<'a>,
    tax: MoneyView<'a>,
    /// Whether the variant is still on sale; when not, the item counts nothing and a checkout refuses it.
    on_sale: bool,
    /// Whether as many units are free now.
    in_stock: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    available: Option<i64>,
}

/// A way to ship.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ShippingMethod)]
pub struct ShippingMethodView<'a> {
    /// Names it in a checkout.
    code: &'a str,
    /// In the answer's language.
    name: &'a str,
    /// What it costs.
    price: MoneyView<'a>,
    /// From which subtotal on it costs nothing.
    free_above: Option<MoneyView<'a>>,
    /// ISO 3166-1 alpha-2 codes of where it goes.
    countries: &'a [String],
}

/// Prices a cart with the first of the shop's shipping methods and shows it.
///
/// # Errors
/// [`PriceCartError`].
pub fn cart_view(cart: &CartFacts) -> Result<CartView<'_>, PriceCartError> {
    let currency = cart.shop.currency.as_str();
    let money = |amount_minor| MoneyView::new(amount_minor, currency);
    let shipping = cart.shipping_methods.first();
    let priced = price_cart(cart, shipping)?;
    let mut lines = priced.totals.lines.iter();
    let items = cart
        .items
        .iter()
        .map(|item| {
            let totals = if item.is_active { lines.next().copied() } else { None };
            item_view(item, totals, cart)
        })
        .collect();
    Ok(CartView {
        id: CartId::new(cart.id),
        status: &cart.status,
        order_id: cart.order_id.map(OrderId::new),
        currency,
        items,
        totals: TotalsView {
            subtotal: money(priced.totals.subtotal_minor),
            shipping: money(priced.totals.shipping_minor),
            tax: money(priced.totals.tax_minor),
            total: money(priced.totals.total_minor),
        },
        tax: cart.shop.tax,
        shipping_method: shipping.map(|method| method.code.as_str()),
        shipping_methods: cart.shipping_methods.iter().map(|method| method_view(method, currency)).collect(),
    })
}

fn item_view<'a>(item: &'a CartItemFacts, totals: Option<LineTotals>, cart: &'a CartFacts) -> ItemView<'a> {
    let money = |amount_minor| MoneyView::new(amount_minor, &cart.shop.currency);
    ItemView {
        id: CartItemId::new(item.id),
        variant_id: VariantId::new(item.variant_id),
        product_id: ProductId::new(item.product_id),
        product_slug: &item.product_slug,
        sku: &item.sku,
        name: &item.name,
        options: &item.options,
        image: item.image.as_deref(),
        quantity: item.quantity,
        unit_price: money(item.unit_price_minor),
        total: money(totals.map_or(0, |line| line.total_minor)),
        tax: money(totals.map_or(0, |line| line.tax_minor)),
        on_sale: item.is_active,
        in_stock: item.is_active && item.available >= item.quantity,
        available: cart.shop.show_available.then_some(item.available),
    }
}

fn method_view<'a>(method: &'a ShippingMethodFacts, currency: &'a str) -> ShippingMethodView<'a> {
    ShippingMethodView {
        code: &method.code,
        name: &method.name,
        price: MoneyView::new(method.flat_minor, currency),
        free_above: method.free_above_minor.map(|amount_minor| MoneyView::new(amount_minor, currency)),
        countries: &method.countries,
    }
}

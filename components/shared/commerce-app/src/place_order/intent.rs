//! What a checkout commits: validated, priced, with every id drawn.

use commerce_db::carts::{CartFacts, CartItemFacts, ShippingMethodFacts};
use commerce_db::checkout::{GatewayAccount, NewEvent, NewOrder, NewOrderLine, NewPayment, PlaceInput, PlacedOrder};
use commerce_db::orders::{OrderFacts, OrderLineFacts, PaymentFacts};
use commerce_domain::contact::NewOrderContact;
use commerce_domain::field_error::{FieldError, code};
use commerce_domain::order_number;
use commerce_domain::pricing::LineTotals;
use commerce_gateways::moyasar::MIN_AMOUNT_MINOR;
use serde_json::value::{RawValue, to_raw_value};

use super::{Checkout, LEASE_S, PlaceOrderError, RESERVATION_S, SCOPE};
use crate::price_cart::{PricedCart, price_cart};
use crate::random;

/// How many order numbers are offered; all of them taken is less likely than the machine failing.
const NUMBER_CANDIDATES: usize = 4;

/// The order as it will be, but for what the database decides.
pub(super) struct Intended(OrderFacts);

impl Intended {
    /// The order as it is, once placed.
    pub(super) fn placed(self, placed: PlacedOrder) -> OrderFacts {
        let PlacedOrder { number, placed_at, reservation_expires_at } = placed;
        OrderFacts { number, placed_at, reservation_expires_at, ..self.0 }
    }
}

/// Decides on the order: everything is checked and priced, nothing is written.
pub(super) fn decide(
    checkout: &Checkout,
    cart: &CartFacts,
    account: &GatewayAccount,
) -> Result<(PlaceInput, Intended), PlaceOrderError> {
    if cart.items.is_empty() {
        return Err(PlaceOrderError::CartEmpty);
    }
    if let Some(item) = cart.items.iter().find(|item| !item.is_active) {
        return Err(PlaceOrderError::VariantUnavailable { sku: item.sku.clone() });
    }
    let (shipping, contact) = validate(checkout, cart)?;
    let priced = price_cart(cart, Some(shipping))?;
    if priced.totals.total_minor < MIN_AMOUNT_MINOR {
        return Err(PlaceOrderError::PaymentMethodUnavailable);
    }
    let facts = order_facts(cart, account, &priced, &contact, &shipping.code)?;
    let input = PlaceInput {
        scope: SCOPE.into(),
        key: checkout.key.clone(),
        fingerprint: checkout.fingerprint.clone(),
        lease_s: LEASE_S,
        reservation_s: RESERVATION_S,
        cart_id: cart.id,
        cart_version: cart.version,
        order: new_order(&facts)?,
        lines: new_lines(&facts, &priced),
        payment: NewPayment {
            id: facts.payment.id,
            gateway_account_id: account.account_id,
            method: facts.payment.method.clone(),
            amount_minor: facts.payment.amount_minor,
            currency: facts.payment.currency.clone(),
        },
        event: NewEvent { id: random::id() },
    };
    Ok((input, Intended(facts)))
}

/// Shipping method and contact, or every wrong field at once.
fn validate<'a>(
    checkout: &Checkout,
    cart: &'a CartFacts,
) -> Result<(&'a ShippingMethodFacts, NewOrderContact), PlaceOrderError> {
    let method = cart.shipping_methods.iter().find(|method| method.code == checkout.shipping_method);
    let countries: Vec<&str> = match method {
        Some(method) => method.countries.iter().map(String::as_str).collect(),
        None => cart.shipping_methods.iter().flat_map(|method| &method.countries).map(String::as_str).collect(),
    };
    let contact = NewOrderContact::parse(&checkout.contact, &cart.shop.country, &countries);
    match (method, contact) {
        (Some(method), Ok(contact)) => Ok((method, contact)),
        (method, contact) => {
            let mut errors = contact.err().unwrap_or_default();
            if method.is_none() {
                errors.push(FieldError::new("shipping_method", code::UNSUPPORTED));
            }
            Err(PlaceOrderError::Invalid(errors))
        }
    }
}

fn order_facts(
    cart: &CartFacts,
    account: &GatewayAccount,
    priced: &PricedCart<'_>,
    contact: &NewOrderContact,
    shipping_method: &str,
) -> Result<OrderFacts, PlaceOrderError> {
    let totals = &priced.totals;
    let lines = priced.items.iter().zip(&totals.lines).map(|(item, line)| line_facts(item, *line));
    Ok(OrderFacts {
        id: random::id(),
        number: String::new(),
        status: "pending".into(),
        currency: cart.shop.currency.clone(),
        locale: cart.lang.clone(),
        reservation_expires_at: String::new(),
        email: contact.email.as_str().into(),
        phone: contact.phone.as_str().into(),
        name: contact.name.as_str().into(),
        shipping_address: raw(&contact.shipping_address)?,
        shipping_method: shipping_method.into(),
        tax: cart.shop.tax,
        subtotal_minor: totals.subtotal_minor,
        shipping_minor: totals.shipping_minor,
        tax_minor: totals.tax_minor,
        total_minor: totals.total_minor,
        placed_at: String::new(),
        paid_at: None,
        cancelled_at: None,
        lines: lines.collect::<Result<_, _>>()?,
        payment: PaymentFacts {
            id: random::id(),
            account_id: account.account_id,
            method: "card".into(),
            status: "initiated".into(),
            amount_minor: totals.total_minor,
            currency: cart.shop.currency.clone(),
            redirect_url: None,
            failure: None,
        },
    })
}

fn line_facts(item: &CartItemFacts, line: LineTotals) -> Result<OrderLineFacts, PlaceOrderError> {
    Ok(OrderLineFacts {
        id: random::id(),
        product_id: item.product_id,
        variant_id: item.variant_id,
        sku: item.sku.clone(),
        name: serde_json::from_str(item.names.get()).map_err(|_| PlaceOrderError::Internal("product name"))?,
        options: item.options.clone(),
        unit_price_minor: item.unit_price_minor,
        quantity: item.quantity,
        total_minor: line.total_minor,
        tax_minor: line.tax_minor,
    })
}

fn new_order(facts: &OrderFacts) -> Result<NewOrder, PlaceOrderError> {
    let numbers = (0..NUMBER_CANDIDATES).map(|_| random::bits().map(order_number::from_random));
    Ok(NewOrder {
        id: facts.id,
        number_candidates: numbers.collect::<Result<_, _>>()?,
        email: facts.email.clone(),
        phone: facts.phone.clone(),
        name: facts.name.clone(),
        shipping_address: facts.shipping_address.clone(),
        shipping_method: facts.shipping_method.clone(),
        currency: facts.currency.clone(),
        tax_rate_bp: facts.tax.rate_bp,
        tax_included: facts.tax.included,
        subtotal_minor: facts.subtotal_minor,
        shipping_minor: facts.shipping_minor,
        tax_minor: facts.tax_minor,
        total_minor: facts.total_minor,
        locale: facts.locale.clone(),
    })
}

fn new_lines(facts: &OrderFacts, priced: &PricedCart<'_>) -> Vec<NewOrderLine> {
    let numbered = (1..).zip(facts.lines.iter().zip(&priced.items));
    numbered
        .map(|(position, (line, item))| NewOrderLine {
            id: line.id,
            position,
            product_id: line.product_id,
            variant_id: line.variant_id,
            sku: line.sku.clone(),
            name: item.names.clone(),
            options: line.options.clone(),
            unit_price_minor: line.unit_price_minor,
            quantity: line.quantity,
            total_minor: line.total_minor,
            tax_minor: line.tax_minor,
        })
        .collect()
}

fn raw(value: &impl serde::Serialize) -> Result<Box<RawValue>, PlaceOrderError> {
    to_raw_value(value).map_err(|_| PlaceOrderError::Internal("address"))
}

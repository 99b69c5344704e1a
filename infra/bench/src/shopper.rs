//! What a guest does: makes a cart, puts something into it, checks out.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use anyhow::{Context, Result, ensure};

use crate::load::{Answer, Connection, Samples, Work};
use crate::stand::{Cart, Variant};

/// Step: the checkout alone.
pub const CHECKOUT: &str = "checkout";
/// Step: from making the cart to the answer of the checkout.
pub const JOURNEY: &str = "journey";
/// Tally: an order was placed.
pub const PLACED: &str = "placed";

/// Every checkout has a key of its own.
static KEYS: AtomicU64 = AtomicU64::new(0);

/// The bytes of a POST request to a shop, with an idempotency key where the route takes one.
pub fn post(slug: &str, path: &str, body: &str, key: Option<&str>) -> Vec<u8> {
    let key = key.map(|key| format!("idempotency-key: {key}\r\n")).unwrap_or_default();
    let kind = if body.is_empty() { "" } else { "content-type: application/json\r\n" };
    let length = body.len();
    format!("POST {path} HTTP/1.1\r\nhost: {slug}.localhost\r\n{kind}{key}content-length: {length}\r\n\r\n{body}")
        .into_bytes()
}

/// The bytes of a checkout of a cart.
pub fn checkout_request(cart: &Cart) -> Vec<u8> {
    let key = format!("bench-{}", KEYS.fetch_add(1, Relaxed));
    let body = format!(
        r#"{{"cart_id":"{}","email":"guest@example.com","phone":"+966512345678","name":"Guest","shipping_address":{{"country":"SA","city":"Riyadh","district":"Olaya","street":"King Fahd Road","building":"7","postal_code":"12211"}},"shipping_method":"standard","payment_method":"card"}}"#,
        cart.public_id
    );
    post(&cart.slug, "/api/v1/storefront/checkout", &body, Some(&key))
}

/// Makes a cart with one unit of a variant.
///
/// # Errors
/// When the application refuses.
pub async fn fill_cart(connection: &mut Connection, variant: &Variant) -> Result<Cart> {
    let answer = connection.exchange(&post(&variant.slug, "/api/v1/storefront/carts", "", None)).await?;
    expect(&answer, 201, "POST /carts")?;
    let id = answer.quoted_after("\"id\":\"crt_").context("a cart without id")?;
    let cart = Cart { slug: variant.slug.clone(), public_id: format!("crt_{id}") };
    let path = format!("/api/v1/storefront/carts/{}/items", cart.public_id);
    let body = format!(r#"{{"variant_id":"{}","quantity":1}}"#, variant.public_id);
    let answer = connection.exchange(&post(&variant.slug, &path, &body, None)).await?;
    expect(&answer, 200, "POST /carts/{id}/items")?;
    Ok(cart)
}

/// An error with what was said, unless the status is the expected one.
///
/// # Errors
/// When it is not.
pub fn expect(answer: &Answer<'_>, status: u16, what: &str) -> Result<()> {
    ensure!(answer.status == status, "{what} answers {} {}", answer.status, answer.text());
    Ok(())
}

/// Checks a cart out; returns the gateway's page.
///
/// # Errors
/// When no order is placed.
pub async fn check_out(connection: &mut Connection, cart: &Cart, samples: &mut Samples) -> Result<String> {
    let answer = connection.exchange(&checkout_request(cart)).await?;
    expect(&answer, 201, "POST /checkout")?;
    samples.tally(PLACED);
    answer.quoted_after("\"redirect_url\":\"").map(str::to_owned).context("an order without redirect_url")
}

/// An invoice at the gateway, waiting for its payer.
pub type Invoices = Arc<Mutex<Vec<String>>>;

/// Whole journeys, spread over variants.
#[derive(Clone)]
pub struct Shopper {
    /// What is bought, in turns.
    pub variants: Arc<[Variant]>,
    /// Whose turn it is; shared by all shoppers.
    pub turn: Arc<AtomicU64>,
    /// How many journeys there are in all.
    pub journeys_max: u64,
    /// Where the ids of the invoices are kept.
    pub invoices: Invoices,
}

impl Shopper {
    /// A shopper without end.
    pub fn new(variants: &[Variant]) -> Self {
        Self { variants: variants.into(), turn: Arc::default(), journeys_max: u64::MAX, invoices: Arc::default() }
    }
}

impl Work for Shopper {
    async fn once(
        &mut self,
        due: Instant,
        connection: &mut Connection,
        samples: &mut Samples,
    ) -> Result<ControlFlow<()>> {
        let turn = self.turn.fetch_add(1, Relaxed);
        if turn >= self.journeys_max {
            return Ok(ControlFlow::Break(()));
        }
        let count = self.variants.len().max(1) as u64;
        let variant = self.variants.get(usize::try_from(turn % count)?).context("no variants")?;
        let cart = fill_cart(connection, variant).await?;
        let start = Instant::now();
        let page = check_out(connection, &cart, samples).await?;
        samples.record(CHECKOUT, start);
        samples.record(JOURNEY, due);
        let invoice = page.rsplit('/').next().unwrap_or_default().to_owned();
        self.invoices.lock().unwrap_or_else(PoisonError::into_inner).push(invoice);
        Ok(ControlFlow::Continue(()))
    }
}

/// Checkouts of carts that were made in advance.
#[derive(Clone)]
pub struct Cashier {
    /// The carts.
    pub carts: Arc<[Cart]>,
    /// Which one is next.
    pub turn: Arc<AtomicU64>,
}

impl Work for Cashier {
    async fn once(
        &mut self,
        due: Instant,
        connection: &mut Connection,
        samples: &mut Samples,
    ) -> Result<ControlFlow<()>> {
        let turn = usize::try_from(self.turn.fetch_add(1, Relaxed))?;
        let Some(cart) = self.carts.get(turn) else { return Ok(ControlFlow::Break(())) };
        check_out(connection, cart, samples).await?;
        samples.record(CHECKOUT, due);
        Ok(ControlFlow::Continue(()))
    }
}

//! Checkout: a cart becomes an order with a payment that the shopper is sent to.
//!
//! Three statements: what the key stands for and the cart (prepare), everything that is true together (place), the gateway's
//! word and our answer (finish). Between the last two the gateway makes an invoice. A checkout that dies in between leaves
//! an order with a lease; a retry under the same key takes the lease over, looks at the gateway for the invoice it may have
//! made already, and goes on.

mod intent;

use bytes::Bytes;
use commerce_db::carts::{CartFacts, ShopFacts};
use commerce_db::checkout::{
    self, FinishInput, GatewayAccount, Placed, PrepareInput, Prepared, StoredAnswer, YieldInput,
};
use commerce_db::orders::OrderFacts;
use commerce_db::variables::{self, Variable};
use commerce_db::{CallContext, DbError};
use commerce_domain::contact::ContactInput;
use commerce_domain::ids::{OrderId, PaymentId, TenantId};
use commerce_domain::{Currency, FieldError, Money};
use commerce_gateways::{GatewayError, Invoice, NewInvoice, PaymentGateway};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::gateway::{self, GatewayAccessError};
use crate::order_token::{self, WeakKey};
use crate::order_view::{OrderView, PaymentView, order_view, payment_view};
use crate::price_cart::PriceCartError;
use crate::random::NoRandomness;

/// How long a request may hold its key without having finished: longer than the two gateway calls it can make.
const LEASE_S: i64 = 15;

/// How long stock stays reserved for an order that is not paid (ruling C-23).
pub const RESERVATION_S: i64 = 600;

/// The scope of checkout's idempotency keys.
const SCOPE: &str = "checkout";

/// A checkout as asked for.
pub struct Checkout {
    /// The client's idempotency key.
    pub key: String,
    /// Fingerprint of the request.
    pub fingerprint: String,
    /// The cart.
    pub cart_id: Uuid,
    /// Who buys and where it goes, not yet validated.
    pub contact: ContactInput,
    /// Code of the shipping method.
    pub shipping_method: String,
    /// Languages in order of preference.
    pub langs: Vec<String>,
    /// Origin of the shop, to which the gateway sends the shopper back.
    pub shop_origin: String,
}

commerce_domain::opaque_debug!(Checkout);

/// What becomes the body of the answer.
#[derive(Serialize, ToSchema)]
#[schema(as = PlacedOrder)]
pub struct PlacedView<'a> {
    order: OrderView<'a>,
    payment: PaymentView<'a>,
    access_token: &'a str,
}

commerce_domain::opaque_debug!(PlacedView<'_>);

/// How a checkout ended.
#[derive(Debug)]
pub enum Outcome {
    /// The answer, new or as it was given before.
    Answered {
        /// Status and body, byte for byte.
        answer: StoredAnswer,
        /// Whether it was given before.
        replayed: bool,
    },
    /// Another request with the same key is at work.
    InFlight {
        /// Seconds after which asking again makes sense.
        retry_after_s: u32,
    },
}

/// Why a checkout gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum PlaceOrderError {
    /// The database refused or cannot be reached.
    #[error(transparent)]
    Db(#[from] DbError),
    /// Wrong fields.
    #[error("invalid fields")]
    Invalid(Vec<FieldError>),
    /// The cart has nothing in it.
    #[error("empty cart")]
    CartEmpty,
    /// A variant of the cart is no longer on sale.
    #[error("variant {sku} is no longer on sale")]
    VariantUnavailable {
        /// Which one.
        sku: String,
    },
    /// The shop takes no cards, or not such a small amount.
    #[error("payment method unavailable")]
    PaymentMethodUnavailable,
    /// The order stands, but the gateway cannot be reached; the same key goes on later.
    #[error("the gateway cannot be reached")]
    GatewayUnavailable,
    /// The order stands, but the gateway refuses to take the payment; an operator must act.
    #[error("the gateway refuses")]
    GatewayRefused,
    /// The deployment is not configured for payments.
    #[error(transparent)]
    Access(#[from] GatewayAccessError),
    /// The order-token key is no key.
    #[error(transparent)]
    Token(#[from] WeakKey),
    /// The database holds what the rules do not know.
    #[error(transparent)]
    Price(#[from] PriceCartError),
    /// No randomness.
    #[error(transparent)]
    Random(#[from] NoRandomness),
    /// An answer could not be written as JSON, or a variable could not be read.
    #[error("internal: {0}")]
    Internal(&'static str),
}

/// Places an order, or goes on with one, or gives the answer that was given before. `render` makes the whole body.
///
/// # Errors
/// [`PlaceOrderError`].
pub async fn place_order(
    context: &CallContext,
    checkout: &Checkout,
    render: impl Fn(&PlacedView<'_>) -> Option<String>,
) -> Result<(Outcome, Option<Bytes>), PlaceOrderError> {
    let prepared = checkout::PREPARE.call(context, &prepare_input(checkout)).await?;
    let tenant = prepared.tenant;
    let Prepared { replay, in_flight, resume, cart, shop, gateway } = prepared.value;
    if let Some(answer) = replay {
        return Ok((Outcome::Answered { answer, replayed: true }, tenant));
    }
    if let Some(running) = in_flight {
        return Ok((Outcome::InFlight { retry_after_s: running.retry_after_s }, tenant));
    }
    let account = gateway.ok_or(PlaceOrderError::PaymentMethodUnavailable)?;
    let shop = shop.ok_or(PlaceOrderError::Internal("shop"))?;
    let (order, resumed) = match (resume, cart) {
        (Some(order), _) => (order, true),
        (None, Some(cart)) => match commit_intent(context, checkout, &cart, &account).await? {
            Ok(order) => (order, false),
            Err(outcome) => return Ok((outcome, tenant)),
        },
        (None, None) => return Err(PlaceOrderError::Internal("prepare")),
    };
    let step = GatewayStep { context, checkout, shop: &shop, account: &account };
    let outcome = step.finish(order, resumed, render).await?;
    Ok((outcome, tenant))
}

fn prepare_input(checkout: &Checkout) -> PrepareInput {
    PrepareInput {
        scope: SCOPE.into(),
        key: checkout.key.clone(),
        fingerprint: checkout.fingerprint.clone(),
        cart_id: checkout.cart_id,
        langs: checkout.langs.clone(),
        lease_s: LEASE_S,
    }
}

/// Decides on the order and commits it with its payment intent. `Err` inside is the answer of whoever was faster.
async fn commit_intent(
    context: &CallContext,
    checkout: &Checkout,
    cart: &CartFacts,
    account: &GatewayAccount,
) -> Result<Result<OrderFacts, Outcome>, PlaceOrderError> {
    let (input, facts) = intent::decide(checkout, cart, account)?;
    match checkout::PLACE.call(context, &input).await?.value {
        Placed::Placed(placed) => Ok(Ok(facts.placed(placed))),
        Placed::Replay(answer) => Ok(Err(Outcome::Answered { answer, replayed: true })),
        Placed::InFlight(running) => Ok(Err(Outcome::InFlight { retry_after_s: running.retry_after_s })),
    }
}

/// The act outside the database, and its record.
struct GatewayStep<'a> {
    context: &'a CallContext,
    checkout: &'a Checkout,
    shop: &'a ShopFacts,
    account: &'a GatewayAccount,
}

impl GatewayStep<'_> {
    async fn finish(
        &self,
        mut order: OrderFacts,
        resumed: bool,
        render: impl Fn(&PlacedView<'_>) -> Option<String>,
    ) -> Result<Outcome, PlaceOrderError> {
        let key = variables::secret(Variable::OrderTokenKey).await.map_err(|_| PlaceOrderError::Internal("token"))?;
        let token = order_token::issue(&key, self.shop.id, order.id)?;
        let invoice = match self.invoice(&order, &token, resumed).await {
            Ok(invoice) => invoice,
            Err(error) => {
                // The lease ends, so that the shopper's retry goes on at once; if this fails too, it ends by itself.
                let _lease_ends_by_itself = checkout::YIELD.call(self.context, &self.yield_input()).await;
                return Err(error);
            }
        };
        order.payment.redirect_url = Some(invoice.redirect_url.clone());
        if order.payment.status == "initiated" {
            order.payment.status = "pending".into();
        }
        let view = PlacedView {
            order: order_view(&order, &order.locale),
            payment: payment_view(&order),
            access_token: &token,
        };
        let body = render(&view).ok_or(PlaceOrderError::Internal("answer"))?;
        let input = FinishInput {
            scope: SCOPE.into(),
            key: self.checkout.key.clone(),
            payment_id: order.payment.id,
            gateway_ref: invoice.gateway_ref.as_str().into(),
            redirect_url: invoice.redirect_url,
            answer_status: 201,
            answer_body: body,
        };
        let answer = checkout::FINISH.call(self.context, &input).await?.value;
        Ok(Outcome::Answered { answer, replayed: false })
    }

    /// The gateway's invoice for the order's payment: found when an earlier attempt may have made it, else made.
    async fn invoice(&self, order: &OrderFacts, token: &str, resumed: bool) -> Result<Invoice, PlaceOrderError> {
        let gateway = gateway::open(&self.account.provider, &self.account.mode, &self.account.credential_ref).await?;
        let asked = self.new_invoice(order, token)?;
        let made = async {
            if resumed {
                let found = gateway::ask(self.context, gateway.find_invoice(asked.payment_id)).await?;
                if let Some(invoice) = gateway.parse_found(asked.payment_id, &found)? {
                    return Ok(invoice);
                }
            }
            gateway.parse_created(&asked, &gateway::ask(self.context, gateway.create_invoice(&asked)?).await?)
        };
        made.await.map_err(|error: GatewayError| {
            gateway::log(self.context, "create_invoice", &error);
            match error {
                GatewayError::Unauthorized(_) | GatewayError::Refused(_) | GatewayError::InvalidRequest(_) => {
                    PlaceOrderError::GatewayRefused
                }
                // Everything else may have made an invoice, or may be right the next time: a retry looks first.
                _ => PlaceOrderError::GatewayUnavailable,
            }
        })
    }

    fn new_invoice(&self, order: &OrderFacts, token: &str) -> Result<NewInvoice, PlaceOrderError> {
        let currency = Currency::parse(&order.payment.currency).map_err(|_| PriceCartError::Currency)?;
        let origin = &self.checkout.shop_origin;
        let back = format!("{origin}/api/v1/storefront/orders/{}?token={token}", OrderId::new(order.id));
        Ok(NewInvoice {
            tenant_id: TenantId::new(self.shop.id),
            order_id: OrderId::new(order.id),
            payment_id: PaymentId::new(order.payment.id),
            order_number: order.number.clone(),
            money: Money::new(order.payment.amount_minor, currency),
            description: format!("{} #{}", self.shop.name, order.number),
            success_url: back.clone(),
            back_url: back,
            expires_at: Some(order.reservation_expires_at.clone()),
        })
    }

    fn yield_input(&self) -> YieldInput {
        YieldInput { scope: SCOPE.into(), key: self.checkout.key.clone() }
    }
}

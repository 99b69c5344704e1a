//! `/checkout`

use axum::response::Response;
use commerce_app::place_order::{Checkout, Outcome, PlaceOrderError, PlacedView};
use commerce_domain::contact::{AddressInput, ContactInput};
use commerce_domain::ids::CartId;
use commerce_http::{
    Ctx, FieldError, Fingerprint, IdempotencyKey, JsonBody, NoParams, Problem, Query, Visitor, codes, stored_answer,
};
use http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

/// Names the answers of checkout in the key-value store.
const SCOPE: &str = "checkout";

/// Seconds after which a checkout that the gateway could not serve is worth another try.
const GATEWAY_RETRY_S: u32 = 5;

/// Longest code of a shipping or payment method.
const MAX_CODE: usize = 40;

/// Who buys which cart, where it goes, how it ships and is paid.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Checkout)]
pub struct CheckoutBody {
    cart_id: CartId,
    email: String,
    phone: String,
    name: String,
    shipping_address: AddressInput,
    shipping_method: String,
    payment_method: String,
}

/// `POST /checkout`: the cart becomes an order; answers with the order, where to pay it, and the token to read it with.
pub async fn place_order(
    ctx: Visitor,
    key: IdempotencyKey,
    _: Query<NoParams>,
    body: JsonBody<CheckoutBody>,
) -> Result<Response, Problem> {
    let fingerprint = Fingerprint::new(ctx.info(), body.canonical());
    if let Some(answer) = ctx.replay(SCOPE, &key, fingerprint).await? {
        return Ok(answer);
    }
    let checkout = checkout(&ctx, &key, fingerprint, body.value).await?;
    let render = |view: &PlacedView<'_>| ctx.info().envelope(view, None).ok();
    let context = ctx.context();
    let outcome = ctx.run(commerce_app::place_order(&context, &checkout, render)).await.map_err(problem)?;
    match outcome {
        Outcome::InFlight { retry_after_s } => Err(Problem::in_flight(retry_after_s)),
        Outcome::Answered { answer, replayed } => {
            let status = StatusCode::from_u16(answer.status).map_err(|_| Problem::internal())?;
            ctx.remember(SCOPE, &key, fingerprint, status, &answer.body).await;
            stored_answer(answer.status, answer.body, replayed)
        }
    }
}

async fn checkout(
    ctx: &Ctx,
    key: &IdempotencyKey,
    fingerprint: Fingerprint,
    body: CheckoutBody,
) -> Result<Checkout, Problem> {
    if body.payment_method != "card" {
        return Err(Problem::field("payment_method", "unsupported", "must be one of the shop's payment methods"));
    }
    if body.shipping_method.len() > MAX_CODE {
        return Err(Problem::field("shipping_method", "unsupported", "must be one of the shop's shipping methods"));
    }
    Ok(Checkout {
        key: key.as_str().to_owned(),
        fingerprint: fingerprint.to_hex(),
        cart_id: body.cart_id.as_uuid(),
        contact: ContactInput {
            email: body.email,
            phone: body.phone,
            name: body.name,
            shipping_address: body.shipping_address,
        },
        shipping_method: body.shipping_method,
        langs: ctx.langs(),
        shop_origin: ctx.public_origin().await?,
    })
}

fn problem(error: PlaceOrderError) -> Problem {
    match error {
        PlaceOrderError::Db(error) => error.into(),
        PlaceOrderError::Invalid(errors) => Problem::fields(
            errors
                .into_iter()
                .map(|error| FieldError::new(&error.field, error.code, codes::title(error.code)))
                .collect(),
        ),
        PlaceOrderError::CartEmpty => {
            Problem::unprocessable("cart_empty").with(FieldError::new("cart_id", "cart_empty", "has no items"))
        }
        PlaceOrderError::VariantUnavailable { sku } => Problem::conflict("variant_unavailable").with(FieldError::new(
            "cart_id",
            "variant_unavailable",
            format!("{sku} is no longer on sale"),
        )),
        PlaceOrderError::PaymentMethodUnavailable => Problem::unprocessable("payment_method_unavailable").with(
            FieldError::new("payment_method", "payment_method_unavailable", "cannot take this amount in this shop"),
        ),
        PlaceOrderError::GatewayUnavailable => Problem::unavailable("gateway_unavailable", GATEWAY_RETRY_S)
            .detail("The order is kept. Send the same request with the same Idempotency-Key to go on."),
        PlaceOrderError::GatewayRefused => Problem::new(StatusCode::BAD_GATEWAY, "gateway_rejected"),
        PlaceOrderError::Access(_) | PlaceOrderError::Token(_) => {
            Problem::unavailable("not_configured", GATEWAY_RETRY_S)
        }
        PlaceOrderError::Price(_) | PlaceOrderError::Random(_) | PlaceOrderError::Internal(_) => Problem::internal(),
    }
}

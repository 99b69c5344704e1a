//! `/orders`

use axum::response::Response;
use commerce_app::order_token;
use commerce_app::order_view::{OrderView, PaymentView, order_view, payment_view};
use commerce_db::orders::{self, OrderInput};
use commerce_http::variables::{self, Variable};
use commerce_http::{Ctx, PathId, Problem, Query};
use http::StatusCode;
use serde::{Deserialize, Serialize};

use super::params::OrderParam;

/// The guest's proof. The rest is what Moyasar adds when it sends the payer back here; none of it is believed, the order's
/// own status tells.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "accepted from the gateway's redirect, and ignored")]
pub struct ShowOrder {
    token: Option<String>,
    id: Option<String>,
    status: Option<String>,
    message: Option<String>,
    invoice_id: Option<String>,
}

#[derive(Serialize)]
struct OrderPage<'a> {
    #[serde(flatten)]
    order: OrderView<'a>,
    payment: PaymentView<'a>,
    timeline: &'a serde_json::value::RawValue,
}

/// `GET /orders/{id}?token=…`: an order for the guest who placed it. A wrong token answers as an order that does not exist.
pub async fn show_order(
    ctx: Ctx,
    PathId(OrderParam(id)): PathId<OrderParam>,
    Query(query): Query<ShowOrder>,
) -> Result<Response, Problem> {
    let absent = || Problem::not_found("order_not_found");
    let token = query.token.ok_or_else(absent)?;
    let key = variables::secret(Variable::OrderTokenKey).await?;
    let tenant = ctx.require_tenant().await?;
    let proved =
        order_token::verify(&key, tenant.id, id, &token).map_err(|_| Problem::unavailable("not_configured", 5))?;
    if !proved {
        return Err(absent());
    }
    let read = ctx.call(&orders::READ, &OrderInput { id, langs: ctx.langs() }).await?;
    let page = OrderPage {
        order: order_view(&read.order, &read.lang),
        payment: payment_view(&read.order),
        timeline: &read.timeline,
    };
    ctx.success(StatusCode::OK, &page)
}

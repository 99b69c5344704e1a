//! `/orders`

use axum::response::Response;
use commerce_app::order_token;
use commerce_app::order_view::{OrderView, PaymentView, order_view, payment_view};
use commerce_app::shapes::TimelineEntry;
use commerce_db::customers::{self, CustomerOrderInput};
use commerce_db::orders::{self, OrderInput, OrderRead};
use commerce_domain::OrderId;
use commerce_http::variables::{self, Variable};
use commerce_http::{Ctx, PathId, Problem, Query, Visitor};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The guest's proof. The rest is what Moyasar adds when it sends the payer back here; none of it is believed, the order's
/// own status tells.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "accepted from the gateway's redirect, and ignored")]
pub struct ShowOrder {
    token: Option<String>,
    id: Option<String>,
    status: Option<String>,
    message: Option<String>,
    invoice_id: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct OrderPage<'a> {
    #[serde(flatten)]
    order: OrderView<'a>,
    payment: PaymentView<'a>,
    #[schema(value_type = Vec<TimelineEntry>)]
    timeline: &'a serde_json::value::RawValue,
}

/// `GET /orders/{id}?token=…`: an order for the guest who placed it, or for the customer who is signed in. A wrong token answers as an
/// order that does not exist.
pub async fn show_order(
    visitor: Visitor,
    PathId(order_id): PathId<OrderId>,
    Query(query): Query<ShowOrder>,
) -> Result<Response, Problem> {
    let id = order_id.as_uuid();
    let langs = visitor.langs();
    let absent = || Problem::not_found("order_not_found");
    let read = match query.token {
        Some(token) => {
            let key = variables::secret(Variable::OrderTokenKey).await?;
            let tenant = visitor.require_tenant().await?;
            let proved = order_token::verify(&key, tenant.id, id, &token)
                .map_err(|_| Problem::unavailable("not_configured", 5))?;
            if !proved {
                return Err(absent());
            }
            visitor.call(&orders::READ, &OrderInput { id, langs }).await?
        }
        None if visitor.customer().is_some() => {
            visitor.call(&customers::ORDER, &CustomerOrderInput { id, langs }).await?
        }
        None => return Err(absent()),
    };
    respond(&visitor, &read)
}

/// Answers with an order.
pub fn respond(ctx: &Ctx, read: &OrderRead) -> Result<Response, Problem> {
    let page = OrderPage {
        order: order_view(&read.order, &read.lang),
        payment: payment_view(&read.order),
        timeline: &read.timeline,
    };
    ctx.success(StatusCode::OK, &page)
}

//! `/me/orders`: what a customer has bought here.

use axum::response::Response;
use commerce_app::money_view::MoneyView;
use commerce_db::customers::{self, CustomerOrderInput, OrderSummary, OrdersInput};
use commerce_domain::OrderId;
use commerce_http::{CursorScope, Customer, NoParams, PathId, Problem, Query, page_limit};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::orders::respond;

/// Parameters of the list.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ListOrders {
    limit: Option<u32>,
    cursor: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = OrderSummary)]
pub struct SummaryView<'a> {
    id: OrderId,
    number: &'a str,
    status: &'a str,
    total: MoneyView<'a>,
    units: i64,
    placed_at: &'a str,
    paid_at: Option<&'a str>,
    cancelled_at: Option<&'a str>,
}

/// `GET /me/orders`: the latest first.
pub async fn list_my_orders(customer: Customer, Query(query): Query<ListOrders>) -> Result<Response, Problem> {
    let limit = page_limit(query.limit)?;
    let scope = CursorScope::new("my_orders", &customer.account())?;
    let after = scope.after(query.cursor.as_deref())?;
    let found = customer.call(&customers::ORDERS, &OrdersInput { limit, after }).await?;
    let views: Vec<_> = found.orders.iter().map(summary).collect();
    let next_cursor = found.next.as_ref().map(|next| scope.cursor(next)).transpose()?;
    customer.info().page(&views, next_cursor)
}

/// `GET /me/orders/{order_id}`: as its guest would see it. Somebody else's does not exist.
pub async fn show_my_order(
    customer: Customer,
    PathId(id): PathId<OrderId>,
    _: Query<NoParams>,
) -> Result<Response, Problem> {
    let read =
        customer.call(&customers::ORDER, &CustomerOrderInput { id: id.as_uuid(), langs: customer.langs() }).await?;
    respond(&customer, &read)
}

fn summary(order: &OrderSummary) -> SummaryView<'_> {
    SummaryView {
        id: OrderId::new(order.id),
        number: &order.number,
        status: &order.status,
        total: MoneyView::new(order.total_minor, &order.currency),
        units: order.units,
        placed_at: &order.placed_at,
        paid_at: order.paid_at.as_deref(),
        cancelled_at: order.cancelled_at.as_deref(),
    }
}

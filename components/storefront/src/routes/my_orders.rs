//! `/me/orders`: what a customer has bought here.

use axum::response::Response;
use chrono::{DateTime, Datelike};
use commerce_app::money_view::MoneyView;
use commerce_db::customers::{self, CustomerOrderInput, OrderSummary, OrdersAfter, OrdersInput};
use commerce_domain::OrderId;
use commerce_http::{CursorScope, Customer, NoParams, Page, PathId, Problem, Query, stored_answer};
use http::StatusCode;
use serde::{Deserialize, Serialize};

use super::orders::respond;

/// Orders on a page when the client does not say.
const DEFAULT_LIMIT: u32 = 20;

/// Most orders on a page.
const MAX_LIMIT: u32 = 100;

/// Parameters of the list.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListOrders {
    limit: Option<u32>,
    cursor: Option<String>,
}

#[derive(Serialize)]
struct SummaryView<'a> {
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
    let limit = query.limit.unwrap_or(DEFAULT_LIMIT);
    if !(1..=MAX_LIMIT).contains(&limit) {
        return Err(Problem::field("limit", "out_of_range", "must be between 1 and 100"));
    }
    let scope = CursorScope::new("my_orders", &customer.account())?;
    let after: Option<OrdersAfter> = query.cursor.as_deref().map(|cursor| scope.decode(cursor)).transpose()?;
    // Whoever knows the rule can make a cursor, so what it holds is checked like all input.
    if after.as_ref().is_some_and(|after| !is_time(&after.at)) {
        return Err(Problem::bad_request("invalid_cursor"));
    }
    let found = customer.call(&customers::ORDERS, &OrdersInput { limit, after }).await?;
    let views: Vec<_> = found.orders.iter().map(summary).collect();
    let next_cursor = found.next.as_ref().map(|next| scope.cursor(next)).transpose()?;
    let body = customer.info().envelope(&views, Some(&Page { next_cursor }))?;
    stored_answer(StatusCode::OK.as_u16(), body, false)
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

/// Whether it is a time as the database writes it: in UTC, after the beginning of our era.
fn is_time(text: &str) -> bool {
    DateTime::parse_from_rfc3339(text).is_ok_and(|time| time.offset().local_minus_utc() == 0 && time.year() > 0)
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

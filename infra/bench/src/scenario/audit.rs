//! The books at the end: no unit was sold that was not there, and every order was announced to its shopper.

use anyhow::Result;

use crate::report::{Limit, Row, Unit};
use crate::stand::Stand;

/// Stock rows beyond their bounds.
const BEYOND_BOUNDS: &str = "select count(*) from app.stock where not (0 <= reserved and reserved <= on_hand)";

/// Variants whose stock is not what it was at the beginning less what was sold, or reserves other than what is promised.
const WRONG_BOOKS: &str = "
    with moved as (
      select l.tenant_id, l.variant_id,
        coalesce(sum(l.quantity) filter (where o.reservation = 'committed'), 0) as sold,
        coalesce(sum(l.quantity) filter (where o.reservation = 'held'), 0) as held
      from app.order_line l join app.sales_order o on o.tenant_id = l.tenant_id and o.id = l.order_id
      group by 1, 2)
    select count(*) from bench.stock_start b
    join app.stock s on s.tenant_id = b.tenant_id and s.id = b.variant_id
    left join moved m on m.tenant_id = b.tenant_id and m.variant_id = b.variant_id
    where b.on_hand - s.on_hand <> coalesce(m.sold, 0) or s.reserved <> coalesce(m.held, 0)";

pub async fn run(stand: &Stand) -> Result<Vec<Row>> {
    let database = &stand.database;
    let orders = database.number("select count(*) from app.sales_order").await?;
    let beyond = database.number(BEYOND_BOUNDS).await?;
    let wrong = database.number(WRONG_BOOKS).await?;
    let none = Limit::Exactly(0.0);
    Ok(vec![
        Row::new("books: stock rows beyond 0 ≤ reserved ≤ on hand", beyond as f64, Unit::Count).limit(none),
        Row::new("books: variants whose stock ≠ start − sold", wrong as f64, Unit::Count).limit(none),
        Row::new("books: orders in the database", orders as f64, Unit::Count)
            .limit(Limit::Exactly(stand.placed as f64))
            .detail("the limit is how many checkouts answered that an order was placed"),
    ])
}

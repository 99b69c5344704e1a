-- GET me/orders: one page by keyset, newest first.
create or replace function api.customer_orders(context jsonb, input jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  t app.tenant := app.enter(context);
  customer uuid := app.require_customer();
  page_size int := (input ->> 'limit')::int;
  found_rows jsonb;
  last jsonb;
begin
  with page as (
    select o.*, row_number() over (order by o.placed_at desc, o.id) as n from app.sales_order o
    where o.tenant_id = t.id and o.customer_id = customer
      and (input ->> 'after' is null or o.placed_at < (input #>> '{after,at}')::timestamptz
        or o.placed_at = (input #>> '{after,at}')::timestamptz and o.id > (input #>> '{after,id}')::uuid)
    order by o.placed_at desc, o.id limit page_size + 1
  )
  select coalesce(jsonb_agg(jsonb_build_object(
      'id', p.id, 'number', p.number, 'status', p.status, 'currency', p.currency, 'total_minor', p.total_minor,
      'units', (select sum(l.quantity) from app.order_line l where l.tenant_id = t.id and l.order_id = p.id),
      'placed_at', app.iso(p.placed_at), 'paid_at', app.iso(p.paid_at), 'cancelled_at', app.iso(p.cancelled_at)) order by n)
      filter (where n <= page_size), '[]'),
    -- To the microsecond, unlike the timestamps that are shown: the next page begins right after it.
    (jsonb_agg(jsonb_build_object('at', p.placed_at, 'id', p.id)) filter (where n = page_size and (select max(n) from page) > page_size)) -> 0
  into found_rows, last from page p;
  return jsonb_build_object('orders', found_rows, 'shop', app.shop_facts(t), 'next', last);
end $$;
comment on function api.customer_orders(jsonb, jsonb) is 'One page of the caller''s orders.';

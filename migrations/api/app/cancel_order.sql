-- A pending order that will not be paid: its units are for sale again.
create or replace function app.cancel_order(tenant uuid, ord app.sales_order) returns void
language plpgsql volatile as $$
begin
  if ord.reservation = 'held' then perform app.move_stock(tenant, ord.id, take_reserved => false); end if;
  update app.sales_order o set status = 'cancelled', cancelled_at = now(), reservation = 'released' where o.tenant_id = tenant and o.id = ord.id;
  perform app.emit('order.cancelled', 'order', ord.id, jsonb_build_object(
    'order_id', app.public_id('ord', ord.id), 'number', ord.number, 'reason', 'payment_expired'));
end $$;
comment on function app.cancel_order(uuid, app.sales_order) is 'Cancels a pending order and releases its stock.';

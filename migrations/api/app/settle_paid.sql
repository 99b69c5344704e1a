-- The money is there. A held reservation is committed; a released one is taken again if all units are free (a late payment);
-- otherwise the order waits for a refund decision. Nothing paid is ever dropped.
create or replace function app.settle_paid(tenant uuid, ord app.sales_order, pay app.payment, truth jsonb) returns text
language plpgsql volatile as $$
declare
  new_status text := 'paid';
  new_reservation text := ord.reservation;
  outcome text := 'settled';
begin
  if ord.status = 'pending' and ord.reservation = 'held' then
    perform app.move_stock(tenant, ord.id, take_reserved => true);
    new_reservation := 'committed';
  elsif ord.status = 'pending' and ord.reservation = 'released' and app.retake_stock(tenant, ord.id) then
    new_reservation := 'committed';
    outcome := 'late_settled';
  elsif ord.status <> 'pending' or ord.reservation <> 'committed' then
    -- An order that another payment settled stays where it is; the second money is named for review.
    new_status := case when ord.status in ('pending', 'cancelled') then 'refund_review' else ord.status end;
    outcome := 'refund_review';
  end if;
  update app.payment p set status = 'paid', failure = null, gateway_payment_ref = truth ->> 'gateway_payment_ref',
    gateway_ref = coalesce(p.gateway_ref, truth ->> 'gateway_ref')
  where p.tenant_id = tenant and p.id = pay.id;
  update app.sales_order o set status = new_status, reservation = new_reservation, paid_at = coalesce(o.paid_at, now())
  where o.tenant_id = tenant and o.id = ord.id;
  perform app.emit(case outcome when 'refund_review' then 'order.refund_review' else 'order.paid' end, 'order', ord.id, jsonb_build_object(
    'order_id', app.public_id('ord', ord.id), 'number', ord.number, 'payment_id', app.public_id('pay', pay.id),
    'total', app.money(pay.amount_minor, pay.currency), 'late', outcome = 'late_settled'));
  return outcome;
end $$;
comment on function app.settle_paid(uuid, app.sales_order, app.payment, jsonb) is 'Order paid, stock committed, event written.';

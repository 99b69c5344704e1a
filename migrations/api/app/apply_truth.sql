-- The settlement table (commerce-domain, settlement): no event moves an order backwards, each has a named outcome.
create or replace function app.apply_truth(tenant uuid, ord app.sales_order, pay app.payment, truth jsonb) returns text
language plpgsql volatile as $$
declare
  open boolean := pay.status in ('initiated', 'pending', 'failed');
begin
  case
    when truth ->> 'status' = 'paid' and pay.status <> 'paid' then
      return app.settle_paid(tenant, ord, pay, truth);
    when truth ->> 'status' = 'failed' and pay.status in ('initiated', 'pending') then
      update app.payment p set status = 'failed', failure = left(truth ->> 'failure', 500), gateway_ref = coalesce(p.gateway_ref, truth ->> 'gateway_ref')
      where p.tenant_id = tenant and p.id = pay.id;
      perform app.emit('payment.failed', 'order', ord.id, jsonb_build_object('payment_id', app.public_id('pay', pay.id)));
      return 'attempt_failed';
    when truth ->> 'status' in ('expired', 'refunded') and open then
      update app.payment p set status = 'expired' where p.tenant_id = tenant and p.id = pay.id;
      if ord.status = 'pending' then perform app.cancel_order(tenant, ord); end if;
      return 'expired';
    when truth ->> 'status' = pay.status or (truth ->> 'status' = 'refunded' and pay.status = 'expired') then
      return case when pay.status in ('paid', 'failed', 'expired') then 'duplicate' else 'ignored' end;
    else
      return 'ignored';
  end case;
end $$;
comment on function app.apply_truth(uuid, app.sales_order, app.payment, jsonb) is 'Applies the gateway''s state of a payment; returns the outcome.';

-- The settlement table (see commerce-domain, settlement): no event moves an order backwards.
create or replace function app.apply_truth(tenant uuid, ord app.sales_order, pay app.payment, truth jsonb) returns text
language plpgsql volatile as $$
begin
  case truth ->> 'status'
    when 'paid' then
      if pay.status = 'paid' then return 'duplicate'; end if;
      return app.settle_paid(tenant, ord, pay, truth);
    when 'failed' then
      if pay.status not in ('initiated', 'pending') then return 'ignored'; end if;
      update app.payment p set status = 'failed', failure = left(truth ->> 'failure', 500), gateway_ref = coalesce(p.gateway_ref, truth ->> 'gateway_ref')
      where p.tenant_id = tenant and p.id = pay.id;
      perform app.emit('payment.failed', 'order', ord.id, jsonb_build_object('payment_id', app.public_id('pay', pay.id)));
      return 'attempt_failed';
    when 'expired' then
      if pay.status not in ('initiated', 'pending', 'failed') then return 'ignored'; end if;
      update app.payment p set status = 'expired' where p.tenant_id = tenant and p.id = pay.id;
      if ord.status = 'pending' then perform app.cancel_order(tenant, ord); end if;
      return 'expired';
    when 'pending' then return 'unchanged';
    else return 'ignored';
  end case;
end $$;
comment on function app.apply_truth(uuid, app.sales_order, app.payment, jsonb) is 'Applies the gateway''s state of a payment; returns the outcome.';
